//! Spaces inside of `[a, b]` and `{ a: b }`, where all of it stands on one line.

use divisi_syntax::{Kind, NodeId, Span, Tree};

use super::lines::Lines;

pub(super) fn space(tree: &Tree, lines: &mut Lines<'_>, node: NodeId) {
    let span = tree.span(node);
    if lines.line(span.start) != lines.line(span.end) {
        // Inner collections may stand on one line though the outer does not.
        for child in tree.children(node) {
            if tree.kind(child) == Kind::Mapping || tree.kind(child) == Kind::Sequence {
                space(tree, lines, child);
            }
        }
        return;
    }
    let text = span.slice(lines.text);
    let (open, inner) = match text.chars().next() {
        Some('[') => ("[", ""),
        Some('{') => ("{", " "),
        // `a: b` in a list, without braces of its own.
        _ => return entries(tree, lines, node),
    };
    let is_closed = text.len() > 1 && text.ends_with([']', '}']);
    let mut children = tree.children(node).filter(|child| !tree.is_missing(*child)).peekable();
    if !is_closed || children.peek().is_none() {
        return;
    }
    let (mut first, mut end) = (true, span.start + open.len() as u32);
    for child in children {
        let child_span = whole(tree, child);
        let gap = Span::new(end, child_span.start);
        let between = match gap.slice(lines.text).trim() {
            "" if first => inner,
            "," if !first => ", ",
            ":" => ": ",
            // A form that is left as it is.
            _ => return,
        };
        lines.replace(gap, between);
        if matches!(tree.kind(child), Kind::Mapping | Kind::Sequence) {
            space(tree, lines, child);
        }
        (first, end) = (false, child_span.end);
    }
    let gap = Span::new(end, span.end - 1);
    match gap.slice(lines.text).trim() {
        "" => lines.replace(gap, inner),
        // A comma that is written stays.
        "," => lines.replace(gap, &format!(",{inner}")),
        _ => {}
    }
}

fn entries(tree: &Tree, lines: &mut Lines<'_>, node: NodeId) {
    for (key, value) in tree.entries(node) {
        let gap = Span::new(tree.span(key).end, whole(tree, value).start);
        if gap.slice(lines.text).trim() == ":" && !tree.is_missing(value) {
            lines.replace(gap, ": ");
        }
    }
}

/// A node with its tag and anchor.
fn whole(tree: &Tree, node: NodeId) -> Span {
    let own = tree.span(node);
    tree.properties_span(node).map_or(own, |properties| properties.cover(own))
}
