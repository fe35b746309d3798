//! `textDocument/foldingRange`.

use divisi_ide::{Fold, folds};
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

pub(crate) fn folding_range(
    view: &View,
    params: &lsp::FoldingRangeParams,
) -> Result<Option<Vec<lsp::FoldingRange>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let mut folds = folds(document);
    if let Some(limit) = view.client.folding_limit.filter(|limit| folds.len() > *limit) {
        // The largest are worth most.
        folds.sort_by_key(|fold| std::cmp::Reverse(fold.last_line - fold.first_line));
        folds.truncate(limit);
        folds.sort_by_key(|fold| fold.first_line);
    }
    Ok(Some(folds.iter().map(|fold| convert(fold, document, view)).collect()))
}

fn convert(fold: &Fold, document: &Document, view: &View) -> lsp::FoldingRange {
    let lines = lsp::FoldingRange {
        start_line: fold.first_line,
        end_line: fold.last_line,
        kind: fold.is_comment.then_some(lsp::FoldingRangeKind::Comment),
        ..Default::default()
    };
    if view.client.folds_lines {
        return lines;
    }
    let range = to_proto::range(document, fold.span, view.client.encoding);
    lsp::FoldingRange {
        start_line: range.start.line,
        start_character: Some(range.start.character),
        end_line: range.end.line,
        end_character: Some(range.end.character),
        ..lines
    }
}
