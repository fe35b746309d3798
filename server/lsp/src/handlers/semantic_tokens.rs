//! `textDocument/semanticTokens`: all of a document, what changed since, a part.

use divisi_ide::tokens;
use divisi_syntax::Span;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::{from_proto, to_proto};

pub(crate) fn full(view: &View, params: &lsp::SemanticTokensParams) -> Result<Option<lsp::SemanticTokens>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let data = all(view, document);
    Ok(Some(whole(view, document, data)))
}

/// Only what changed, where it is still known what the client has.
pub(crate) fn delta(
    view: &View,
    params: &lsp::SemanticTokensDeltaParams,
) -> Result<Option<lsp::SemanticTokensDeltaResponse>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let data = all(view, document);
    let edits = view.tokens.edits(&document.path, &params.previous_result_id, &data);
    Ok(Some(match edits {
        Some(edits) => {
            let result_id = Some(view.tokens.keep(&document.path, &data));
            lsp::SemanticTokensDelta { result_id, edits }.into()
        }
        None => whole(view, document, data).into(),
    }))
}

pub(crate) fn range(
    view: &View,
    params: &lsp::SemanticTokensRangeParams,
) -> Result<Option<lsp::SemanticTokens>> {
    let Some(document) = super::document(view, &params.text_document.uri) else { return Ok(None) };
    let range = from_proto::span(&document.lines, &document.text, params.range, view.client.encoding);
    let data = to_proto::semantic_tokens(&tokens(&view.snapshot, document, range), document, &view.client);
    Ok(Some(lsp::SemanticTokens { result_id: None, data }))
}

fn all(view: &View, document: &Document) -> Vec<lsp::SemanticToken> {
    let tokens = tokens(&view.snapshot, document, Span::new(0, document.text.len() as u32));
    to_proto::semantic_tokens(&tokens, document, &view.client)
}

fn whole(view: &View, document: &Document, data: Vec<lsp::SemanticToken>) -> lsp::SemanticTokens {
    // A client that asks for no changes needs no id.
    let result_id = view.client.token_changes.then(|| view.tokens.keep(&document.path, &data));
    lsp::SemanticTokens { result_id, data }
}
