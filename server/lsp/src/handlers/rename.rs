//! `textDocument/rename`.

use divisi_edit::Change;
use divisi_edit::rename::{self, Refusal};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::{check_scanned, failed};
use crate::publish::View;
use crate::to_proto::workspace_edit;

pub(crate) fn rename(view: &View, params: &lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    check_scanned(view)?;
    let renamed = || -> std::result::Result<Option<Change>, Refusal> {
        let Some(found) = rename::prepare(&view.snapshot, document, offset)? else { return Ok(None) };
        let files = if view.client.renames_files { rename::Files::Follow } else { rename::Files::Stay };
        rename::rename(&view.snapshot, &found.entity, &params.new_name, files).map(Some)
    };
    let change = renamed().map_err(|refusal| failed(refusal.to_string()))?;
    Ok(change.and_then(|change| workspace_edit::of_change(view, change)))
}
