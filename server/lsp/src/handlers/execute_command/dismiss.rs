//! `divisi.server.dismiss`: the user has seen that a node failed.

use serde::Deserialize;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::{Outcome, failed};
use crate::main_loop::Server;
use crate::uri;

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    uri: lsp::Uri,
    /// One node; all of the file where none is named.
    #[serde(default)]
    node: Option<String>,
}

pub(super) fn dismiss(server: &mut Server, argument: &Argument) -> Result<Outcome> {
    let path =
        uri::to_path(&argument.uri).ok_or_else(|| failed(format!("{} is not a file", argument.uri.0)))?;
    if server.runs.dismiss(&path, argument.node.as_deref()) {
        server.findings_changed(&path);
    }
    Ok(None)
}
