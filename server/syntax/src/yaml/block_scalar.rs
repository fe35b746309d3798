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
        let mut body = Body { indent: indent.unwrap_or(parent + 1), end: 0 };
        let mut known = indent.is_some();
        let mut widest_blank: Option<Line> = None;
        let mut shallow_reported = false;
        let mut line_end = self.cursor.at;
        while line_end < self.cursor.end() {
            let line = self.cursor.line_at(self.cursor.after_break(line_end));
            if line.start >= self.cursor.end() || self.cursor.is_document_mark(line) {
                break;
            }
            line_end = self.cursor.line_end(line.text);
            if self.cursor.is_line_end(line.text) && !(known && line.spaces > body.indent) {
                if !known && widest_blank.is_none_or(|widest| widest.spaces < line.spaces) {
                    widest_blank = Some(line);
                }
                if !(known && line.tabs && line.spaces >= body.indent) {
                    continue;
                }
            } else if !known {
                let width = if line.spaces > parent { line.spaces } else { line.indent };
                if width <= parent {
                    break;
                }
                body.indent = width;
                known = true;
                self.check_leading_blank(widest_blank, width);
            }
            if line.spaces < body.indent && !self.cursor.is_line_end(line.text) {
                if line.indent <= parent || self.cursor.byte(line.text) == b'#' {
                    break;
                }
                if line.tabs {
                    self.report_tabs(line);
                } else if !std::mem::replace(&mut shallow_reported, true) {
                    let message =
                        "this line is indented less than the first line of its text: indent all lines alike";
                    self.syntax(line.text, line_end, message);
                }
            }
            body.end = line_end;
            self.cursor.line = line;
            self.cursor.at = line_end;
        }
        body
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
    indent: i32,
    end: usize,
}
