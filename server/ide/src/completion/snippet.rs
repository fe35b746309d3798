//! Whole nodes, with stops to fill in.

use divisi_model::keys::{Object, Ty, archon, native, spec_kit};
use divisi_syntax::{Kind, NodeId, Span};

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

const NATIVE: &[Snippet] = &[
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

const ARCHON: &[Snippet] = &[
    Snippet {
        label: "prompt node",
        detail: "a node that sends a prompt",
        lines: &["id: ${1:name}", "depends_on: [$2]", "prompt: ${3:What to do}$0"],
    },
    Snippet {
        label: "bash node",
        detail: "a node that runs a script",
        lines: &["id: ${1:name}", "depends_on: [$2]", "bash: ${3:script}$0"],
    },
];

const SPEC_KIT: &[Snippet] = &[Snippet {
    label: "subagent",
    detail: "a role with a prompt",
    lines: &["role: ${1:name}", "depends_on: [$2]", "prompt: ${3:What to do}$0"],
}];

/// The snippets of each mapping that is a node.
static SNIPPETS: [(&Object, &[Snippet]); 3] =
    [(&native::NODE, NATIVE), (&archon::NODE, ARCHON), (&spec_kit::SUBAGENT, SPEC_KIT)];

/// In an item of `nodes` that holds nothing yet.
pub(super) fn in_item(cursor: &Cursor) -> Vec<Completion> {
    let tree = &cursor.parsed.tree;
    let mapping = cursor.collection();
    let is_first = mapping.is_some_and(|mapping| tree.entries(mapping).count() == 1);
    let snippets = mapping.filter(|_| is_first).map(|mapping| snippets_at(cursor, mapping));
    propose(cursor, "", snippets.unwrap_or_default())
}

/// On a line of `nodes` where an item would begin.
pub(super) fn new_item(cursor: &Cursor) -> Vec<Completion> {
    let tree = &cursor.parsed.tree;
    let Some(list) = cursor.collection() else { return Vec::new() };
    // An item at another column than the others belongs to no list.
    let dash = tree.span(cursor.scalar).start.saturating_sub(2);
    let is_aligned = cursor.column(tree.span(list).start) == cursor.column(dash);
    let snippets = snippets_at(cursor, cursor.scalar);
    if is_aligned { propose(cursor, "- ", snippets) } else { Vec::new() }
}

/// Those for the node that may stand at `at`; none where no node may.
fn snippets_at(cursor: &Cursor, at: NodeId) -> &'static [Snippet] {
    let parsed = &cursor.parsed;
    let place = parsed.root.and_then(|root| divisi_model::keys::at(parsed.format, &parsed.tree, root, at));
    let Some(Ty::Object(object)) = place.and_then(|place| place.ty.for_collection(Kind::Mapping)) else {
        return &[];
    };
    let own = SNIPPETS.iter().find(|(node, _)| std::ptr::eq(*node, object));
    own.map(|(_, snippets)| *snippets).unwrap_or_default()
}

fn propose(cursor: &Cursor, item: &str, snippets: &'static [Snippet]) -> Vec<Completion> {
    let replace: Span = cursor.replaced();
    let completion = |snippet: &Snippet| {
        let mut completion = Completion::new(CompletionKind::Snippet, snippet.label, replace, RANK);
        completion.insert = format!("{item}{}", snippet.lines.join(NEXT_LINE));
        completion.snippet = true;
        completion.detail = Some(snippet.detail.to_owned());
        completion
    };
    snippets.iter().map(completion).collect()
}
