//! `textDocument/documentHighlight`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

pub(crate) fn document_highlight(
    view: &View,
    params: &lsp::DocumentHighlightParams,
) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    let convert = |highlight: divisi_ide::Highlight| lsp::DocumentHighlight {
        range: to_proto::range(document, highlight.span, view.client.encoding),
        kind: Some(match highlight.is_declaration {
            true => lsp::DocumentHighlightKind::Write,
            false => lsp::DocumentHighlightKind::Read,
        }),
    };
    let highlights = divisi_ide::highlight(&view.snapshot, document, offset);
    Ok((!highlights.is_empty()).then(|| highlights.into_iter().map(convert).collect()))
}
