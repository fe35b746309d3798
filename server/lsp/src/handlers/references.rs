//! `textDocument/references`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto::place::location;

pub(crate) fn references(view: &View, params: &lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    let with_declarations = params.context.include_declaration;
    let places = divisi_ide::references(&view.snapshot, document, offset, with_declarations);
    Ok(places.map(|places| places.iter().map(|place| location(view, place)).collect()))
}
