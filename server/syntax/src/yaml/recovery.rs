//! Faults that more than one part of the parser meets.

use super::cursor::Line;
use super::{Parser, span};
use crate::tree::ErrorKind;

impl Parser<'_> {
    /// Reports tabs in the indentation of `line`, once a file: one file is indented one way.
    pub(super) fn report_tabs(&mut self, line: Line) {
        if std::mem::replace(&mut self.tabs_reported, true) {
            return;
        }
        self.builder.tree.carries_over = true;
        let message = "tabs cannot indent here: use spaces";
        self.builder.error(ErrorKind::Syntax, span(line.start, line.text), message);
    }

    /// Reports a tab before the block entry at `at`.
    pub(super) fn check_tabs(&mut self, at: usize) {
        let line = self.cursor.line;
        if line.tabs && at == line.text {
            self.report_tabs(line);
        } else if at > line.text && self.cursor.byte(at - 1) == b'\t' && !self.tabs_reported {
            self.tabs_reported = true;
            self.builder.tree.carries_over = true;
            self.syntax(at - 1, at, "a tab cannot stand before a nested entry: use spaces");
        }
    }

    /// Reports the depth limit, once a file, and leaves the text to be skipped.
    pub(super) fn depth_exceeded(&mut self, at: usize) {
        if std::mem::replace(&mut self.depth_reported, true) {
            return;
        }
        self.builder.tree.carries_over = true;
        let message =
            format!("this is nested deeper than {} levels and is not read: flatten it", self.depth_limit);
        self.error(ErrorKind::Limit, at, at + 1, message);
    }

    /// Moves over the rest of the line and all lines that are indented deeper than the innermost block.
    pub(super) fn skip_deeper(&mut self) {
        let indent = self.top().indent;
        self.skip_line();
        while !self.cursor.is_end() {
            let line = self.cursor.line_at(self.cursor.after_break(self.cursor.at));
            let blank = self.cursor.is_line_end(line.text);
            if !blank && (line.indent <= indent || self.cursor.is_document_mark(line)) {
                return;
            }
            self.cursor.line = line;
            self.cursor.at = self.cursor.line_end(line.text);
        }
    }
}
