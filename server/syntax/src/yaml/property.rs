//! Tags and anchors before a node.

use super::{Parser, span};
use crate::tree::{ErrorKind, Properties};

impl Parser<'_> {
    pub(super) fn has_properties(&self) -> bool {
        !self.outer.is_empty() || !self.inner.is_empty()
    }

    /// Reads the tags and anchors at the position. Returns whether a node follows on the same line.
    pub(super) fn read_properties(&mut self) -> bool {
        loop {
            let start = self.cursor.at;
            match self.cursor.peek() {
                b'&' => self.anchor(),
                b'!' => self.tag(),
                _ => return !self.cursor.is_line_end(start) && !self.cursor.is_comment(start),
            }
            self.inner_start.get_or_insert(start);
            self.content_end = self.content_end.max(self.cursor.at as u32);
            self.top().slot_at = self.cursor.at as u32;
            self.cursor.at = self.cursor.after_blanks(self.cursor.at);
        }
    }

    fn anchor(&mut self) {
        let start = self.cursor.at;
        let end = self.name_end(start + 1);
        if end == start + 1 {
            self.syntax(start, end, "`&` needs a name; if this is text, put it in quotes");
        }
        if self.inner.anchor.is_none() {
            self.inner.anchor = Some(span(start, end));
        } else if !std::mem::replace(&mut self.property_twice, true) {
            self.syntax(start, end, "a value can have one anchor only: remove the second `&` name");
        }
        self.cursor.at = end;
    }

    fn tag(&mut self) {
        let start = self.cursor.at;
        let end = self.tag_end(start);
        if self.inner.tag.is_none() {
            self.inner.tag = Some(span(start, end));
        } else if !std::mem::replace(&mut self.property_twice, true) {
            self.syntax(start, end, "a value can have one tag only: remove the second `!`");
        }
        self.cursor.at = end;
        let next = self.cursor.peek();
        let ends = self.cursor.is_gap(end) || (self.outer_flow.is_some() && is_flow_mark(next));
        if !ends {
            self.syntax(start, end + 1, "a tag ends at a blank; if this is text, put it in quotes");
        }
    }

    fn tag_end(&self, start: usize) -> usize {
        if self.cursor.byte(start + 1) != b'<' {
            return self.name_end(start + 1);
        }
        let mut end = start + 2;
        while !self.cursor.is_gap(end) {
            end += 1;
            if self.cursor.byte(end - 1) == b'>' {
                break;
            }
        }
        end
    }

    /// End of the name of an anchor, alias or tag that starts at `at`.
    pub(super) fn name_end(&self, mut at: usize) -> usize {
        while !self.cursor.is_gap(at) && !is_flow_mark(self.cursor.byte(at)) {
            at += 1;
        }
        at
    }

    /// A new line begins: what was written on the last one belongs to the whole node.
    pub(super) fn properties_to_outer(&mut self) {
        if self.inner.is_empty() {
            return;
        }
        self.outer = self.merged();
        self.inner = Properties::default();
        self.inner_start = None;
    }

    /// All tags and anchors read, for a node that is no key.
    pub(super) fn take_properties(&mut self) -> Properties {
        let all = self.merged();
        self.outer = Properties::default();
        self.take_inner();
        all
    }

    /// Those of this line, for a key.
    pub(super) fn take_inner(&mut self) -> Properties {
        self.inner_start = None;
        self.property_twice = false;
        std::mem::take(&mut self.inner)
    }

    fn merged(&mut self) -> Properties {
        let twice = (self.outer.anchor.is_some() && self.inner.anchor.is_some())
            || (self.outer.tag.is_some() && self.inner.tag.is_some());
        if twice && let Some(start) = self.inner_start {
            let end = self.cursor.line_end(start);
            self.error(
                ErrorKind::Syntax,
                start,
                end,
                "a value can have one tag and one anchor only: remove one",
            );
        }
        Properties { tag: self.outer.tag.or(self.inner.tag), anchor: self.outer.anchor.or(self.inner.anchor) }
    }
}

/// The marks that end a word inside brackets.
pub(super) const fn is_flow_mark(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}
