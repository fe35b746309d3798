//! Text in quotes.

use super::{Parser, span};
use crate::span::Span;

/// Text in quotes as it was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted {
    pub(super) span: Span,
    /// Whether it ends on the line where it starts.
    pub(super) one_line: bool,
}

impl Parser<'_> {
    /// Reads the text in quotes at the position and moves behind it. A line
    /// that is not indented deeper than the block around it ends an unclosed quote.
    pub(super) fn quoted(&mut self) -> Quoted {
        let start = self.cursor.at;
        let quote = self.cursor.peek();
        let parent = self.top().indent;
        let first_line = self.cursor.line.start;
        let mut bad_escape = false;
        let mut at = start + 1;
        loop {
            let byte = self.cursor.byte(at);
            if byte == quote {
                if quote == b'\'' && self.cursor.byte(at + 1) == quote {
                    at += 2;
                    continue;
                }
                self.cursor.at = at + 1;
                let one_line = self.cursor.line.start == first_line;
                return Quoted { span: span(start, at + 1), one_line };
            }
            if byte == b'\\' && quote == b'"' {
                at = self.escape(at, &mut bad_escape);
                continue;
            }
            if !self.cursor.is_line_end(at) {
                at += 1;
                continue;
            }
            match self.quoted_line_after(at, parent) {
                Some(text) => at = text,
                None => return self.unclosed_quote(start, at, first_line),
            }
        }
    }

    /// First byte of text after the line break at `at`, if the quote goes on there.
    fn quoted_line_after(&mut self, at: usize, parent: i32) -> Option<usize> {
        if at >= self.cursor.end() {
            return None;
        }
        let line = self.cursor.line_at(self.cursor.after_break(at));
        if self.cursor.is_line_end(line.text) {
            return (line.text < self.cursor.end()).then_some(line.text);
        }
        if line.indent <= parent || self.cursor.is_document_mark(line) {
            return None;
        }
        self.cursor.line = line;
        Some(line.text)
    }

    fn unclosed_quote(&mut self, start: usize, end: usize, first_line: usize) -> Quoted {
        let quote = if self.cursor.byte(start) == b'"' { '"' } else { '\'' };
        let mut end = end;
        while end > start + 1 && self.cursor.is_gap(end - 1) {
            end -= 1;
        }
        self.syntax(start, end, format!("this text in quotes is never closed: add `{quote}` at its end"));
        self.quote_unclosed = true;
        self.cursor.at = end;
        Quoted { span: span(start, end), one_line: self.cursor.line.start == first_line }
    }

    /// Checks the escape at `at` and returns where it ends.
    fn escape(&mut self, at: usize, reported: &mut bool) -> usize {
        if self.cursor.is_line_end(at + 1) {
            return at + 1;
        }
        let letter = self.cursor.byte(at + 1);
        let digits = match letter {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let good = if digits == 0 {
            b"0abt\tnvfre \"/\\N_LP".contains(&letter)
        } else {
            (0..digits).all(|digit| self.cursor.byte(at + 2 + digit).is_ascii_hexdigit())
        };
        if good {
            return at + 2 + digits;
        }
        if !std::mem::replace(reported, true) {
            let rest = self.text.get(at + 1..).and_then(|rest| rest.chars().next()).unwrap_or('\\');
            let message = format!("`\\{rest}` is no escape: write `\\\\{rest}`, or use single quotes");
            self.syntax(at, at + 1 + rest.len_utf8(), message);
        }
        at + 2
    }
}
