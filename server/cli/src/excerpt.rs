//! A place in a file, shown with the line it stands on and carets under it.

use std::path::Path;

use divisi_engine::deceptive::is_deceptive;
use divisi_syntax::{Encoding, LineIndex, Span};

use crate::output::{FRAME, paint};
use crate::root;

/// Longer lines are cut around the place, so that a minified file does not flood the terminal. In characters.
const WIDTH: usize = 140;
/// Width of a tab stop when a line is shown.
const TAB: &str = "    ";

/// A text and where its lines begin.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Its file.
    pub(crate) path: &'a Path,
    /// The text.
    pub(crate) text: &'a str,
    /// Its lines.
    pub(crate) lines: &'a LineIndex,
}

impl Source<'_> {
    /// `file:line:column`, both from 1, the column in characters: what editors and terminals make clickable.
    pub(crate) fn place(&self, span: Span) -> String {
        let at = self.lines.position(self.text, span.start, Encoding::Utf32);
        format!("{}:{}:{}", root::shown(self.path), at.line + 1, at.column + 1)
    }

    /// The lines of an excerpt, the first with `arrow` and the place.
    pub(crate) fn excerpt(&self, arrow: &str, mark: char, style: anstyle::Style, span: Span) -> Vec<String> {
        let line = self.lines.line(span.start);
        let number = (line + 1).to_string();
        let gutter = " ".repeat(number.len());
        let shown = self.shown_line(span);
        let carets: String = std::iter::repeat_n(mark, shown.marked).collect();
        let bar = paint(FRAME, "|");
        vec![
            format!("{gutter}{} {}", paint(FRAME, arrow), self.place(span)),
            format!("{gutter} {bar}"),
            format!("{} {bar} {}", paint(FRAME, &number), shown.text),
            format!("{gutter} {bar} {}{}", " ".repeat(shown.before), paint(style, carets)),
        ]
    }

    fn shown_line(&self, span: Span) -> ShownLine {
        let line = self.lines.line(span.start);
        let start = self.lines.line_start(line) as usize;
        let end = self.lines.line_start(line + 1) as usize;
        let whole = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let from = (span.start as usize).saturating_sub(start).min(whole.len());
        let to = (span.end as usize).saturating_sub(start).clamp(from, whole.len());
        let (before, rest) = whole.split_at_checked(from).unwrap_or((whole, ""));
        let marked = whole.get(from..to).unwrap_or_default();
        ShownLine::new(before, marked, rest.get(marked.len()..).unwrap_or_default())
    }
}

/// One line, cut to fit, with the place in characters.
struct ShownLine {
    text: String,
    before: usize,
    marked: usize,
}

impl ShownLine {
    fn new(before: &str, marked: &str, after: &str) -> Self {
        let (before, marked, after) = (printable(before), printable(marked), printable(after));
        let before = cut_front(&before, WIDTH / 2);
        let marked = cut_back(&marked, WIDTH);
        let after = cut_back(&after, WIDTH / 2);
        Self {
            before: before.chars().count(),
            marked: marked.chars().count().max(1),
            text: format!("{before}{marked}{after}"),
        }
    }
}

/// Tabs become spaces; what a terminal would act upon becomes a visible stand-in.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push_str(TAB),
            c if is_deceptive(c) => shown.push('\u{FFFD}'),
            c => shown.push(c),
        }
    }
    shown
}

fn cut_front(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    std::iter::once('…').chain(text.chars().skip(length - width + 1)).collect()
}

fn cut_back(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[track_caller]
    fn check(text: &str, span: Span, expected: expect_test::Expect) {
        let lines = LineIndex::new(text);
        let source = Source { path: Path::new("a.dag.yaml"), text, lines: &lines };
        let plain = anstyle::Style::new();
        let excerpt = source.excerpt("-->", '^', plain, span).join("\n");
        expected.assert_eq(&anstream::adapter::strip_str(&excerpt).to_string());
    }

    #[test]
    fn marks_a_word() {
        check(
            "name: x\nnodes: []\n",
            Span::new(8, 13),
            expect![[r#"
             --> a.dag.yaml:2:1
              |
            2 | nodes: []
              | ^^^^^"#]],
        );
    }

    #[test]
    fn marks_at_least_one_column_at_the_end_of_the_text() {
        check(
            "a: b",
            Span::at(4),
            expect![[r#"
             --> a.dag.yaml:1:5
              |
            1 | a: b
              |     ^"#]],
        );
    }

    #[test]
    fn survives_an_empty_text_and_a_place_beyond_it() {
        check(
            "",
            Span::new(5, 9),
            expect![[r#"
             --> a.dag.yaml:1:1
              |
            1 | 
              | ^"#]],
        );
    }

    #[test]
    fn counts_characters_and_shows_tabs_and_controls() {
        check(
            "\té\u{1b}[2Jx: y\r\n",
            Span::new(7, 8),
            expect![[r#"
             --> a.dag.yaml:1:7
              |
            1 |     é�[2Jx: y
              |          ^"#]],
        );
    }

    #[test]
    fn cuts_long_lines_around_the_place() {
        let text = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        check(
            &text,
            Span::new(500, 504),
            expect![[r#"
             --> a.dag.yaml:1:501
              |
            1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaHEREbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
              |                                                                       ^^^^"#]],
        );
    }

    #[test]
    fn a_place_over_several_lines_is_marked_on_the_first() {
        check(
            "nodes:\n  - id: a\n",
            Span::new(0, 12),
            expect![[r#"
             --> a.dag.yaml:1:1
              |
            1 | nodes:
              | ^^^^^^"#]],
        );
    }
}
