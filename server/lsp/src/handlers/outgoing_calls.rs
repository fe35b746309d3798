//! `callHierarchy/outgoingCalls`: what a thing uses, and what a node waits for.

use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;

use crate::publish::View;
use crate::to_proto;
use crate::to_proto::call_item::{call_item, place_of};

pub(crate) fn outgoing_calls(
    view: &View,
    params: &lsp::CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
    let Some((path, selection)) = place_of(view, &params.item) else { return Ok(None) };
    let Some(document) = view.snapshot.document(&path) else { return Ok(None) };
    let range = |span: &_| to_proto::range(document, *span, view.client.encoding);
    let convert = |call: divisi_ide::Call| {
        let from_ranges = call.at.iter().map(range).collect();
        Some(lsp::CallHierarchyOutgoingCall { to: call_item(view, call.item)?, from_ranges })
    };
    let calls = divisi_ide::outgoing_calls(&view.snapshot, &path, selection).into_iter();
    Ok(Some(calls.filter_map(convert).collect()))
}
