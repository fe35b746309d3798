//! `textDocument/rangeFormatting`.

use divisi_edit::format;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::formatting::text_edits;
use crate::from_proto;
use crate::publish::View;

pub(crate) fn range_formatting(
    view: &View,
    params: &lsp::DocumentRangeFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let range = from_proto::span(&document.lines, &document.text, params.range, view.client.encoding);
    Ok(format::format_range(document, range).ok().map(|edits| text_edits(view, document, &edits)))
}
