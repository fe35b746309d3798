//! `workspace/didChangeWorkspaceFolders`.

use tower_lsp_server::gen_lsp_types as lsp;

use crate::main_loop::Server;
use crate::uri;

pub(crate) fn changed(server: &mut Server, params: &lsp::DidChangeWorkspaceFoldersParams) {
    let paths = |folders: &[lsp::WorkspaceFolder]| -> Vec<_> {
        folders.iter().filter_map(|folder| uri::to_path(&folder.uri)).collect()
    };
    let removed = paths(&params.event.removed);
    server.roots.retain(|root| !removed.contains(root));
    for root in paths(&params.event.added) {
        if !server.roots.contains(&root) {
            server.roots.push(root);
        }
    }
    server.start_scan();
    server.find_runs();
}
