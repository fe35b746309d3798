//! A reading position in the text, with what is known about its line.

use std::ops::Range;

use memchr::memchr2;

/// How many columns a tab in the indentation is taken for. YAML forbids it
/// there; with 2 the usual files still come out as they were meant.
pub(crate) const TAB_COLUMNS: i32 = 2;

/// One line, up to its first character that is neither space nor tab.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// First byte of the line.
    pub(super) start: usize,
    /// First byte after the indentation.
    pub(super) text: usize,
    /// Columns of indentation, tabs included.
    pub(super) indent: i32,
    /// Spaces before the first character that is none.
    pub(super) spaces: i32,
    /// Whether a tab is part of the indentation.
    pub(super) tabs: bool,
}

/// The position of the parser. Bytes past the end of the region read as 0.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) line: Line,
}

impl<'a> Cursor<'a> {
    /// Reads the part `region` of `text`.
    pub(super) fn new(text: &'a str, region: Range<usize>) -> Self {
        let start = region.start;
        let bytes = text.as_bytes().get(..region.end).unwrap_or_default();
        let mut cursor =
            Self { bytes, at: start, line: Line { start, text: start, indent: 0, spaces: 0, tabs: false } };
        cursor.enter(start);
        cursor
    }

    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    pub(super) fn starts_with(&self, at: usize, prefix: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(prefix))
    }

    /// Whether a token ends before `at`: there is a blank, a line break or the end.
    pub(super) fn is_gap(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// Whether a line break or the end is at `at`.
    pub(super) fn is_line_end(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
    }

    /// Whether the one-character mark `mark` stands at `at`, with a gap after it.
    pub(super) fn is_mark(&self, at: usize, mark: u8) -> bool {
        self.byte(at) == mark && at < self.end() && self.is_gap(at + 1)
    }

    /// Whether a comment begins at `at`: only after a blank or at the start of a line.
    pub(super) fn is_comment(&self, at: usize) -> bool {
        self.byte(at) == b'#'
            && (at <= self.line.start || at.checked_sub(1).is_none_or(|before| self.is_gap(before)))
    }

    /// First byte from `at` on that is neither space nor tab.
    pub(super) fn after_blanks(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t') {
            at += 1;
        }
        at
    }

    /// The line break, or the end, that ends the line of `at`.
    pub(super) fn line_end(&self, at: usize) -> usize {
        self.bytes
            .get(at..)
            .and_then(|rest| memchr2(b'\n', b'\r', rest))
            .map_or(self.bytes.len(), |length| at + length)
    }

    /// First byte after the line break at `at`.
    pub(super) fn after_break(&self, at: usize) -> usize {
        let pair = self.byte(at) == b'\r' && self.byte(at + 1) == b'\n';
        (at + if pair { 2 } else { 1 }).min(self.bytes.len())
    }

    /// End of `start..end` without blanks before it.
    pub(super) fn trim_end(&self, start: usize, mut end: usize) -> usize {
        while end > start && matches!(self.byte(end - 1), b' ' | b'\t') {
            end -= 1;
        }
        end
    }

    /// Measures the line that starts at `start`.
    pub(super) fn line_at(&self, start: usize) -> Line {
        let mut line = Line { start, text: start, indent: 0, spaces: 0, tabs: false };
        loop {
            match self.byte(line.text) {
                b' ' => {
                    line.indent += 1;
                    line.spaces += i32::from(!line.tabs);
                }
                b'\t' => {
                    line.indent += TAB_COLUMNS;
                    line.tabs = true;
                }
                _ => return line,
            }
            line.text += 1;
        }
    }

    /// Moves to the first token of the line that starts at `start`.
    pub(super) fn enter(&mut self, start: usize) {
        self.line = self.line_at(start);
        self.at = self.line.text;
    }

    /// Moves past the end of the line of the position.
    pub(super) fn next_line(&mut self) {
        let end = self.line_end(self.at);
        if end >= self.end() {
            self.at = self.end();
        } else {
            self.enter(self.after_break(end));
        }
    }

    /// Column of `at`, which lies on the current line behind its indentation.
    pub(super) fn column(&self, at: usize) -> i32 {
        let inside = at.saturating_sub(self.line.text);
        self.line.indent.saturating_add(i32::try_from(inside).unwrap_or(i32::MAX))
    }

    /// Whether the position is the first token of its line.
    pub(super) fn is_line_start(&self) -> bool {
        self.at == self.line.text
    }

    /// Whether `line` is `---` or `...` (alone or with a gap after it).
    pub(super) fn is_document_mark(&self, line: Line) -> bool {
        line.text == line.start
            && (self.starts_with(line.text, b"---") || self.starts_with(line.text, b"..."))
            && self.is_gap(line.text + 3)
    }
}
