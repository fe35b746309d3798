//! Text blocks: `|` and `>`.

use super::cursor::Line;
use super::{Parser, span};
use crate::tree::{Kind, Style};

/// The first line of a text block.
struct Header {
    /// Column of the text where the header says it.
    indent: Option<i32>,
    /// End of the marks.
    end: usize,
}

impl Parser<'_> {
    /// Reads the text block at the position into the open slot.
    pub(super) fn block_scalar(&mut self) {
        let start = self.cursor.at;
        let style = if self.cursor.peek() == b'|' { Style::Literal } else { Style::Folded };
        let parent = self.top().indent;
        let header = self.block_scalar_header(parent);
        let body = self.block_scalar_body(header.indent, parent);
        let end = body.end.max(header.end);
        let properties = self.take_properties();
        let id = self.leaf(Kind::Scalar, style, span(start, end), properties);
        self.builder.tree.nodes[id.index()].indent = body.indent.max(0).unsigned_abs();
        self.top().advance();
    }

    fn block_scalar_header(&mut self, parent: i32) -> Header {
        let start = self.cursor.at;
        let mut at = start + 1;
        let mut indent = None;
        while let byte @ (b'+' | b'-' | b'1'..=b'9') = self.cursor.byte(at) {
            if byte.is_ascii_digit() {
                indent = Some(parent.max(0) + i32::from(byte - b'0'));
            }
            at += 1;
        }
        let end = at;
        self.cursor.at = self.cursor.after_blanks(at);
        if self.cursor.is_comment(self.cursor.at) {
            self.comment();
        } else if !self.cursor.is_line_end(self.cursor.at) {
            let line_end = self.cursor.line_end(start);
            let mark = char::from(self.cursor.byte(start));
            let message = format!(
                "text after `{mark}` begins on the next line, indented; to write it here, put it in quotes"
            );
            self.syntax(self.cursor.at, line_end, message);
            self.skip_line();
        }
        Header { indent, end }
    }

    /// Moves over the lines of the text; returns its column and the end of its last line.
    fn block_scalar_body(&mut self, indent: Option<i32>, parent: i32) -> Body {
        let mut body = Body { indent: indent.unwrap_or(parent + 1), known: indent.is_some(), end: 0 };
        let mut widest_blank: Option<Line> = None;
        let mut shallow_reported = false;
        let mut line_end = self.cursor.at;
        while line_end < self.cursor.end() {
            let line = self.cursor.line_at(self.cursor.after_break(line_end));
            if line.start >= self.cursor.end() || self.cursor.is_document_mark(line) {
                break;
            }
            line_end = self.cursor.line_end(line.text);
            if self.cursor.is_line_end(line.text) && body.is_blank(line) {
                if widest_blank.is_none_or(|widest| widest.spaces < line.spaces) {
                    widest_blank = Some(line);
                }
                continue;
            }
            let column = if line.spaces > parent { line.spaces } else { line.indent };
            if column <= parent {
                break;
            }
            if !body.known {
                body.indent = column;
                body.known = true;
                self.check_leading_blank(widest_blank, column);
            }
            if line.spaces < body.indent {
                if self.cursor.byte(line.text) == b'#' {
                    break;
                }
                self.report_shallow_line(line, line_end, &mut shallow_reported);
            }
            body.end = line_end;
            self.cursor.line = line;
            self.cursor.at = line_end;
        }
        body
    }

    /// A line that is indented less than the text, but deeper than the block around it.
    fn report_shallow_line(&mut self, line: Line, line_end: usize, reported: &mut bool) {
        if line.tabs {
            self.report_tabs(line);
        } else if !std::mem::replace(reported, true) {
            let message =
                "this line is indented less than the first line of its text: indent all lines alike";
            self.syntax(line.text, line_end, message);
        }
    }

    fn check_leading_blank(&mut self, widest: Option<Line>, indent: i32) {
        if let Some(blank) = widest.filter(|blank| blank.spaces > indent) {
            let message = "this empty line has more spaces than the text below it: remove them";
            self.builder.error(crate::tree::ErrorKind::Syntax, span(blank.start, blank.text), message);
        }
    }
}

/// Where the text of a block stands.
struct Body {
    /// Its column; until `known` the smallest that is possible.
    indent: i32,
    known: bool,
    end: usize,
}

impl Body {
    /// Whether a line of blanks has no more of them than the indentation, which makes it an empty line.
    const fn is_blank(&self, line: Line) -> bool {
        if line.tabs { line.spaces < self.indent } else { !self.known || line.spaces <= self.indent }
    }
}
