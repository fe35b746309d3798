//! Makes the node that a dependency names.

use divisi_analysis::Edit;
use divisi_model::is_node_id;
use divisi_syntax::{Kind, Span, Style};

use super::{Place, Refactoring, RefactoringKind, text};

pub(super) fn offer(place: &Place<'_>) -> Option<Refactoring> {
    let (at, entry) = place.dependency()?;
    let node = place.dag.nodes.get(at)?;
    let id = node.depends_on.get(entry)?.value.as_str();
    if id.is_empty() || !is_node_id(id) || place.dag.nodes.iter().any(|node| node.id.value == id) {
        return None;
    }
    // Before the node that waits for it: a file is read from its top.
    let list = place.tree.parent(node.tree)?;
    let is_list = place.tree.kind(list) == Kind::Sequence && place.tree.style(list) == Style::Block;
    if !is_list || place.tree.is_json() {
        return None;
    }
    let start = text::commented_start(place.document, place.tree, node.span.start)?;
    let indent = text::indent_of(place.document, node.span.start);
    let line_break = text::line_break(place.text());
    let new = format!("{indent}- id: {id}{line_break}{indent}  run: echo {id}{line_break}");
    Some(Refactoring {
        title: format!("Create the node `{id}`"),
        kind: RefactoringKind::Mend,
        change: place.change(vec![Edit { span: Span::at(start), text: new }]),
    })
}
