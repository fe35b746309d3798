//! Keys that are not written yet, those that must be first.

use divisi_model::keys::{self as table, Key, Object, Ty, WorkKind, native};
use divisi_syntax::{Kind, NodeId, Style};

use super::{Completion, CompletionKind, Documentation};
use crate::card;
use crate::cursor::Cursor;

/// Rank of a key that must be written; then come the usual ones, and those without effect here.
const REQUIRED: usize = 0;
const USUAL: usize = 1000;
const WITHOUT_EFFECT: usize = 5000;

/// Keys in place of one that has its `:`, or its place in a flow mapping. `None` where the mapping's keys are free,
/// or where the word stands at another column than they do.
pub(super) fn complete(cursor: &Cursor) -> Option<Vec<Completion>> {
    let is_in_place =
        |mapping: &NodeId| cursor.parsed.tree.style(*mapping) == Style::Flow || is_aligned(cursor, *mapping);
    let mapping = cursor.collection().filter(is_in_place)?;
    let object = object_of(cursor, mapping)?;
    Some(propose(cursor, mapping, object, !has_colon(cursor)))
}

/// Keys for a word alone on its line, read as if its `:` were there.
pub(super) fn missing_colon(cursor: &Cursor) -> Vec<Completion> {
    let mapping = cursor.collection().filter(|mapping| is_aligned(cursor, *mapping));
    let object = mapping.and_then(|mapping| Some((mapping, object_of(cursor, mapping)?)));
    object.map(|(mapping, object)| propose(cursor, mapping, object, true)).unwrap_or_default()
}

/// The known keys of a mapping; none where they are free names.
fn object_of(cursor: &Cursor, mapping: NodeId) -> Option<&'static Object> {
    let parsed = &cursor.parsed;
    let place = table::at(parsed.format, &parsed.tree, parsed.root?, mapping)?;
    match place.ty.for_collection(Kind::Mapping) {
        Some(Ty::Object(object)) => Some(object),
        _ => None,
    }
}

/// Whether the mark stands where the other keys of the block mapping do.
fn is_aligned(cursor: &Cursor, mapping: NodeId) -> bool {
    let tree = &cursor.parsed.tree;
    let first = tree.entries(mapping).next();
    first.is_none_or(|(key, _)| {
        let here = tree.span(cursor.scalar).start;
        cursor.column(tree.span(key).start) == cursor.column(here)
    })
}

fn has_colon(cursor: &Cursor) -> bool {
    let end = cursor.parsed.tree.span(cursor.scalar).end as usize;
    let rest = cursor.parsed.tree.text().get(end..).unwrap_or_default();
    rest.trim_start_matches([' ', '\t']).starts_with(':')
}

fn propose(cursor: &Cursor, mapping: NodeId, object: &'static Object, adds_colon: bool) -> Vec<Completion> {
    let tree = &cursor.parsed.tree;
    let written: Vec<_> = tree
        .entries(mapping)
        .filter(|(key, _)| *key != cursor.scalar)
        .filter_map(|(key, _)| tree.str(key))
        .collect();
    let is_written =
        |key: &Key| written.iter().any(|name| name == key.name || key.aliases.contains(&name.as_ref()));
    let kind = work_kind(cursor, mapping);
    let missing = object.keys.iter().filter(|key| !is_written(key)).enumerate();
    let is_work = |key: &Key| std::ptr::eq(object, &native::NODE) && native::WORK_KEYS.contains(&key.name);
    let completion = |(order, key): (usize, &'static Key)| {
        let has_effect = match kind {
            Some(kind) => key.applies_to(kind) && !is_work(key),
            None => true,
        };
        let rank = match (key.required, has_effect) {
            (true, _) => REQUIRED,
            (_, true) => USUAL,
            _ => WITHOUT_EFFECT,
        };
        let mut completion = Completion::new(CompletionKind::Key, key.name, cursor.replaced(), rank + order);
        completion.insert = insertion(cursor, key.name, adds_colon);
        completion.detail = Some(divisi_model::reference::describe(key.ty).replace('`', ""));
        completion.note = note(key, has_effect);
        completion.documentation = Some(Documentation::Text(card::key(key)));
        completion
    };
    missing.map(completion).collect()
}

fn note(key: &Key, has_effect: bool) -> Option<String> {
    if key.required {
        return Some("required".to_owned());
    }
    (!has_effect).then(|| "no effect on this node".to_owned())
}

/// The kind of a node that says already what it does.
fn work_kind(cursor: &Cursor, mapping: NodeId) -> Option<WorkKind> {
    let tree = &cursor.parsed.tree;
    let mut keys = tree.entries(mapping).filter(|(key, _)| *key != cursor.scalar);
    keys.find_map(|(key, value)| match tree.str(key)?.as_ref() {
        "agent" => Some(WorkKind::Agent),
        "run" if tree.kind(tree.resolve(value)) == Kind::Sequence => Some(WorkKind::RunArgv),
        "run" => Some(WorkKind::RunLine),
        "command" => Some(WorkKind::Command),
        "dag" => Some(WorkKind::Dag),
        "approve" => Some(WorkKind::Approve),
        _ => None,
    })
}

fn insertion(cursor: &Cursor, name: &str, adds_colon: bool) -> String {
    let is_bare = cursor.style() == Style::Plain;
    match (cursor.parsed.tree.is_json() && is_bare, adds_colon && is_bare) {
        (true, true) => format!("\"{name}\": "),
        (true, false) => format!("\"{name}\""),
        (false, true) if cursor.is_before(' ') => format!("{name}:"),
        (false, true) => format!("{name}: "),
        (false, false) => name.to_owned(),
    }
}
