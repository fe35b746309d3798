//! `workspace/willRenameFiles`: paths go on leading where they led.

use divisi_edit::rename::{Moved, moved};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto::workspace_edit;
use crate::uri;

pub(crate) fn will_rename_files(
    view: &View,
    params: &lsp::RenameFilesParams,
) -> Result<Option<lsp::WorkspaceEdit>> {
    let to_move = |file: &lsp::FileRename| {
        Some(Moved { from: uri::to_path(&file.old_uri)?, to: uri::to_path(&file.new_uri)? })
    };
    let moves: Vec<Moved> = params.files.iter().filter_map(to_move).collect();
    Ok(workspace_edit::of_change(view, moved(&view.snapshot, &moves)))
}
