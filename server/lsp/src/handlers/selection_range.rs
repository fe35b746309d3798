//! `textDocument/selectionRange`.

use divisi_ide::selection;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::{from_proto, to_proto};

/// One chain for each position, in their order.
pub(crate) fn selection_range(
    view: &View,
    params: &lsp::SelectionRangeParams,
) -> Result<Option<Vec<lsp::SelectionRange>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    Ok(Some(params.positions.iter().map(|position| chain(document, *position, view)).collect()))
}

fn chain(document: &Document, position: lsp::Position, view: &View) -> lsp::SelectionRange {
    let encoding = view.client.encoding;
    let offset = from_proto::offset(&document.lines, &document.text, position, encoding);
    let ranges =
        selection(document, offset).into_iter().map(|span| to_proto::range(document, span, encoding));
    let outermost_first = ranges.rev();
    let chain = outermost_first
        .fold(None, |parent, range| Some(lsp::SelectionRange { range, parent: parent.map(Box::new) }));
    let nothing = lsp::Range { start: position, end: position };
    chain.unwrap_or(lsp::SelectionRange { range: nothing, parent: None })
}
