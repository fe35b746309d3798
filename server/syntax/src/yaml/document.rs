//! Documents, their marks and directives.

use super::frame::{Frame, FrameKind, Slot};
use super::{Parser, Token, span};
use crate::tree::{TagHandle, Tree};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl Parser<'_> {
    /// Reads all documents of the region.
    pub(super) fn run(mut self) -> Tree {
        while self.document() {}
        self.link_aliases();
        self.builder.finish()
    }

    /// Reads the next document; false when there is none.
    fn document(&mut self) -> bool {
        let Some(start) = self.prologue() else { return false };
        self.stack.clear();
        self.content_end = start as u32;
        self.builder.tree.document_spans.push(span(start, start));
        let mut end = start;
        if self.cursor.is_document_mark(self.cursor.line) {
            end = start + 3;
            self.cursor.at = end;
            self.compact = false;
        } else {
            self.fresh_line = true;
        }
        self.stack.push(Frame::new(FrameKind::Root, -1, Slot::Value, end as u32));
        self.content_end = end as u32;
        self.content();
        self.fresh_line = true;
        if self.outer_flow.is_some() {
            self.abort_flow();
        }
        self.close_above(0);
        self.finish_entry();
        let root = self.builder.tree.documents.last().map(|root| self.builder.tree.span(*root));
        if end == start
            && let Some(root) = root
        {
            end = self.cursor.line_end(start).min(root.end as usize);
        }
        if let Some(last) = self.builder.tree.document_spans.last_mut() {
            last.end = last.start.max(end as u32);
        }
        true
    }

    /// Reads directives and ends of documents up to the `---` or first content of the next one.
    fn prologue(&mut self) -> Option<usize> {
        let mut directive = None;
        loop {
            let token = self.next_token();
            let at = self.cursor.at;
            match token {
                Token::End => {
                    self.check_directive(directive);
                    return None;
                }
                Token::DocumentMark if self.cursor.starts_with(at, b"...") => {
                    self.check_directive(directive.take());
                    self.document_end();
                }
                Token::DocumentMark => return Some(at),
                _ if self.cursor.starts_with(at, BYTE_ORDER_MARK) && at == self.cursor.line.start => {
                    self.cursor.enter(at + BYTE_ORDER_MARK.len());
                    self.fresh_line = true;
                }
                _ if self.cursor.peek() == b'%' && at == self.cursor.line.start => {
                    directive = Some(at);
                    self.directive();
                }
                _ => {
                    self.check_directive(directive);
                    return Some(at);
                }
            }
        }
    }

    fn document_end(&mut self) {
        let text = self.cursor.after_blanks(self.cursor.at + 3);
        if !self.cursor.is_line_end(text) && !self.cursor.is_comment(text) {
            self.syntax(text, self.cursor.line_end(text), "nothing can stand on the line of `...`");
            self.skip_line();
            return;
        }
        self.cursor.at = text;
    }

    fn check_directive(&mut self, directive: Option<usize>) {
        if let Some(at) = directive {
            let end = self.cursor.line_end(at);
            self.syntax(
                at,
                end,
                "a line that begins with `%` needs a `---` line after it; if this is text, put it in quotes",
            );
        }
    }

    /// Reads `%YAML` or `%TAG`; others are left alone.
    fn directive(&mut self) {
        let start = self.cursor.at;
        let end = self.cursor.line_end(start);
        let mut words = Vec::new();
        let mut at = start;
        while at < end && !self.cursor.is_comment(at) {
            let word_start = at;
            while at < end && !self.cursor.is_gap(at) {
                at += 1;
            }
            words.push(span(word_start, at));
            at = self.cursor.after_blanks(at);
        }
        self.cursor.at = at.min(end);
        if let [name, handle, prefix] = words[..]
            && name.slice(self.text) == "%TAG"
        {
            let document = self.builder.tree.documents.len() as u32;
            self.builder.tree.tag_handles.push(TagHandle { document, handle, prefix });
        }
    }
}
