//! The YAML block between two `---` lines at the top of a Markdown file.

use crate::span::Span;

/// Where the parts of a Markdown file with front matter stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrontMatter {
    /// The opening `---` without its line end.
    pub open: Span,
    /// The YAML between the marks, without both.
    pub yaml: Span,
    /// The closing `---`; `None` when it was never closed (then `yaml` reaches to the end).
    pub close: Option<Span>,
    /// Everything after the closing line.
    pub body: Span,
}

impl FrontMatter {
    /// The same file as Claude Code divides it: its front matter ends at the next three dashes, wherever they stand
    /// (docs/decisions/0013-loader-oracle.md). What is behind them on their line begins the text.
    #[must_use]
    pub fn ending_at_first_dashes(self, text: &str) -> Self {
        let Some(at) = self.yaml.slice(text).find("---") else { return self };
        let start = self.yaml.start + at as u32;
        let close = Span::new(start, start + 3);
        let rest = text.get(close.end as usize..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let blank = if line.trim().is_empty() { line.len() as u32 } else { 0 };
        Self {
            open: self.open,
            yaml: Span::new(self.yaml.start, start),
            close: Some(close),
            body: Span::new(close.end + blank, text.len() as u32),
        }
    }
}

/// Finds the front matter of `text`: only when its very first line (after a BOM) is `---`.
///
/// White space behind a mark is ignored; before it, the line is none. YAML's
/// `...` closes nothing here, since the tools that load these files only look for `---`;
/// a longer line of dashes begins with it and closes too.
pub fn front_matter(text: &str) -> Option<FrontMatter> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = lines_from(text, start);
    let (open, yaml_start) = lines.next()?;
    let open = opening_mark(text, open)?;
    let closing = lines.find_map(|(line, next)| Some((closing_mark(text, line)?, line.start, next)));
    let end = text.len() as u32;
    Some(match closing {
        Some((close, yaml_end, body_start)) => FrontMatter {
            open,
            yaml: Span::new(yaml_start, yaml_end),
            close: Some(close),
            body: Span::new(body_start, end),
        },
        None => FrontMatter { open, yaml: Span::new(yaml_start, end), close: None, body: Span::at(end) },
    })
}

/// The first three dashes of a line of nothing but three or more.
fn closing_mark(text: &str, line: Span) -> Option<Span> {
    let dashes = line.slice(text).trim_end();
    let closes = dashes.len() >= 3 && dashes.bytes().all(|byte| byte == b'-');
    closes.then(|| Span::new(line.start, line.start + 3))
}

/// The three dashes of the opening line.
fn opening_mark(text: &str, line: Span) -> Option<Span> {
    (line.slice(text).trim_end() == "---").then(|| Span::new(line.start, line.start + 3))
}

/// Each line from `start` on with the start of the line after it.
fn lines_from(text: &str, start: usize) -> impl Iterator<Item = (Span, u32)> {
    let mut at = start;
    text.get(start..).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        (Span::new(begin as u32, at as u32), at as u32)
    })
}

#[cfg(test)]
mod tests {
    use super::front_matter;

    /// `(yaml, closed, body)`, or nothing.
    fn parts(text: &str) -> Option<(&str, bool, &str)> {
        let found = front_matter(text)?;
        assert_eq!(found.open.slice(text), "---");
        assert!(found.close.is_none_or(|close| close.slice(text) == "---"));
        Some((found.yaml.slice(text), found.close.is_some(), found.body.slice(text)))
    }

    #[test]
    fn finds_the_block_at_the_top() {
        let cases = [
            ("---\nname: a\n---\nBody\n", Some(("name: a\n", true, "Body\n"))),
            ("---\r\nname: a\r\n---\r\nBody", Some(("name: a\r\n", true, "Body"))),
            ("\u{feff}---\nname: a\n---\n", Some(("name: a\n", true, ""))),
            ("---  \t\nname: a\n---   \nBody", Some(("name: a\n", true, "Body"))),
            ("---\n---\n", Some(("", true, ""))),
            ("---\n---", Some(("", true, ""))),
            ("---\nname: a\n...\nBody", Some(("name: a\n...\nBody", false, ""))),
            ("---\nname: a\n------\nBody", Some(("name: a\n", true, "Body"))),
            ("---\nname: a\n--\n--- -\nBody", Some(("name: a\n--\n--- -\nBody", false, ""))),
            ("------\nname: a\n---\n", None),
            ("---\nname: a", Some(("name: a", false, ""))),
            ("---", Some(("", false, ""))),
            ("---\na: |\n  ---\n---\nBody\n---\n", Some(("a: |\n  ---\n", true, "Body\n---\n"))),
            ("", None),
            ("\n---\nname: a\n---\n", None),
            (" ---\nname: a\n---\n", None),
            ("----\nname: a\n---\n", None),
            ("--- x\nname: a\n---\n", None),
            ("# Title\n---\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parts(text), expected, "{text:?}");
        }
    }

    #[test]
    fn claude_code_ends_it_at_the_first_dashes() {
        let cases = [
            ("---\na: b\n---\nBody\n", "a: b\n", "Body\n"),
            ("---\na: b --- c\n---\nBody\n", "a: b ", " c\n---\nBody\n"),
            ("---\na: |\n  ---\n  c\n---\nBody\n", "a: |\n  ", "  c\n---\nBody\n"),
            ("---\na: b\n --- \nBody\n", "a: b\n ", "Body\n"),
            ("---\na: b\n", "a: b\n", ""),
        ];
        for (text, yaml, body) in cases {
            let found = front_matter(text).unwrap().ending_at_first_dashes(text);
            assert_eq!((found.yaml.slice(text), found.body.slice(text)), (yaml, body), "{text:?}");
        }
    }
}
