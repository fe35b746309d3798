//! Text without quotes.

use super::cursor::Line;
use super::property::is_flow_mark;
use super::{Parser, span};
use crate::span::Span;

/// Why unquoted text stops within a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The line is over.
    LineEnd,
    /// A comment follows.
    Comment,
    /// A colon with a gap after it: the text is a key.
    Colon,
    /// A comma or bracket, inside brackets.
    FlowMark,
}

/// Unquoted text within one line, without blanks at its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainLine {
    pub(super) end: usize,
    pub(super) stop: Stop,
}

impl Parser<'_> {
    /// Reads unquoted text from `start` to where it stops on this line.
    pub(super) fn plain_line(&self, start: usize, in_flow: bool) -> PlainLine {
        let cursor = &self.cursor;
        let mut at = start;
        let stop = loop {
            match cursor.byte(at) {
                b'\n' | b'\r' => break Stop::LineEnd,
                0 if at >= cursor.end() => break Stop::LineEnd,
                b':' if cursor.is_gap(at + 1) => break Stop::Colon,
                b':' if in_flow && is_flow_mark(cursor.byte(at + 1)) => break Stop::Colon,
                b'#' if at > start && matches!(cursor.byte(at - 1), b' ' | b'\t') => break Stop::Comment,
                byte if in_flow && is_flow_mark(byte) => break Stop::FlowMark,
                _ => at += 1,
            }
        };
        PlainLine { end: cursor.trim_end(start, at), stop }
    }

    /// Extends unquoted text that ended with its line at `end` over the lines
    /// that continue it. In a block, a line that looks like a key ends the text.
    pub(super) fn plain_continuation(&mut self, start: usize, end: usize, in_flow: bool) -> Continuation {
        let parent = self.top().indent;
        let mut text = Continuation { span: span(start, end), lines: 1, key_line: None };
        loop {
            let Some(line) = self.next_written_line(text.span.end as usize) else { return text };
            let ends = self.cursor.is_document_mark(line)
                || self.cursor.byte(line.text) == b'#'
                || line.indent <= parent;
            if ends {
                return text;
            }
            let part = self.plain_line(line.text, in_flow);
            if part.stop == Stop::Colon && !in_flow {
                text.key_line = Some(line);
                return text;
            }
            if part.end == line.text {
                return text;
            }
            text.span.end = part.end as u32;
            text.lines += 1;
            self.cursor.line = line;
            if part.stop != Stop::LineEnd {
                return text;
            }
        }
    }

    /// The next line with something on it after the line of `at`.
    fn next_written_line(&self, at: usize) -> Option<Line> {
        let mut end = self.cursor.line_end(at);
        while end < self.cursor.end() {
            let line = self.cursor.line_at(self.cursor.after_break(end));
            if !self.cursor.is_line_end(line.text) {
                return Some(line);
            }
            end = line.text;
        }
        None
    }
}

/// Unquoted text over one or more lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Continuation {
    pub(super) span: Span,
    pub(super) lines: u32,
    /// The line that would continue the text, but looks like a key.
    pub(super) key_line: Option<Line>,
}
