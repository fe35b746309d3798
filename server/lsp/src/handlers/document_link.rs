//! `textDocument/documentLink`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use super::exists;
use crate::publish::View;
use crate::to_proto;

pub(crate) fn document_link(
    view: &View,
    params: &lsp::DocumentLinkParams,
) -> Result<Option<Vec<lsp::DocumentLink>>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let links = divisi_ide::document_links(&view.snapshot, document).into_iter();
    let convert = |link: divisi_ide::DocumentLink| lsp::DocumentLink {
        range: to_proto::range(document, link.span, view.client.encoding),
        target: Some(to_proto::uri_of(&link.target, &view.open)),
        ..Default::default()
    };
    Ok(Some(links.filter(|link| exists(view, &link.target)).map(convert).collect()))
}
