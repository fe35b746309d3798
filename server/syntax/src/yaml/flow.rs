//! Collections in brackets and braces.

use super::block::TEMPLATE_WITHOUT_QUOTES;
use super::frame::{Frame, FrameKind, Slot};
use super::property::is_flow_mark;
use super::{Parser, Place, span};
use crate::tree::{Kind, NodeId, Properties, Style};

/// The outermost collection in brackets, which may turn out to be the key of a block mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct OuterFlow {
    pub(super) place: Place,
    /// Whether a block mapping could begin where it starts.
    pub(super) compact: bool,
    /// Where it starts, with tag and anchor.
    pub(super) start: usize,
    pub(super) column: i32,
    /// First byte of its line.
    pub(super) line: usize,
    /// Tag and anchor on the lines before: of the mapping, if it is a key.
    pub(super) outer: Properties,
    pub(super) node: u32,
}

impl Parser<'_> {
    /// Opens the collection at the position, which is in no other brackets.
    pub(super) fn open_outer_flow(&mut self, outer: OuterFlow) {
        self.outer_flow = Some(outer);
        self.quote_unclosed = false;
        let node = self.builder.tree.len() as u32;
        self.outer = Properties::default();
        let opened = self.open_flow();
        if outer.place == Place::Slot {
            let below = self.stack.len() - 1 - usize::from(opened);
            self.stack[below].advance();
        }
        self.outer_flow = Some(OuterFlow { node, ..outer });
        if !opened {
            self.finish_outer_flow();
        }
    }

    /// Opens the collection at the position, or skips it where it would be too deep.
    fn open_flow(&mut self) -> bool {
        let at = self.cursor.at;
        let indent = self.top().indent;
        let (frame, kind) = match self.cursor.peek() {
            b'[' => (FrameKind::FlowSequence, Kind::Sequence),
            _ => (FrameKind::FlowMapping, Kind::Mapping),
        };
        let properties = self.take_properties();
        if !self.open(kind, Style::Flow, at, properties) {
            self.leaf(Kind::Scalar, Style::Plain, span(at, at), Properties::default());
            self.skip_flow(indent);
            return false;
        }
        self.stack.push(Frame::new(frame, indent, Slot::Free, at as u32));
        self.cursor.at = at + 1;
        self.content_end = self.content_end.max(at as u32 + 1);
        true
    }

    /// Moves over a collection in brackets that is too deep to be read.
    fn skip_flow(&mut self, indent: i32) {
        let mut open = 0_usize;
        loop {
            let at = self.cursor.at;
            match self.cursor.peek() {
                b'[' | b'{' => open += 1,
                b']' | b'}' => open -= 1,
                _ if self.cursor.is_line_end(at) => {
                    if self.cursor.is_end() {
                        return;
                    }
                    let line = self.cursor.line_at(self.cursor.after_break(at));
                    let blank = self.cursor.is_line_end(line.text);
                    if !blank && (line.indent <= indent || self.cursor.is_document_mark(line)) {
                        return;
                    }
                    self.cursor.line = line;
                    self.cursor.at = line.text;
                    continue;
                }
                _ => {}
            }
            self.cursor.at = at + 1;
            if open == 0 {
                self.content_end = self.content_end.max(at as u32 + 1);
                return;
            }
        }
    }

    /// Reads the first token of a line inside brackets, unless the line belongs to the block around them.
    pub(super) fn flow_line(&mut self) {
        let indent = self.top().indent;
        let at = self.cursor.at;
        if self.cursor.column(at) > indent {
            self.flow_token();
            return;
        }
        if matches!(self.cursor.peek(), b']' | b'}' | b',') {
            self.syntax(at, at + 1, "indent this line deeper than the key that the brackets belong to");
            self.flow_token();
            return;
        }
        self.abort_flow();
        self.compact = true;
        self.block_line();
    }

    /// Closes all open brackets where they were not closed.
    pub(super) fn abort_flow(&mut self) {
        let top = *self.top();
        if !std::mem::take(&mut self.quote_unclosed) {
            self.report_unclosed(top);
        }
        while self.top().is_flow() {
            self.close_top();
        }
        if self.outer_flow.take().is_some_and(|outer| outer.place == Place::Key) {
            self.top().slot = Slot::Value;
            self.top().slot_at = self.content_end;
            self.missing();
        }
    }

    fn report_unclosed(&mut self, frame: Frame) {
        let at = frame.start as usize;
        let message = match self.cursor.byte(at) {
            b'[' => "this list is never closed: add `]`",
            b'{' => "this mapping is never closed: add `}`",
            _ => "the brackets around this are never closed: add `]`",
        };
        self.syntax(at, at + 1, message);
    }

    /// Reads one token inside brackets.
    pub(super) fn flow_token(&mut self) {
        let at = self.cursor.at;
        match self.cursor.peek() {
            b',' => self.comma(),
            b']' => self.close_flow(FrameKind::FlowSequence),
            b'}' => self.close_flow(FrameKind::FlowMapping),
            b'?' if self.cursor.is_gap(at + 1) => self.explicit_pair(),
            b':' if self.is_flow_colon() => self.flow_colon(),
            b'-' if self.cursor.is_gap(at + 1) => {
                self.syntax(at, at + 1, "a list in brackets has no dashes: remove it");
                self.cursor.at = at + 1;
            }
            _ => self.flow_node(),
        }
    }

    fn comma(&mut self) {
        let at = self.cursor.at;
        self.close_pair();
        let empty = self.top().slot == Slot::Free && !self.has_properties();
        self.finish_entry();
        if empty {
            self.syntax(at, at + 1, "nothing stands before this comma: remove it");
        }
        self.top().slot = Slot::Free;
        self.flow_mark(at + 1);
    }

    /// Moves behind a mark that ends at `end`.
    fn flow_mark(&mut self, end: usize) {
        self.cursor.at = end;
        self.content_end = self.content_end.max(end as u32);
        self.top().slot_at = end as u32;
    }

    /// Closes a `key: value` that is an item of a list.
    fn close_pair(&mut self) {
        if self.top().kind == FrameKind::FlowPair {
            self.close_top();
        }
    }

    /// Reads a closing bracket, over what is unclosed inside.
    fn close_flow(&mut self, kind: FrameKind) {
        let at = self.cursor.at;
        let matching = (0..self.stack.len()).rev().take_while(|index| self.stack[*index].is_flow());
        let Some(index) = matching.into_iter().find(|index| self.stack[*index].kind == kind) else {
            let mark = char::from(self.cursor.peek());
            self.syntax(at, at + 1, format!("this `{mark}` closes nothing: remove it"));
            self.cursor.at = at + 1;
            return;
        };
        self.close_pair();
        if index + 1 < self.stack.len() {
            let top = *self.top();
            self.report_unclosed(top);
            self.close_above(index);
        }
        self.finish_entry();
        self.content_end = self.content_end.max(at as u32 + 1);
        self.close_top();
        self.cursor.at = at + 1;
        if !self.top().is_flow() {
            self.finish_outer_flow();
        }
    }

    /// The outermost bracket is closed: a colon behind it makes it a key.
    fn finish_outer_flow(&mut self) {
        let Some(outer) = self.outer_flow.take() else { return };
        let node = NodeId(outer.node);
        let end = self.cursor.at;
        let colon = self.cursor.after_blanks(end);
        let is_key = self.cursor.is_mark(colon, b':') && (outer.place == Place::Key || outer.compact);
        if !is_key {
            self.builder.add_properties(node, outer.outer);
            if outer.place == Place::Key {
                let start = self.builder.tree.span(node).start as usize;
                self.syntax(start, end, "a key needs a colon and a blank after it: `key: value`");
                self.top().slot = Slot::Value;
                self.top().slot_at = end as u32;
                self.missing();
                self.skip_line();
            }
            return;
        }
        if self.cursor.line.start != outer.line {
            self.syntax(outer.start, end, "a key must stand on one line");
        }
        if outer.place == Place::Slot {
            let mapping = self.builder.wrap(node, Kind::Mapping, Style::Block);
            self.builder.set_start(mapping, outer.start as u32);
            self.builder.set_properties(mapping, outer.outer);
            self.stack.push(Frame::new(
                FrameKind::BlockMapping,
                outer.column,
                Slot::Free,
                outer.start as u32,
            ));
        }
        self.cursor.at = colon + 1;
        self.content_end = self.content_end.max(colon as u32 + 1);
        self.compact = false;
        let top = self.top();
        top.slot = Slot::Value;
        top.slot_at = colon as u32 + 1;
    }

    /// `? ` inside brackets.
    fn explicit_pair(&mut self) {
        let at = self.cursor.at;
        self.begin_entry();
        if self.top().slot != Slot::Free {
            self.syntax(at, at + 1, "`? ` can only begin an entry: remove it, or put the text in quotes");
            self.cursor.at = at + 1;
            return;
        }
        if self.top().kind == FrameKind::FlowSequence && !self.open_pair(at) {
            return;
        }
        self.top().slot = Slot::Key;
        self.flow_mark(at + 1);
    }

    /// Opens a `key: value` item of a list before its key is known.
    fn open_pair(&mut self, at: usize) -> bool {
        let indent = self.top().indent;
        self.note_last(self.builder.tree.len() as u32, false);
        if !self.open(Kind::Mapping, Style::Flow, at, Properties::default()) {
            self.cursor.at = at + 1;
            return false;
        }
        self.stack.push(Frame::new(FrameKind::FlowPair, indent, Slot::Free, at as u32));
        true
    }

    /// Whether the colon at the position separates a key from its value.
    fn is_flow_colon(&mut self) -> bool {
        let at = self.cursor.at;
        if self.cursor.is_gap(at + 1) || is_flow_mark(self.cursor.byte(at + 1)) {
            return true;
        }
        let top = self.top();
        let after_node = match top.kind {
            FrameKind::FlowSequence => top.slot == Slot::Filled,
            _ => top.slot == Slot::Colon,
        };
        after_node && top.last_is_json
    }

    fn flow_colon(&mut self) {
        let at = self.cursor.at;
        let top = *self.top();
        match (top.kind, top.slot) {
            (FrameKind::FlowSequence, Slot::Filled) => self.wrap_pair(top),
            (FrameKind::FlowSequence, _) => {
                let start = self.inner_start.unwrap_or(at);
                if !self.open_pair(start) {
                    return;
                }
                self.missing();
            }
            (_, Slot::Free | Slot::Key) => {
                self.top().slot_at = at as u32;
                self.missing();
            }
            (_, Slot::Value | Slot::Filled) => {
                self.syntax(
                    at,
                    at + 1,
                    "a value with `: ` in it needs quotes, or a comma is missing before its key",
                );
                self.cursor.at = at + 1;
                // What follows counts as a new entry, so that this fault is told once.
                self.finish_entry();
                self.top().slot = Slot::Free;
                return;
            }
            (_, Slot::Colon) => {
                let key = NodeId(top.last);
                self.refuse_merge_key(self.builder.tree.style(key), self.builder.tree.span(key));
            }
        }
        self.flow_mark(at + 1);
        self.top().slot = Slot::Value;
    }

    /// The last item of a list turns out to be the key of a `key: value` item.
    fn wrap_pair(&mut self, sequence: Frame) {
        let key = NodeId(sequence.last);
        if sequence.last_line != self.cursor.line.start {
            let at = self.cursor.at;
            self.syntax(at, at + 1, "a key inside `[…]` must stand on one line with its colon");
        }
        let pair = self.builder.wrap(key, Kind::Mapping, Style::Flow);
        let start = self.builder.tree.span(pair).start;
        self.stack.push(Frame::new(FrameKind::FlowPair, sequence.indent, Slot::Colon, start));
    }

    /// Remembers the node that comes as the last one of the innermost collection.
    fn note_last(&mut self, node: u32, is_json: bool) {
        let line = self.cursor.line.start;
        let top = self.top();
        top.last = node;
        top.last_is_json = is_json;
        top.last_line = line;
        top.advance();
    }

    /// A node comes where a comma may be missing.
    fn begin_entry(&mut self) {
        let at = self.cursor.at;
        let top = *self.top();
        let complete = match top.kind {
            FrameKind::FlowSequence | FrameKind::FlowMapping => top.slot == Slot::Filled,
            _ => matches!(top.slot, Slot::Filled | Slot::Colon),
        };
        let key_without_value = top.kind == FrameKind::FlowMapping && top.slot == Slot::Colon;
        if !complete && !key_without_value {
            return;
        }
        let message = if key_without_value {
            "a comma or a colon is missing before this"
        } else {
            "a comma is missing before this"
        };
        self.syntax(at, self.flow_word_end(at), message);
        self.close_pair();
        self.finish_entry();
        self.top().slot = Slot::Free;
    }

    fn flow_word_end(&self, at: usize) -> usize {
        self.name_end(at).max(at + 1)
    }

    /// Reads a node inside brackets.
    fn flow_node(&mut self) {
        self.begin_entry();
        if !self.read_properties() {
            return;
        }
        let at = self.cursor.at;
        let byte = self.cursor.peek();
        if is_flow_mark(byte) && !matches!(byte, b'[' | b'{') || (byte == b':' && self.is_flow_colon()) {
            // The tag or anchor stands for itself; the mark is read next.
            return;
        }
        let node = self.builder.tree.len() as u32;
        match byte {
            b'"' | b'\'' => {
                let style = if byte == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
                let properties = self.take_properties();
                self.note_last(node, true);
                let quoted = self.quoted();
                self.leaf(Kind::Scalar, style, quoted.span, properties);
            }
            b'*' => {
                let end = self.name_end(at + 1);
                if self.has_properties() {
                    self.syntax(at, end, "an alias cannot have a tag or an anchor of its own: remove them");
                }
                let properties = self.take_properties();
                self.note_last(node, false);
                self.leaf(Kind::Alias, Style::Plain, span(at, end), properties);
                self.cursor.at = end;
            }
            b'{' if self.cursor.byte(at + 1) == b'{' => self.flow_template(node),
            b'[' | b'{' => {
                self.note_last(node, true);
                self.open_flow();
            }
            _ => self.flow_plain(node),
        }
    }

    fn flow_plain(&mut self, node: u32) {
        let at = self.cursor.at;
        self.check_plain_start(at);
        let line = self.plain_line(at, true);
        if line.end <= at {
            let message = "this mark has no meaning here: remove it, or put the text in quotes";
            self.syntax(at, at + 1, message);
            self.cursor.at = at + 1;
            return;
        }
        let properties = self.take_properties();
        self.note_last(node, false);
        let end = if line.stop == super::plain::Stop::LineEnd {
            self.plain_continuation(at, line.end, true).span.end as usize
        } else {
            line.end
        };
        self.leaf(Kind::Scalar, Style::Plain, span(at, end), properties);
        self.cursor.at = end;
    }

    /// `{{ … }}` without quotes inside brackets: one text up to its closing braces.
    fn flow_template(&mut self, node: u32) {
        let at = self.cursor.at;
        let line_end = self.cursor.line_end(at);
        let text = self.text.get(at..line_end).unwrap_or_default();
        let end = text.find("}}").map_or(at + 2, |close| at + close + 2);
        self.syntax(at, end, TEMPLATE_WITHOUT_QUOTES);
        let properties = self.take_properties();
        self.note_last(node, false);
        self.leaf(Kind::Scalar, Style::Plain, span(at, end), properties);
        self.cursor.at = end;
    }
}
