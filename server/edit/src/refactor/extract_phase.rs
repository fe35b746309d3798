//! Makes a phase of the nodes that are selected.

use divisi_analysis::{Edit, edits};
use divisi_model::{Dialect, Node};
use divisi_syntax::{Span, Style};

use super::{Place, Refactoring, RefactoringKind, text};

pub(super) fn offer(place: &Place<'_>) -> Option<Refactoring> {
    // A cursor is no selection: this would be offered everywhere.
    if place.span.is_empty() || place.dag.dialect != Dialect::Native || place.tree.is_json() {
        return None;
    }
    let is_selected = |node: &&Node| node.span.start < place.span.end && place.span.start < node.span.end;
    let nodes: Vec<&Node> = place.dag.nodes.iter().filter(is_selected).collect();
    if nodes.is_empty() || nodes.iter().any(|node| node.phase.is_some()) {
        return None;
    }
    let id = free_id(place);
    let add = |node: &&Node| edits::add_entry(place.tree, &place.document.lines, node.tree, "phase", &id);
    let mut edits: Vec<Edit> = nodes.iter().map(add).collect::<Option<_>>()?;
    edits.push(list_phase(place, &id)?);
    edits.sort_by_key(|edit| edit.span);
    let title = match nodes.as_slice() {
        [node] => format!("Make a phase of `{}`", node.id.value),
        many => format!("Make a phase of these {} nodes", many.len()),
    };
    Some(Refactoring { title, kind: RefactoringKind::Extract, change: place.change(edits) })
}

/// `phase-1`, or the first number that is free: a rename gives it its name.
fn free_id(place: &Place<'_>) -> String {
    let is_taken = |id: &String| place.dag.phases.iter().any(|phase| phase.id.value == *id);
    let ids = (1_u32..).map(|number| format!("phase-{number}"));
    ids.into_iter().find(|id| !is_taken(id)).unwrap_or_default()
}

/// The phase's own entry: after the last one, or under a new key before the nodes.
fn list_phase(place: &Place<'_>, id: &str) -> Option<Edit> {
    let line_break = text::line_break(place.text());
    let Some(phases) = place.tree.get(place.dag.root, "phases") else {
        let key = place.dag.nodes_key?;
        let indent = text::indent_of(place.document, key.start);
        let start = place.document.lines.line_start(place.document.lines.line(key.start));
        let new = format!("{indent}phases:{line_break}{indent}  - id: {id}{line_break}");
        return Some(Edit { span: Span::at(start), text: new });
    };
    let last = place.tree.items(phases).last()?;
    let span = place.tree.span(last);
    if place.tree.style(phases) == Style::Flow {
        return Some(Edit { span: Span::at(span.end), text: format!(", {{ id: {id} }}") });
    }
    let indent = text::indent_of(place.document, span.start);
    let end = text::line_end(place.document, span.end);
    Some(Edit { span: Span::at(end), text: format!("{line_break}{indent}- id: {id}") })
}
