//! `textDocument/linkedEditingRange`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

/// What an id is made of, so that a client ends the link where the id ends.
const ID: &str = "[A-Za-z_][A-Za-z0-9_-]*";

pub(crate) fn linked_editing_range(
    view: &View,
    params: &lsp::LinkedEditingRangeParams,
) -> Result<Option<lsp::LinkedEditingRanges>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    let spans = divisi_ide::linked_editing(&view.snapshot, document, offset);
    let ranges = spans.iter().map(|span| to_proto::range(document, *span, view.client.encoding)).collect();
    let linked = lsp::LinkedEditingRanges { ranges, word_pattern: Some(ID.to_owned()) };
    Ok((!spans.is_empty()).then_some(linked))
}
