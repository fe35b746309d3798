//! `textDocument/completion`.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;

/// The list is complete: what is typed on narrows it in the client.
pub(crate) fn completion(
    view: &View,
    params: &lsp::CompletionParams,
) -> Result<Option<lsp::CompletionResponse>> {
    let Some((document, offset)) = super::place(view, &params.text_document_position_params) else {
        return Ok(None);
    };
    let completions = divisi_ide::complete(&view.snapshot, document, offset);
    let convert = |completion| to_proto::completion_item(completion, document, view);
    let items =
        completions.into_iter().filter(|it| view.client.snippets || !it.snippet).map(convert).collect();
    let list = lsp::CompletionList { is_incomplete: false, items, ..Default::default() };
    Ok(Some(lsp::CompletionResponse::CompletionList(list)))
}
