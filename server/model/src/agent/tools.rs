//! `tools` of an agent: a list, or names separated by commas.

use divisi_syntax::{Decoded, Kind, NodeId, Span, Spanned, Tree};

/// The names, each where it stands. `None` where nothing is written: then the agent has all tools.
pub(super) fn read(tree: &Tree, value: NodeId) -> Option<Vec<Spanned<String>>> {
    let value = tree.resolve(value);
    if tree.kind(value) == Kind::Sequence {
        return Some(tree.items(value).filter_map(|item| content(tree, item)).collect());
    }
    let decoded = tree.decoded(value)?;
    // Brackets and quotes, left when a list was read as a text, do not count.
    let around = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '"' | '\'');
    let names = separated(&decoded, |c| c == ',', around);
    (!names.is_empty()).then_some(names)
}

/// A scalar's content, without its quotes.
pub(crate) fn content(tree: &Tree, id: NodeId) -> Option<Spanned<String>> {
    let decoded = tree.decoded(id)?;
    if decoded.text.is_empty() || tree.scalar(id) == Some(divisi_syntax::ScalarValue::Null) {
        return None;
    }
    let span = decoded.source_span(Span::new(0, length(&decoded.text)));
    Some(Spanned::new(decoded.text, span))
}

/// Names between what `separates` them outside parentheses (`Bash(git log, git diff)` is one), without what stands
/// `around` them.
pub(super) fn separated(
    decoded: &Decoded,
    separates: fn(char) -> bool,
    around: fn(char) -> bool,
) -> Vec<Spanned<String>> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    let mut start = 0;
    for (at, c) in decoded.text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // Every separator is one byte long.
            c if depth == 0 && separates(c) => {
                names.extend(name(decoded, start, at, around));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.extend(name(decoded, start, decoded.text.len(), around));
    names
}

fn name(decoded: &Decoded, start: usize, end: usize, around: fn(char) -> bool) -> Option<Spanned<String>> {
    let part = decoded.text.get(start..end)?;
    let name = part.trim_matches(around);
    if name.is_empty() {
        return None;
    }
    let before = length(decoded.text.get(..start)?) + length(part) - length(part.trim_start_matches(around));
    let span = decoded.source_span(Span::new(before, before + length(name)));
    Some(Spanned::new(name.to_owned(), span))
}

/// Length in bytes; texts are shorter than 4 GiB ([`Span`]).
fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
