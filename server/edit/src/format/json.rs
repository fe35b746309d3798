//! Where the parts of a JSON text with comments belong.

use divisi_syntax::{Kind, NodeId, Span, Tree};

use super::lines::{Lines, Place};
use super::{STEP, flow};

/// Places everything; `None` where the text has a form that is not known here.
pub(super) fn place(tree: &Tree, lines: &mut Lines<'_>) -> Option<()> {
    let root = tree.root()?;
    lines.put(tree.span(root).start, 0);
    collection(tree, lines, root)
}

/// What stands on lines of its own inside of a collection is one step to the right of the line on which it opens.
fn collection(tree: &Tree, lines: &mut Lines<'_>, node: NodeId) -> Option<()> {
    let span = tree.span(node);
    if lines.line(span.start) == lines.line(span.end) {
        flow::space(tree, lines, node);
        return Some(());
    }
    let base = column_of_line(lines, span.start)?;
    for child in tree.children(node) {
        lines.put(tree.span(child).start, base + STEP);
        if matches!(tree.kind(child), Kind::Mapping | Kind::Sequence) {
            collection(tree, lines, child)?;
        }
    }
    for (key, value) in tree.entries(node) {
        let gap = Span::new(tree.span(key).end, tree.span(value).start);
        if gap.slice(lines.text).trim() == ":" && lines.line(gap.start) == lines.line(gap.end) {
            lines.replace(gap, ": ");
        }
    }
    lines.put(span.end.checked_sub(1)?, base);
    Some(())
}

/// Where the line of `offset` will begin.
fn column_of_line(lines: &Lines<'_>, offset: u32) -> Option<u32> {
    match lines.place(lines.line(offset)) {
        Place::Structure(column) | Place::Within(column) => Some(column),
        // A bracket after a comment on its line: nobody writes that.
        Place::Free | Place::Fixed => None,
    }
}
