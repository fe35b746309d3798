//! Linked editing: what changes together while a declaring id is typed.

use std::sync::Arc;

use divisi_analysis::occurrences::{Entity, Form, Occurrence, Role, occurrences};
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

/// The declaring id of a node at `offset` and every other place that names the node, where all of them are written in
/// the same letters. Empty elsewhere: to link from a use would turn each mended reference into a rename.
pub fn linked_editing(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Vec<Span> {
    let all = occurrences(snapshot, document);
    let declares = |it: &&Occurrence| {
        it.role == Role::Declaration && matches!(it.entity, Entity::Node { .. }) && it.span.touches(offset)
    };
    let Some(here) = all.iter().find(declares) else { return Vec::new() };
    let same: Vec<&Occurrence> = all.iter().filter(|it| it.entity == here.entity).collect();
    // A second node of this id is another node: which of the uses mean it is unclear.
    let is_only = same.iter().filter(|it| it.role == Role::Declaration).count() == 1;
    let name = here.span.slice(&document.text);
    let linked = same.iter().filter(|it| it.form != Form::Alias && it.span.slice(&document.text) == name);
    if is_only { linked.map(|it| it.span).collect() } else { Vec::new() }
}
