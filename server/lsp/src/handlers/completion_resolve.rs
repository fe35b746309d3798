//! `completionItem/resolve`: the explanation of the one proposal that is looked at.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto::{self, unexplained::Unexplained};

/// An item that needs no explanation, or whose subject has gone, comes back as it is.
pub(crate) fn completion_resolve(view: &View, item: &lsp::CompletionItem) -> Result<lsp::CompletionItem> {
    let mut item = item.clone();
    if let Some(text) = item.data.take().and_then(|data| explain(view, data)) {
        item.documentation = Some(to_proto::markup(text, view.client.completion_markdown).into());
    }
    Ok(item)
}

fn explain(view: &View, data: serde_json::Value) -> Option<String> {
    let unexplained: Unexplained = serde_json::from_value(data).ok()?;
    unexplained.documentation()?.text(&view.snapshot)
}
