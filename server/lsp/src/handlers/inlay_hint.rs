//! `textDocument/inlayHint`.

use divisi_ide::hints;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::{from_proto, to_proto};

pub(crate) fn inlay_hint(view: &View, params: &lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let encoding = view.client.encoding;
    let range = from_proto::span(&document.lines, &document.text, params.range, encoding);
    let settings = &view.snapshot.settings().hints;
    let found = hints(document, range, settings, view.last_durations(&document.path));
    let convert = |hint: divisi_ide::Hint| lsp::InlayHint {
        position: to_proto::range(document, divisi_syntax::Span::at(hint.offset), encoding).start,
        label: hint.label.into(),
        kind: None,
        text_edits: None,
        tooltip: Some(hint.tooltip.into()),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Ok(Some(found.into_iter().map(convert).collect()))
}
