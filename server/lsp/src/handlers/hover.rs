//! `textDocument/hover`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

pub(crate) fn hover(view: &View, params: &lsp::HoverParams) -> Result<Option<lsp::Hover>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    Ok(divisi_ide::hover(&view.snapshot, document, offset, view.last_durations(&document.path)).map(
        |hover| lsp::Hover {
            contents: to_proto::markup(hover.markdown, view.client.hover_markdown).into(),
            range: Some(to_proto::range(document, hover.span, view.client.encoding)),
        },
    ))
}
