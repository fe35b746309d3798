//! `textDocument/prepareCallHierarchy`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto::call_item::call_item;

pub(crate) fn prepare_call_hierarchy(
    view: &View,
    params: &lsp::CallHierarchyPrepareParams,
) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    let item = divisi_ide::prepare_calls(&view.snapshot, document, offset);
    Ok(item.and_then(|item| call_item(view, item)).map(|item| vec![item]))
}
