//! `callHierarchy/incomingCalls`: what uses a thing, and what waits for a node.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;
use crate::to_proto::call_item::{call_item, place_of};

pub(crate) fn incoming_calls(
    view: &View,
    params: &lsp::CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
    let Some((path, selection)) = place_of(view, &params.item) else { return Ok(None) };
    let calls = divisi_ide::incoming_calls(&view.snapshot, &path, selection).into_iter();
    let convert = |call: divisi_ide::Call| {
        let document = view.snapshot.document(&call.item.path)?;
        let range = |span: &_| to_proto::range(document, *span, view.client.encoding);
        let from_ranges = call.at.iter().map(range).collect();
        Some(lsp::CallHierarchyIncomingCall { from: call_item(view, call.item)?, from_ranges })
    };
    Ok(Some(calls.filter_map(convert).collect()))
}
