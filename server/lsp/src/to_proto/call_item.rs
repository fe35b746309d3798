//! Items of the call hierarchy, and back.

use std::path::PathBuf;

use divisi_ide::CallItem;
use divisi_syntax::Span;
use tower_lsp_server::gen_lsp_types as lsp;

use super::symbol_kind::symbol_kind;
use super::{range, uri_of};
use crate::publish::View;
use crate::{from_proto, uri};

pub(crate) fn call_item(view: &View, item: CallItem) -> Option<lsp::CallHierarchyItem> {
    let document = view.snapshot.document(&item.path)?;
    Some(lsp::CallHierarchyItem {
        name: item.name,
        kind: symbol_kind(item.kind),
        tags: None,
        detail: item.detail,
        uri: uri_of(&item.path, &view.open),
        range: range(document, item.range, view.client.encoding),
        selection_range: range(document, item.selection, view.client.encoding),
        data: None,
    })
}

/// The place of an item that the client hands back.
pub(crate) fn place_of(view: &View, item: &lsp::CallHierarchyItem) -> Option<(PathBuf, Span)> {
    let path = uri::to_path(&item.uri)?;
    let document = view.snapshot.document(&path)?;
    let selection =
        from_proto::span(&document.lines, &document.text, item.selection_range, view.client.encoding);
    Some((path, selection))
}
