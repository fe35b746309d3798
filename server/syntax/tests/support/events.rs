//! A tree in the notation of the yaml-test-suite: `+MAP`, `=VAL :text`, `=ALI *name`.

use divisi_syntax::{Kind, NodeId, Style, Tree};

/// All events of `tree`. `-DOC` never has its `...`: whether that is written means nothing.
pub(crate) fn events(tree: &Tree) -> Vec<String> {
    let mut events = vec!["+STR".to_owned()];
    for (root, mark) in tree.documents().iter().zip(tree.document_spans()) {
        let explicit = if mark.slice(tree.text()) == "---" { " ---" } else { "" };
        events.push(format!("+DOC{explicit}"));
        node(tree, *root, &mut events);
        events.push("-DOC".to_owned());
    }
    events.push("-STR".to_owned());
    events
}

fn node(tree: &Tree, id: NodeId, events: &mut Vec<String>) {
    match tree.kind(id) {
        Kind::Mapping => collection(tree, id, "MAP", "{}", events),
        Kind::Sequence => collection(tree, id, "SEQ", "[]", events),
        Kind::Alias => events.push(format!("=ALI {}", tree.span(id).slice(tree.text()))),
        Kind::Scalar => {
            let text = tree.str(id).unwrap_or_default();
            events.push(format!("=VAL{} {}{}", properties(tree, id), mark(tree.style(id)), escaped(&text)));
        }
    }
}

fn collection(tree: &Tree, id: NodeId, name: &str, brackets: &str, events: &mut Vec<String>) {
    let flow = if tree.style(id) == Style::Flow { format!(" {brackets}") } else { String::new() };
    events.push(format!("+{name}{flow}{}", properties(tree, id)));
    for child in tree.children(id) {
        node(tree, child, events);
    }
    events.push(format!("-{name}"));
}

fn properties(tree: &Tree, id: NodeId) -> String {
    let anchor = tree.anchor(id).map(|anchor| format!(" {}", anchor.slice(tree.text())));
    let tag = tree.resolved_tag(id).map(|tag| format!(" <{tag}>"));
    anchor.unwrap_or_default() + &tag.unwrap_or_default()
}

fn mark(style: Style) -> char {
    match style {
        Style::SingleQuoted => '\'',
        Style::DoubleQuoted => '"',
        Style::Literal => '|',
        Style::Folded => '>',
        _ => ':',
    }
}

/// `text` with the escapes of the notation.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\x08' => escaped.push_str("\\b"),
            other => escaped.push(other),
        }
    }
    escaped
}
