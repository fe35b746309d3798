//! `workspace/didChangeWatchedFiles`.

use tower_lsp_server::gen_lsp_types as lsp;

use crate::main_loop::Server;
use crate::uri;

pub(crate) fn changed(server: &mut Server, params: &lsp::DidChangeWatchedFilesParams) {
    server.changed_on_disk(params.changes.iter().filter_map(|change| uri::to_path(&change.uri)).collect());
}
