//! Small edits that several rules offer.

use divisi_syntax::{Kind, LineIndex, NodeId, Span, Spanned, Style, Tree};

use crate::finding::{Edit, Fix};

/// "Change to `new`", keeping the quotes around the old text.
pub fn change_to(text: &str, span: Span, new: &str) -> Fix {
    Fix::new(format!("Change to `{new}`"), span, requote(text, span, new))
}

/// `new` in the quotes, if any, that the text under `span` has. Names need no escapes.
fn requote(text: &str, span: Span, new: &str) -> String {
    match span.slice(text).chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{new}{quote}"),
        _ => new.to_owned(),
    }
}

/// Where `part`, a range of the content, stands in the source; the whole span where escapes make that uncertain.
pub(crate) fn part_of(text: &str, whole: &Spanned<String>, part: std::ops::Range<usize>) -> Span {
    let raw = whole.span.slice(text);
    let Some(offset) = raw.find(whole.value.as_str()) else {
        return whole.span;
    };
    let start = whole.span.start + offset as u32;
    Span::new(start + part.start as u32, start + part.end as u32)
}

/// The item of the sequence `list` (or `list` itself, a lone scalar) that stands at `span`.
pub(crate) fn item_at(tree: &Tree, list: NodeId, span: Span) -> Option<NodeId> {
    if tree.kind(list) == Kind::Scalar {
        return (tree.span(list) == span).then_some(list);
    }
    tree.items(list).find(|item| tree.span(*item) == span)
}

/// Takes `item` out of the value of `key` in `mapping`; the whole entry where it is the only one. None where that
/// cannot be done without a guess at the layout.
pub fn remove_item(
    tree: &Tree,
    lines: &LineIndex,
    mapping: NodeId,
    key: &str,
    item: Span,
) -> Option<Vec<Edit>> {
    let (key, list) = tree.entry(mapping, key)?;
    let item = item_at(tree, list, item)?;
    if item == list {
        return remove_entry(tree, lines, mapping, key, list);
    }
    let items: Vec<NodeId> = tree.items(list).collect();
    let at = items.iter().position(|other| *other == item)?;
    let is_flow = tree.style(list) == Style::Flow;
    if items.len() == 1 {
        let entry = remove_entry(tree, lines, mapping, key, list);
        return entry.or_else(|| is_flow.then(|| vec![remove_flow_item(tree, &items, at)]));
    }
    let edit = if is_flow {
        remove_flow_item(tree, &items, at)
    } else {
        remove_lines(tree, lines, tree.span(item))?
    };
    Some(vec![edit])
}

/// `a, b` loses an item and the comma that parted it from its neighbour.
fn remove_flow_item(tree: &Tree, items: &[NodeId], at: usize) -> Edit {
    let own = tree.span(items[at]);
    let span = match (at.checked_sub(1).and_then(|at| items.get(at)), items.get(at + 1)) {
        (_, Some(next)) => Span::new(own.start, tree.span(*next).start),
        (Some(previous), None) => Span::new(tree.span(*previous).end, own.end),
        (None, None) => own,
    };
    Edit { span, text: String::new() }
}

fn remove_entry(
    tree: &Tree,
    lines: &LineIndex,
    mapping: NodeId,
    key: NodeId,
    value: NodeId,
) -> Option<Vec<Edit>> {
    let entries: Vec<_> = tree.entries(mapping).collect();
    let at = entries.iter().position(|(other, _)| *other == key)?;
    let span = tree.span(key).cover(tree.span(value));
    let (_, before) = entries.get(at.checked_sub(1)?)?;
    let edit = match tree.style(mapping) {
        Style::Flow => remove_behind(tree, tree.span(*before), span)?,
        _ => remove_lines(tree, lines, span)?,
    };
    Some(vec![edit])
}

/// Removes `span` with the comma between it and what stands `before`, if no comment does.
fn remove_behind(tree: &Tree, before: Span, span: Span) -> Option<Edit> {
    let gap = Span::new(before.end, span.start).slice(tree.text());
    (gap.trim() == ",").then(|| Edit { span: Span::new(before.end, span.end), text: String::new() })
}

/// Removes the lines of `span`, if nothing but indentation, a dash and a comment stands beside it.
fn remove_lines(tree: &Tree, lines: &LineIndex, span: Span) -> Option<Edit> {
    let text = tree.text();
    let start = lines.line_start(lines.line(span.start));
    let end = lines.line_start(lines.line(span.end) + 1);
    let before = Span::new(start, span.start).slice(text).trim();
    let after = Span::new(span.end, end).slice(text).trim();
    let is_alone = matches!(before, "" | "-") && (after.is_empty() || after.starts_with('#'));
    is_alone.then(|| Edit { span: Span::new(start, end), text: String::new() })
}

/// Adds `item` to the list under `key` in `mapping`; where the key is missing, adds it after the first entry. None
/// where that cannot be done without a guess at the layout.
pub fn add_item(tree: &Tree, lines: &LineIndex, mapping: NodeId, key: &str, item: &str) -> Option<Edit> {
    let item = quoted(tree, item);
    let Some(list) = tree.get(mapping, key) else {
        return insert_entry(tree, lines, mapping, &format!("{}: [{item}]", quoted(tree, key)));
    };
    let last = tree.items(list).last()?;
    let at = Span::at(tree.span(last).end);
    match tree.style(list) {
        Style::Flow => Some(Edit { span: at, text: format!(", {item}") }),
        Style::Block if tree.kind(last) == Kind::Scalar => {
            let line = lines.line_start(lines.line(tree.span(last).start));
            let before = Span::new(line, tree.span(last).start).slice(tree.text());
            (before.trim() == "-").then(|| Edit { span: at, text: format!("\n{before}{item}") })
        }
        _ => None,
    }
}

/// Adds `key: value` after the first entry. `value` is a word. None where that cannot be done without a guess at the
/// layout.
pub fn add_entry(tree: &Tree, lines: &LineIndex, mapping: NodeId, key: &str, value: &str) -> Option<Edit> {
    insert_entry(tree, lines, mapping, &format!("{}: {}", quoted(tree, key), quoted(tree, value)))
}

/// A word as the language of the tree writes it.
fn quoted(tree: &Tree, word: &str) -> String {
    if tree.is_json() { format!("\"{word}\"") } else { word.to_owned() }
}

/// After the first entry, where that is one line: a line more in a block, an item more between braces.
fn insert_entry(tree: &Tree, lines: &LineIndex, mapping: NodeId, entry: &str) -> Option<Edit> {
    let (key, value) = tree.entries(mapping).next()?;
    let span = tree.span(key).cover(tree.span(value));
    let line = lines.line(span.start);
    let is_plain = tree.kind(value) == Kind::Scalar && !tree.is_missing(value);
    if !is_plain || lines.line(span.end) != line {
        return None;
    }
    let at = Span::at(span.end);
    if tree.style(mapping) == Style::Flow {
        return Some(Edit { span: at, text: format!(", {entry}") });
    }
    let column = span.start - lines.line_start(line);
    Some(Edit { span: at, text: format!("\n{}{entry}", " ".repeat(column as usize)) })
}
