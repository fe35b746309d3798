//! `divisi.server.trust`: the user trusts the workspace folder of a file.

use serde::Deserialize;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::{Outcome, failed};
use crate::main_loop::Server;
use crate::runs;
use crate::trust::{self, Subject};
use crate::uri;

#[derive(Debug, Deserialize)]
pub(super) struct Argument {
    uri: lsp::Uri,
}

pub(super) fn trust(server: &mut Server, argument: &Argument) -> Result<Outcome> {
    let path =
        uri::to_path(&argument.uri).ok_or_else(|| failed(format!("{} is not a file", argument.uri.0)))?;
    let snapshot = server.workspace.snapshot();
    let root = &runs::place::root(&snapshot, &server.options.places, &path);
    let subject = Subject { root, file: &path, mode: snapshot.settings().run.trust };
    trust::grant(&server.options.places, subject)
        .map_err(|error| failed(format!("trust in {} cannot be kept: {error}", root.display())))?;
    // What a trusted `divisi.toml` may define counts from now on.
    server.start_scan();
    Ok(Some(serde_json::json!({ "trusted": root })))
}
