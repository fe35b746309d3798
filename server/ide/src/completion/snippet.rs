//! Whole nodes, with stops to fill in.

use divisi_model::keys::{Ty, native};
use divisi_syntax::{NodeId, Span};

use super::{Completion, CompletionKind};
use crate::cursor::Cursor;

/// After the required keys, before the usual ones.
const RANK: usize = 500;

/// Editors repeat the indentation of the line where a snippet begins; the keys of an item stand two columns beyond
/// its dash.
const NEXT_LINE: &str = "\n  ";

struct Snippet {
    label: &'static str,
    detail: &'static str,
    /// The lines of the node, without the mark of the item.
    lines: &'static [&'static str],
}

const SNIPPETS: &[Snippet] = &[
    Snippet {
        label: "agent node",
        detail: "a node that gives an agent a prompt",
        lines: &["id: ${1:name}", "agent: ${2:agent}", "depends_on: [$3]", "prompt: ${4:What to do}$0"],
    },
    Snippet {
        label: "program node",
        detail: "a node that runs a program",
        lines: &["id: ${1:name}", "depends_on: [$2]", "run: ${3:program}$0"],
    },
];

/// In an item of `nodes` that holds nothing yet.
pub(super) fn in_item(cursor: &Cursor) -> Vec<Completion> {
    let tree = &cursor.parsed.tree;
    let mapping = cursor.collection();
    let is_first = mapping.is_some_and(|mapping| tree.entries(mapping).count() == 1);
    match mapping.filter(|mapping| is_first && is_node(cursor, *mapping)) {
        Some(_) => propose(cursor, ""),
        None => Vec::new(),
    }
}

/// On a line of `nodes` where an item would begin.
pub(super) fn new_item(cursor: &Cursor) -> Vec<Completion> {
    let tree = &cursor.parsed.tree;
    let Some(list) = cursor.collection().filter(|_| is_node(cursor, cursor.scalar)) else {
        return Vec::new();
    };
    // An item at another column than the others belongs to no list.
    let dash = tree.span(cursor.scalar).start.saturating_sub(2);
    let is_aligned = cursor.column(tree.span(list).start) == cursor.column(dash);
    if is_aligned { propose(cursor, "- ") } else { Vec::new() }
}

fn is_node(cursor: &Cursor, at: NodeId) -> bool {
    let parsed = &cursor.parsed;
    let place = parsed.root.and_then(|root| divisi_model::keys::at(parsed.format, &parsed.tree, root, at));
    place.is_some_and(|place| matches!(place.ty, Ty::Object(object) if std::ptr::eq(object, &native::NODE)))
}

fn propose(cursor: &Cursor, item: &str) -> Vec<Completion> {
    let replace: Span = cursor.replaced();
    let completion = |snippet: &Snippet| {
        let mut completion = Completion::new(CompletionKind::Snippet, snippet.label, replace, RANK);
        completion.insert = format!("{item}{}", snippet.lines.join(NEXT_LINE));
        completion.snippet = true;
        completion.detail = Some(snippet.detail.to_owned());
        completion
    };
    SNIPPETS.iter().map(completion).collect()
}
