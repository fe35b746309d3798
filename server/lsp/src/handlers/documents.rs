//! `textDocument/didOpen`, `didChange`, `didClose`.

use tower_lsp_server::gen_lsp_types as lsp;
use tracing::warn;

use crate::main_loop::Server;
use crate::uri;

pub(crate) fn opened(server: &mut Server, params: lsp::DidOpenTextDocumentParams) {
    let document = params.text_document;
    if let Some(path) = uri::to_path(&document.uri) {
        server.documents.open(path, document.uri, document.version, document.text);
    }
}

pub(crate) fn changed(server: &mut Server, params: lsp::DidChangeTextDocumentParams) {
    let document = params.text_document;
    let Some(path) = uri::to_path(&document.text_document_identifier.uri) else { return };
    let encoding = server.client.encoding;
    if !server.documents.change(&path, document.version, params.content_changes, encoding) {
        warn!("{} is changed but not open", path.display());
    }
}

pub(crate) fn closed(server: &mut Server, params: &lsp::DidCloseTextDocumentParams) {
    let Some(path) = uri::to_path(&params.text_document.uri) else { return };
    server.tokens.forget(&path);
    if let Some(uri) = server.documents.close(&path, &mut server.workspace) {
        server.unpublish(&path, uri);
    }
}
