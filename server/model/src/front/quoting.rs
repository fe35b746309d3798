//! The second try of Claude Code's loader: front matter with its one-line top-level values quoted.

use std::sync::Arc;

use divisi_syntax::Span;
use divisi_syntax::strict::check_yaml;

/// A text with quotes put in, and the way back.
pub(super) struct Quoted {
    pub(super) text: Arc<str>,
    /// Where the front matter's YAML stands in the new text.
    pub(super) yaml: Span,
    /// Offsets in the new text of the bytes that were put in, ascending.
    inserted: Vec<u32>,
}

impl Quoted {
    /// The place in the original text.
    pub(super) fn original(&self, span: Span) -> Span {
        let back = |at: u32| {
            let before = self.inserted.partition_point(|inserted| *inserted < at);
            at.saturating_sub(u32::try_from(before).unwrap_or(u32::MAX))
        };
        Span::new(back(span.start), back(span.end))
    }
}

/// Quotes each one-line top-level value in `yaml` that the loader quotes, and writes tabs at a line's start as blanks.
///
/// Lines that end in CR LF are left alone, as the loader leaves them: that is why `: ` in a value is fatal there.
pub(super) fn quote(text: &str, yaml: Span) -> Quoted {
    let mut writer = Writer::default();
    writer.push(text.get(..yaml.start as usize).unwrap_or_default());
    let start = writer.offset();
    for line in yaml.slice(text).split_inclusive('\n') {
        match one_line_value(line).filter(|value| is_quoted_by_the_loader(value)) {
            Some(value) => writer.push_quoted(line, value),
            None => writer.push_untabbed(line),
        }
    }
    let yaml_in_new = Span::new(start, writer.offset());
    writer.push(text.get(yaml.end as usize..).unwrap_or_default());
    Quoted { text: Arc::from(writer.text), yaml: yaml_in_new, inserted: writer.inserted }
}

/// The value of `key: value` at the margin, unless it ends in CR.
fn one_line_value(line: &str) -> Option<&str> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let (key, rest) = line.split_once(':')?;
    let is_key =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-'));
    let value = rest.trim_start_matches([' ', '\t']);
    let separated = value.len() < rest.len();
    (is_key && separated && !value.is_empty() && !value.ends_with('\r')).then_some(value)
}

/// Source: docs/decisions/0013-loader-oracle.md.
fn is_quoted_by_the_loader(value: &str) -> bool {
    const TELLING: &[char] = &['#', '{', '}', '[', ']', '*', '&', '!', '|', '>', '%', '@', '`'];
    let within = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    // The loader's YAML reader itself takes a value that begins with a comma for a text.
    let tells = value.contains(": ") || value.contains(TELLING) || value.starts_with(',');
    tells && !within('"') && !within('\'') && !is_list(value)
}

/// Whether `value` is a list in brackets by itself.
fn is_list(value: &str) -> bool {
    let bracketed = value.starts_with('[') && value.ends_with(']');
    bracketed && check_yaml(value, Span::new(0, u32::try_from(value.len()).unwrap_or(u32::MAX))).is_empty()
}

#[derive(Default)]
struct Writer {
    text: String,
    inserted: Vec<u32>,
}

impl Writer {
    fn offset(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn insert(&mut self, c: char) {
        self.inserted.push(self.offset());
        self.text.push(c);
    }

    /// Writes `line` with two blanks for each tab that it begins with.
    fn push_untabbed(&mut self, line: &str) {
        let rest = line.trim_start_matches('\t');
        for _ in rest.len()..line.len() {
            self.push(" ");
            self.insert(' ');
        }
        self.push(rest);
    }

    /// Writes `line` with quotes around `value`, which ends it, and backslashes where quoting asks for them.
    fn push_quoted(&mut self, line: &str, value: &str) {
        let end = line.strip_suffix('\n').unwrap_or(line).len();
        self.push(line.get(..end - value.len()).unwrap_or_default());
        self.insert('"');
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                self.insert('\\');
            }
            self.text.push(c);
        }
        self.insert('"');
        self.push(line.get(end..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::quote;
    use divisi_syntax::Span;

    #[test]
    fn quotes_one_line_values_at_the_margin() {
        let cases = [
            ("a: b: c\n", "a: \"b: c\"\n"),
            ("a: @say \"x\\y\"\n", "a: \"@say \\\"x\\\\y\\\"\"\n"),
            ("a: 'b'\nc: \"d\"\n", "a: 'b'\nc: \"d\"\n"),
            ("a: |\n  b: c\n", "a: \"|\"\n  b: c\n"),
            ("a: b: c\r\n", "a: b: c\r\n"),
            ("a:\n- b: c\n", "a:\n- b: c\n"),
            ("a: b", "a: b"),
            ("a: [b, c]\nd: [e] [f]\n", "a: [b, c]\nd: \"[e] [f]\"\n"),
            ("a2: b: c\n", "a2: b: c\n"),
            ("a:\n\t- b\n", "a:\n  - b\n"),
        ];
        for (text, expected) in cases {
            let quoted = quote(text, Span::new(0, text.len() as u32));
            assert_eq!(&*quoted.text, expected);
        }
    }

    #[test]
    fn leads_back_to_the_original() {
        let text = "---\na: b: \"c\"\nd: e\n---\nBody";
        let quoted = quote(text, Span::new(4, 19));
        let back = |part: &str| {
            let at = quoted.text.find(part).unwrap() as u32;
            quoted.original(Span::new(at, at + part.len() as u32)).slice(text)
        };
        assert_eq!(back("\"b: \\\"c\\\"\""), "b: \"c\"");
        assert_eq!(back("e"), "e");
        assert_eq!(back("Body"), "Body");
    }
}
