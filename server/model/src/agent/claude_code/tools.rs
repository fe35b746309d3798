//! `tools` of an agent, as Claude Code reads it (docs/decisions/0013-loader-oracle.md).

use divisi_syntax::{Decoded, Kind, NodeId, ScalarValue, Spanned, Tree};

use crate::agent::tools;

/// The names, each where it stands. `None` where `*` is among them: then the agent has all tools.
///
/// Whatever holds no name gives an agent without tools: nothing, a number, a mapping.
pub(super) fn read(tree: &Tree, value: NodeId) -> Option<Vec<Spanned<String>>> {
    let names = names(tree, value);
    names.iter().all(|name| name.value != "*").then_some(names)
}

/// The names in a list, or between commas and blanks, each where it stands.
pub(crate) fn names(tree: &Tree, value: NodeId) -> Vec<Spanned<String>> {
    let value = tree.resolve(value);
    let mut names = Vec::new();
    if tree.kind(value) == Kind::Sequence {
        for text in tree.items(value).filter_map(|item| text(tree, item)) {
            names.extend(separated(&text));
        }
    } else if let Some(text) = text(tree, value) {
        names = separated(&text);
    }
    names
}

/// The content of a scalar that YAML takes for a text.
pub(super) fn text(tree: &Tree, value: NodeId) -> Option<Decoded> {
    matches!(tree.scalar(value), Some(ScalarValue::Str(_))).then(|| tree.decoded(value)).flatten()
}

/// Names between commas and blanks.
fn separated(decoded: &Decoded) -> Vec<Spanned<String>> {
    tools::separated(decoded, |c| matches!(c, ',' | ' '), char::is_whitespace)
}
