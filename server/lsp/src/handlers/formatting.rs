//! `textDocument/formatting`.

use divisi_analysis::Edit;
use divisi_edit::format;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

/// A document with faults is left as it is: its findings say why, and an error on each save would be in the way.
pub(crate) fn formatting(
    view: &View,
    params: &lsp::DocumentFormattingParams,
) -> Result<Option<Vec<lsp::TextEdit>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    Ok(format::format(document).ok().map(|edits| text_edits(view, document, &edits)))
}

pub(super) fn text_edits(view: &View, document: &Document, edits: &[Edit]) -> Vec<lsp::TextEdit> {
    edits.iter().map(|edit| to_proto::text_edit(document, edit, view.client.encoding)).collect()
}
