//! `textDocument/prepareRename`.

use divisi_edit::rename;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::{check_scanned, failed};
use crate::publish::View;
use crate::to_proto;

pub(crate) fn prepare_rename(
    view: &View,
    params: &lsp::TextDocumentPositionParams,
) -> Result<Option<lsp::PrepareRenameResult>> {
    let Some((document, offset)) = super::place(view, params) else { return Ok(None) };
    check_scanned(view)?;
    let found =
        rename::prepare(&view.snapshot, document, offset).map_err(|refusal| failed(refusal.to_string()))?;
    Ok(found.map(|found| {
        let range = to_proto::range(document, found.span, view.client.encoding);
        lsp::PrepareRenamePlaceholder { range, placeholder: found.name }.into()
    }))
}
