//! `tools` of an agent, as Claude Code reads it (docs/decisions/0013-loader-oracle.md).

use divisi_syntax::{Decoded, Kind, NodeId, ScalarValue, Span, Spanned, Tree};

/// The names, each where it stands. `None` where `*` is among them: then the agent has all tools.
///
/// Whatever holds no name gives an agent without tools: nothing, a number, a mapping.
pub(super) fn read(tree: &Tree, value: NodeId) -> Option<Vec<Spanned<String>>> {
    let value = tree.resolve(value);
    let mut names = Vec::new();
    if tree.kind(value) == Kind::Sequence {
        for text in tree.items(value).filter_map(|item| text(tree, item)) {
            names.extend(separated(&text));
        }
    } else if let Some(text) = text(tree, value) {
        names = separated(&text);
    }
    names.iter().all(|name| name.value != "*").then_some(names)
}

/// The content of a scalar that YAML takes for a text.
pub(super) fn text(tree: &Tree, value: NodeId) -> Option<Decoded> {
    matches!(tree.scalar(value), Some(ScalarValue::Str(_))).then(|| tree.decoded(value)).flatten()
}

/// Names between commas and blanks outside parentheses: `Bash(git log, git diff)` is one.
fn separated(decoded: &Decoded) -> Vec<Spanned<String>> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    let mut start = 0;
    for (at, c) in decoded.text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | ' ' if depth == 0 => {
                names.extend(name(decoded, start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.extend(name(decoded, start, decoded.text.len()));
    names
}

fn name(decoded: &Decoded, start: usize, end: usize) -> Option<Spanned<String>> {
    let part = decoded.text.get(start..end)?;
    let name = part.trim();
    if name.is_empty() {
        return None;
    }
    let before = start + part.len() - part.trim_start().len();
    let span = decoded.source_span(Span::new(offset(before), offset(before + name.len())));
    Some(Spanned::new(name.to_owned(), span))
}

/// An offset in a text shorter than 4 GiB ([`Span`]).
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
