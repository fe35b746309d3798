//! Writing native YAML: scalars, texts, comments.

use divisi_syntax::{Kind, NodeId, Style, Tree};

/// Words that YAML readers of one version or another take for something else than text.
const RESERVED: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"];

/// A text on one line: bare where that is safe, else in double quotes.
pub(crate) fn scalar(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_word = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    if starts && is_word && !RESERVED.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    quoted(text)
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What stands behind `key:`: a scalar, or a literal block whose lines are indented by `indent`.
pub(crate) fn text(text: &str, indent: usize) -> String {
    let is_odd = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{85}')
    };
    let begins_with_blank = text.starts_with([' ', '\n']);
    if !text.trim_end_matches('\n').contains('\n') || text.contains(is_odd) || begins_with_blank {
        return scalar(text);
    }
    let chomping = match text.len() - text.trim_end_matches('\n').len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let pad = " ".repeat(indent);
    let mut out = format!("|{chomping}");
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&pad);
            out.push_str(line);
        }
    }
    out
}

/// A list in brackets.
pub(crate) fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| scalar(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// A value of another file on one line. `None` where it is nested deeper than anybody follows.
pub(super) fn flow(tree: &Tree, value: NodeId) -> Option<String> {
    flow_at(tree, value, MOST_DEPTH)
}

/// Levels of a value that is written on one line; aliases could ask for more without end.
const MOST_DEPTH: u32 = 12;
/// The longest value on one line, in bytes.
const MOST_FLOW: usize = 20_000;

fn flow_at(tree: &Tree, value: NodeId, depth: u32) -> Option<String> {
    let value = tree.resolve(value);
    let deeper = depth.checked_sub(1)?;
    let written = match tree.kind(value) {
        Kind::Mapping => {
            let mut entries = Vec::new();
            for (key, value) in tree.entries(value) {
                entries.push(format!("{}: {}", scalar(&tree.str(key)?), flow_at(tree, value, deeper)?));
            }
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Kind::Sequence => {
            let items: Option<Vec<String>> =
                tree.items(value).map(|item| flow_at(tree, item, deeper)).collect();
            format!("[{}]", items?.join(", "))
        }
        _ => {
            let text = tree.str(value)?;
            let is_plain = tree.style(value) == Style::Plain;
            let is_word =
                matches!(&*text, "true" | "false" | "null") || text.parse::<f64>().is_ok_and(f64::is_finite);
            if is_plain && is_word { text.into_owned() } else { scalar(&text) }
        }
    };
    (written.len() <= MOST_FLOW).then_some(written)
}

/// A comment of YAML or JSON as comment lines.
pub(crate) fn comment(source: &str) -> Vec<String> {
    let inner = source.trim();
    let inner = match (inner.strip_prefix("/*"), inner.strip_prefix("//"), inner.strip_prefix('#')) {
        (Some(block), ..) => block.strip_suffix("*/").unwrap_or(block).trim(),
        (_, Some(line), _) | (.., Some(line)) => line.strip_prefix(' ').unwrap_or(line),
        _ => inner,
    };
    as_comment(inner)
}

/// Lines as comment lines.
pub(crate) fn as_comment(text: &str) -> Vec<String> {
    text.lines().map(|line| format!("# {line}").trim_end().to_owned()).collect()
}

/// Text of a source whose lines after the first are indented as the source was: without what is common to them.
pub(crate) fn dedent(text: &str) -> String {
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = rest.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    let cut = common.saturating_sub(2);
    let mut lines = text.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        out.push_str(line.get(cut..).unwrap_or_default().trim_end());
    }
    out
}
