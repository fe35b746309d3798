//! `textDocument/onTypeFormatting`: a line break after the key of a list begins the list.

use divisi_edit::format;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::formatting::text_edits;
use crate::from_proto;
use crate::publish::View;

pub(crate) fn on_type_formatting(
    view: &View,
    params: &lsp::DocumentOnTypeFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let offset = from_proto::offset(&document.lines, &document.text, params.position, view.client.encoding);
    let edits = format::after_line_break(document, offset);
    Ok((!edits.is_empty()).then(|| text_edits(view, document, &edits)))
}
