//! Where the parts of a YAML text belong.

use divisi_syntax::{Kind, NodeId, Span, Style, Tree};

use super::lines::{Lines, Place};
use super::{STEP, flow};

/// Places everything; `None` where the text has a form that is not known here.
pub(super) fn place(tree: &Tree, lines: &mut Lines<'_>) -> Option<()> {
    for line in 0..lines.count() {
        let content = lines.content(line);
        if content.starts_with("---") || content.starts_with("...") || content.starts_with('%') {
            lines.set(line, Place::Fixed);
        }
    }
    for root in tree.documents() {
        // Content beside the mark of a document would have to be told from content below it.
        let start = start(tree, *root);
        let is_beside_mark = !lines.is_first(start) || lines.place(lines.line(start)) == Place::Fixed;
        if is_beside_mark && !tree.is_missing(*root) {
            return None;
        }
        value(tree, lines, *root, 0, 0)?;
    }
    Some(())
}

/// The first byte of a node, its tag and anchor included.
fn start(tree: &Tree, node: NodeId) -> u32 {
    let own = tree.span(node).start;
    tree.properties_span(node).map_or(own, |properties| properties.start.min(own))
}

/// A node whose collection's keys or dashes belong at `column`, below something that stands at `parent`.
fn value(tree: &Tree, lines: &mut Lines<'_>, node: NodeId, parent: u32, column: u32) -> Option<()> {
    lines.put(start(tree, node), column);
    // A tag or an anchor may stand on a line of its own.
    lines.put(tree.span(node).start, column);
    match (tree.kind(node), tree.style(node)) {
        (Kind::Mapping, Style::Block) => mapping(tree, lines, node, column),
        (Kind::Sequence, Style::Block) => sequence(tree, lines, node, column),
        (Kind::Mapping | Kind::Sequence, _) => {
            flow::space(tree, lines, node);
            carry(tree, lines, node);
            Some(())
        }
        (Kind::Scalar, Style::Literal | Style::Folded) => {
            block_scalar(tree, lines, node, parent, column);
            Some(())
        }
        _ => {
            carry(tree, lines, node);
            Some(())
        }
    }
}

/// The lines on which a value goes on move with the one on which it begins.
fn carry(tree: &Tree, lines: &mut Lines<'_>, node: NodeId) {
    let shift = lines.shift(tree.span(node).start);
    lines.carry(tree.span(node), shift);
}

fn mapping(tree: &Tree, lines: &mut Lines<'_>, node: NodeId, column: u32) -> Option<()> {
    for (key, entry) in tree.entries(node) {
        let key_start = start(tree, key);
        let is_simple = tree.kind(key) == Kind::Scalar
            && lines.line(key_start) == lines.line(tree.span(key).end)
            && !matches!(tree.style(key), Style::Literal | Style::Folded);
        let colon = is_simple.then(|| mark(lines, tree.span(key).end, ':')).flatten()?;
        lines.put(key_start, column);
        lines.replace(Span::new(tree.span(key).end, colon + 1), ":");
        if tree.is_missing(entry) {
            continue;
        }
        let entry_start = start(tree, entry);
        if lines.line(entry_start) == lines.line(colon) {
            lines.replace(Span::new(colon + 1, entry_start), " ");
        }
        value(tree, lines, entry, column, column + STEP)?;
    }
    Some(())
}

fn sequence(tree: &Tree, lines: &mut Lines<'_>, node: NodeId, column: u32) -> Option<()> {
    let mut from = tree.span(node).start;
    for item in tree.items(node) {
        let dash = mark(lines, from, '-')?;
        lines.put(dash, column);
        from = tree.span(item).end.max(dash + 1);
        if tree.is_missing(item) {
            continue;
        }
        let item_start = start(tree, item);
        if lines.line(item_start) == lines.line(dash) {
            lines.replace(Span::new(dash + 1, item_start), " ");
        }
        value(tree, lines, item, column, column + STEP)?;
    }
    Some(())
}

/// The next thing from `from` on that is neither white space nor a comment, if it is `wanted`.
fn mark(lines: &Lines<'_>, from: u32, wanted: char) -> Option<u32> {
    let mut at = from as usize;
    let bytes = lines.text.as_bytes();
    loop {
        match bytes.get(at)? {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at += lines.text.get(at..)?.find(['\n', '\r'])?,
            byte => return (char::from(*byte) == wanted).then_some(at as u32),
        }
    }
}

/// The text of a block stands one step to the right of what holds it; where its header says how far, it keeps that.
fn block_scalar(tree: &Tree, lines: &mut Lines<'_>, node: NodeId, parent: u32, column: u32) {
    let span = tree.span(node);
    let header = lines.line(span.start);
    let header_text = Span::new(span.start, lines.span(header).end).slice(lines.text);
    let marks: &str = header_text.split([' ', '\t']).next().unwrap_or_default();
    let is_said = marks.contains(|mark: char| mark.is_ascii_digit());
    let before = i64::from(tree.content_indent(node));
    let shift = if is_said { lines.shift(span.start) } else { i64::from(column.max(parent + STEP)) - before };
    for line in header + 1..=lines.line(span.end) {
        if lines.line(span.end) == line && lines.span(line).start == span.end {
            break;
        }
        let indent = lines.indent(line);
        let is_empty = lines.is_blank(line) && i64::from(indent) <= before;
        let place = if is_empty { Place::Within(0) } else { moved(indent, shift) };
        lines.set(line, place);
    }
}

fn moved(indent: u32, shift: i64) -> Place {
    Place::Within(u32::try_from((i64::from(indent) + shift).max(0)).unwrap_or_default())
}
