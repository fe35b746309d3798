//! Collections by indentation, and what stands in them.

use super::flow::OuterFlow;
use super::frame::{Frame, FrameKind, Slot};
use super::plain::{Continuation, Stop};
use super::{Parser, Place, span};
use crate::span::Span;
use crate::tree::{ErrorKind, Kind, Style};

/// Which open block a line belongs to.
pub(super) enum Landing {
    /// To this frame, at its column.
    Fits(usize),
    /// Into the open slot of the innermost frame.
    Slot,
    /// To this frame, though its column is another.
    Misaligned(usize),
    /// A key at the column of the dashes of this list; the index is where it goes instead.
    Undented(usize),
    /// A key in a list of this index, without a dash.
    NoDash(usize),
    /// A dash in a mapping of this index.
    NoList(usize),
    /// After the only node of the document.
    SecondRoot,
}

/// A leaf that may turn out to be a key.
struct Leaf {
    kind: Kind,
    style: Style,
    span: Span,
    one_line: bool,
    /// Where the entry starts if the leaf is a key: with its tag and anchor.
    start: usize,
    column: i32,
}

impl Parser<'_> {
    /// Reads the first token of a line outside brackets.
    pub(super) fn block_line(&mut self) {
        let at = self.cursor.at;
        let column = self.cursor.column(at);
        let dash = self.cursor.is_mark(at, b'-');
        match self.landing(column, dash) {
            Landing::Fits(index) => {
                self.close_above(index);
                self.entry_at(index);
            }
            Landing::Slot => self.block_node(Place::Slot),
            Landing::Misaligned(index) => {
                self.close_above(index);
                let indent = self.stack[index].indent;
                let what = if dash { "list item" } else { "key" };
                let message =
                    format!("this {what} is not aligned with the others: put {indent} spaces before it");
                self.syntax(at, self.cursor.line_end(at), message);
                self.accept_stray(index, column);
                self.entry_at(index);
            }
            Landing::Undented(index) => {
                self.close_above(index);
                let indent = self.stack[index].indent;
                let message = format!("this key belongs to no list item: put {indent} spaces before it");
                self.syntax(at, self.cursor.line_end(at), message);
                self.accept_stray(index, column);
                self.entry_at(index);
            }
            Landing::NoDash(index) => {
                self.close_above(index);
                self.syntax(
                    at,
                    self.cursor.line_end(at),
                    "a list item begins with `- `: add it, or indent this line deeper",
                );
                self.finish_entry();
                self.top().slot = Slot::Value;
                self.top().slot_at = at as u32;
                self.block_node(Place::Slot);
            }
            Landing::NoList(index) => {
                self.close_above(index);
                self.syntax(
                    at,
                    at + 1,
                    "this list item belongs to no list: write a key with a colon above it, or remove the `-`",
                );
                self.finish_entry();
                self.leaf(Kind::Scalar, Style::Plain, span(at, at), Default::default());
                self.top().slot = Slot::Value;
                self.top().slot_at = at as u32;
                self.block_node(Place::Slot);
            }
            Landing::SecondRoot => self.second_root(column, dash),
        }
    }

    /// Takes `column` for right in the frame `index` from now on, so that it is reported once.
    fn accept_stray(&mut self, index: usize, column: i32) {
        self.stack[index].stray = column;
        self.builder.tree.carries_over |= index <= OUTER_FRAMES;
    }

    fn entry_at(&mut self, index: usize) {
        let dash = self.cursor.is_mark(self.cursor.at, b'-');
        match self.stack[index].kind {
            FrameKind::BlockSequence => self.item(),
            FrameKind::BlockMapping if dash => self.block_node(Place::Slot),
            _ => self.entry(),
        }
    }

    /// Finds the open block that a line at `column` belongs to.
    pub(super) fn landing(&mut self, column: i32, dash: bool) -> Landing {
        self.top();
        let mut index = self.stack.len() - 1;
        while index > 0 {
            let frame = &self.stack[index];
            if frame.stands_at(column) {
                match frame.kind {
                    FrameKind::BlockSequence if dash => return Landing::Fits(index),
                    FrameKind::BlockSequence if !self.is_inside_key_at(index, column) => {
                        return self.key_among_items(index);
                    }
                    FrameKind::BlockMapping if !dash || frame.waits() => return Landing::Fits(index),
                    _ => {}
                }
            } else if frame.indent < column {
                break;
            }
            index -= 1;
        }
        if self.stack[index].waits() && index + 1 == self.stack.len() {
            return Landing::Slot;
        }
        let kind = if dash { FrameKind::BlockSequence } else { FrameKind::BlockMapping };
        let inside = (index + 1..self.stack.len()).find(|at| self.stack[*at].kind == kind);
        let around = || (1..=index).rev().find(|at| self.stack[*at].kind == kind);
        match inside {
            Some(inside) => Landing::Misaligned(inside),
            None if dash => match around() {
                Some(around) => Landing::Misaligned(around),
                None if self.stack.len() > 1 => Landing::NoList((index + 1).min(self.stack.len() - 1)),
                None => Landing::SecondRoot,
            },
            None => match self.stack[index].kind {
                FrameKind::BlockMapping => Landing::Misaligned(index),
                FrameKind::BlockSequence => Landing::NoDash(index),
                _ if self.stack.len() > 1 => Landing::NoDash(index + 1),
                _ => Landing::SecondRoot,
            },
        }
    }

    /// Whether the list `index` is the value of a key at the same column.
    fn is_inside_key_at(&self, index: usize, column: i32) -> bool {
        index
            .checked_sub(1)
            .and_then(|outer| self.stack.get(outer))
            .is_some_and(|outer| outer.kind == FrameKind::BlockMapping && outer.stands_at(column))
    }

    /// A key at the column of a list's dashes: it goes to the last item, if that has keys.
    fn key_among_items(&self, sequence: usize) -> Landing {
        let mapping = sequence + 1;
        match self.stack.get(mapping) {
            Some(frame) if frame.kind == FrameKind::BlockMapping => Landing::Undented(mapping),
            _ => Landing::NoDash(sequence),
        }
    }

    /// Reads what follows an indicator on the same line.
    pub(super) fn block_inline(&mut self) {
        if self.top().waits() {
            self.block_node(Place::Slot);
            return;
        }
        let at = self.cursor.at;
        let end = self.cursor.line_end(at);
        let message = if self.cursor.peek() == b'#' {
            "a comment needs a blank before its `#`"
        } else {
            "this text does not belong to the value before it: put the whole value in quotes"
        };
        self.syntax(at, end, message);
        self.skip_line();
    }

    /// Reads the dash of a list item.
    fn item(&mut self) {
        let at = self.cursor.at;
        self.finish_entry();
        self.check_tabs(at);
        self.after_indicator(at + 1, true);
        self.top().slot = Slot::Value;
    }

    /// Moves behind an indicator that ends at `end`.
    fn after_indicator(&mut self, end: usize, compact: bool) {
        self.cursor.at = end;
        self.content_end = self.content_end.max(end as u32);
        self.compact = compact;
        self.top().slot_at = end as u32;
    }

    /// Reads the key, `?` or `:` at the column of the innermost mapping.
    fn entry(&mut self) {
        let at = self.cursor.at;
        self.check_tabs(at);
        if self.cursor.is_mark(at, b':') {
            if self.top().slot == Slot::Key {
                self.missing();
            }
            let explicit = self.top().slot == Slot::Colon;
            if !explicit {
                self.finish_entry();
                let properties = self.take_properties();
                self.leaf(Kind::Scalar, Style::Plain, span(at, at), properties);
            }
            self.after_indicator(at + 1, explicit);
            self.top().slot = Slot::Value;
            return;
        }
        self.finish_entry();
        if self.cursor.is_mark(at, b'?') {
            self.after_indicator(at + 1, true);
            self.top().slot = Slot::Key;
            return;
        }
        self.block_node(Place::Key);
    }

    /// Reads the node at the position.
    pub(super) fn block_node(&mut self, place: Place) {
        let first = self.cursor.at;
        let column = self.cursor.column(first);
        if !self.read_properties() {
            if place == Place::Key {
                self.bare_key(Style::Plain, span(self.cursor.at, self.cursor.at));
            }
            return;
        }
        let start = self.inner_start.unwrap_or(first);
        let column = if start == first { column } else { self.cursor.column(start) };
        let at = self.cursor.at;
        if place == Place::Slot && self.block_collection(start, column) {
            return;
        }
        match self.cursor.peek() {
            b'"' | b'\'' => {
                let style =
                    if self.cursor.peek() == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
                let quoted = self.quoted();
                self.quote_unclosed = false;
                let (span, one_line) = (quoted.span, quoted.one_line);
                self.finish_leaf(place, Leaf { kind: Kind::Scalar, style, span, one_line, start, column });
            }
            b'*' => {
                let end = self.name_end(at + 1);
                self.cursor.at = end;
                let leaf = Leaf {
                    kind: Kind::Alias,
                    style: Style::Plain,
                    span: span(at, end),
                    one_line: true,
                    start,
                    column,
                };
                self.finish_leaf(place, leaf);
            }
            b'{' if self.cursor.byte(at + 1) == b'{' => self.template(place, start, column),
            b'[' | b'{' => {
                let outer = OuterFlow {
                    place,
                    compact: self.compact,
                    start,
                    column,
                    line: self.cursor.line.start,
                    outer: self.outer,
                    node: 0,
                };
                self.open_outer_flow(outer);
            }
            b'|' | b'>' if place == Place::Slot => self.block_scalar(),
            byte @ (b']' | b'}' | b',') => {
                let mark = char::from(byte);
                self.syntax(
                    at,
                    at + 1,
                    format!("this `{mark}` closes nothing: remove it, or put the text in quotes"),
                );
                self.take_properties();
                self.skip_line();
            }
            _ => self.block_plain(place, start, column),
        }
    }

    /// Opens the list or mapping whose mark stands at the position.
    fn block_collection(&mut self, start: usize, column: i32) -> bool {
        let at = self.cursor.at;
        let dash = self.cursor.is_mark(at, b'-');
        let key_mark = self.cursor.is_mark(at, b'?') || (self.compact && self.cursor.is_mark(at, b':'));
        if !dash && !key_mark {
            return false;
        }
        let after_properties = start != at && !self.cursor.is_mark(at, b':');
        if (!self.compact || after_properties) && !self.cursor.is_line_start() {
            let what = if dash { "a list" } else { "a `? ` key" };
            self.syntax(
                at,
                at + 1,
                format!(
                    "{what} cannot begin on this line: begin it on the next one, or put the text in quotes"
                ),
            );
        }
        let frame = if dash { FrameKind::BlockSequence } else { FrameKind::BlockMapping };
        let properties =
            if after_properties { self.take_properties() } else { std::mem::take(&mut self.outer) };
        if !self.open_block(frame, start, column, properties) {
            self.missing();
            self.skip_deeper();
        } else if dash {
            self.item();
        } else {
            self.entry();
        }
        true
    }

    /// Opens a block collection in the open slot, unless it would be too deep.
    fn open_block(
        &mut self,
        frame: FrameKind,
        start: usize,
        column: i32,
        properties: crate::tree::Properties,
    ) -> bool {
        let kind = if frame == FrameKind::BlockSequence { Kind::Sequence } else { Kind::Mapping };
        if !self.open(kind, Style::Block, start, properties) {
            return false;
        }
        self.top().advance();
        self.stack.push(Frame::new(frame, column, Slot::Free, start as u32));
        true
    }

    /// Places a leaf as value, or as key where a colon follows.
    fn finish_leaf(&mut self, place: Place, leaf: Leaf) {
        let end = leaf.span.end as usize;
        let colon = self.cursor.after_blanks(end);
        let is_key = self.cursor.is_mark(colon, b':');
        if leaf.kind == Kind::Alias && self.has_properties() && !(is_key && self.inner.is_empty()) {
            self.syntax(leaf.start, end, "an alias cannot have a tag or an anchor of its own: remove them");
        }
        if !is_key {
            match place {
                Place::Key => self.bare_key(leaf.style, leaf.span),
                Place::Slot => self.value(leaf.kind, leaf.style, leaf.span),
            }
            return;
        }
        if place == Place::Slot && !self.compact {
            self.syntax(leaf.span.start as usize, self.cursor.line_end(colon), COLON_IN_VALUE);
            self.value(leaf.kind, leaf.style, leaf.span);
            self.skip_line();
            return;
        }
        if !leaf.one_line {
            self.syntax(leaf.span.start as usize, end, "a key must stand on one line");
        }
        if place == Place::Slot {
            self.check_tabs(leaf.start);
            let properties = std::mem::take(&mut self.outer);
            if !self.open_block(FrameKind::BlockMapping, leaf.start, leaf.column, properties) {
                self.value(leaf.kind, leaf.style, leaf.span);
                self.skip_deeper();
                return;
            }
        }
        self.key(leaf, colon);
    }

    /// Places the key of the innermost mapping; its colon stands at `colon`.
    fn key(&mut self, leaf: Leaf, colon: usize) {
        self.refuse_merge_key(leaf.style, leaf.span);
        let properties = self.take_properties();
        self.leaf(leaf.kind, leaf.style, leaf.span, properties);
        self.after_indicator(colon + 1, false);
        self.top().slot = Slot::Value;
    }

    pub(super) fn refuse_merge_key(&mut self, style: Style, key: Span) {
        if style == Style::Plain && key.slice(self.text) == "<<" {
            let message = "merge keys (`<<`) are not supported: write the keys out";
            self.error(ErrorKind::Unsupported, key.start as usize, key.end as usize, message);
        }
    }

    /// Places a leaf in the open slot.
    fn value(&mut self, kind: Kind, style: Style, leaf: Span) {
        let properties = self.take_properties();
        self.leaf(kind, style, leaf, properties);
        self.top().advance();
    }

    /// Places a key that has no colon, with a missing value; reports the first of several such lines.
    fn bare_key(&mut self, style: Style, key: Span) {
        let line = self.cursor.line.start;
        let follows = self
            .bare_key_line
            .is_some_and(|last| self.cursor.after_break(self.cursor.line_end(last)) == line);
        self.bare_key_line = Some(line);
        // Told at another line than the next such key would have to look at.
        self.builder.tree.carries_over |= follows || (key.start as usize) < line;
        if !follows {
            let message = "a key needs a colon and a blank after it (`key: value`); if this continues a text, indent it deeper";
            self.syntax(key.start as usize, key.end as usize, message);
        }
        let properties = self.take_properties();
        self.leaf(Kind::Scalar, style, key, properties);
        self.leaf(Kind::Scalar, Style::Plain, Span::at(key.end), Default::default());
        self.top().slot = Slot::Free;
        self.skip_line();
    }

    /// Reads unquoted text outside brackets.
    fn block_plain(&mut self, place: Place, start: usize, column: i32) {
        let at = self.cursor.at;
        self.check_plain_start(at);
        let line = self.plain_line(at, false);
        let leaf = |end| Leaf {
            kind: Kind::Scalar,
            style: Style::Plain,
            span: span(at, end),
            one_line: true,
            start,
            column,
        };
        if line.stop == Stop::Colon {
            if place == Place::Slot && !self.compact {
                self.value_with_colon(at);
            } else {
                self.finish_leaf(place, leaf(line.end));
            }
            return;
        }
        if place == Place::Key {
            self.key_without_colon(leaf(line.end));
            return;
        }
        let compact = self.compact;
        let text = if line.stop == Stop::LineEnd {
            self.plain_continuation(at, line.end, false)
        } else {
            Continuation { span: span(at, line.end), lines: 1, key_line: None }
        };
        let half_typed_key =
            compact && text.lines == 1 && text.key_line.is_some_and(|next| next.indent == column);
        if half_typed_key {
            let properties = std::mem::take(&mut self.outer);
            if self.open_block(FrameKind::BlockMapping, start, column, properties) {
                self.bare_key(Style::Plain, text.span);
                return;
            }
        }
        self.value(Kind::Scalar, Style::Plain, text.span);
        self.cursor.at = text.span.end as usize;
    }

    /// Unquoted text on a key's line that has a colon in it: all of it is the value.
    fn value_with_colon(&mut self, at: usize) {
        let mut end = at;
        loop {
            let part = self.plain_line(end, false);
            end = part.end;
            if part.stop != Stop::Colon {
                break;
            }
            end = self.cursor.after_blanks(end) + 1;
        }
        self.syntax(at, end, COLON_IN_VALUE);
        self.value(Kind::Scalar, Style::Plain, span(at, end));
        self.cursor.at = end;
    }

    /// `key:value` or a half-typed key.
    fn key_without_colon(&mut self, leaf: Leaf) {
        let text = leaf.span.slice(self.text);
        let Some(colon) = text.find(':').filter(|colon| *colon > 0 && !text.contains([' ', '\t'])) else {
            self.bare_key(leaf.style, leaf.span);
            return;
        };
        let colon = leaf.span.start as usize + colon;
        self.syntax(colon, colon + 1, "put a blank after the colon");
        let key = Leaf { span: Span::new(leaf.span.start, colon as u32), ..leaf };
        self.key(key, colon);
    }

    /// Reports a character that cannot begin unquoted text.
    pub(super) fn check_plain_start(&mut self, at: usize) {
        if let byte @ (b'%' | b'@' | b'`' | b'|' | b'>' | b'#') = self.cursor.byte(at) {
            let mark = char::from(byte);
            self.syntax(at, at + 1, format!("text cannot begin with `{mark}`: put it in quotes"));
        }
    }

    /// `{{ … }}` without quotes: in YAML a mapping, meant as a template. The rest of the line is the value.
    fn template(&mut self, place: Place, start: usize, column: i32) {
        let at = self.cursor.at;
        let line_end = self.cursor.line_end(at);
        let text = self.text.get(at..line_end).unwrap_or_default();
        let end = text.find(" #").map_or(line_end, |comment| at + comment);
        let end = self.cursor.trim_end(at, end);
        self.syntax(at, end, TEMPLATE_WITHOUT_QUOTES);
        self.cursor.at = end;
        let leaf = Leaf {
            kind: Kind::Scalar,
            style: Style::Plain,
            span: span(at, end),
            one_line: true,
            start,
            column,
        };
        self.finish_leaf(place, leaf);
    }

    /// Text after the only node of a document: it becomes an entry beside it.
    fn second_root(&mut self, column: i32, dash: bool) {
        let at = self.cursor.at;
        let message = "a document holds one value only: this line does not belong to the one above";
        self.syntax(at, self.cursor.line_end(at), message);
        let Some(root) = self.builder.tree.documents.last().copied() else { return };
        let start = self.builder.tree.span(root).start;
        let frame = if dash { FrameKind::BlockSequence } else { FrameKind::BlockMapping };
        let kind = if dash { Kind::Sequence } else { Kind::Mapping };
        self.builder.tree.carries_over = true;
        self.builder.wrap(root, kind, Style::Block);
        self.stack.push(Frame::new(frame, column, Slot::Free, start));
        if dash {
            self.item();
            return;
        }
        self.top().slot_at = self.content_end;
        self.top().slot = Slot::Value;
        self.missing();
        self.entry();
    }
}

/// Frames that outlive the child of a collection that [`super::reparse`] may read alone.
const OUTER_FRAMES: usize = 2;

const COLON_IN_VALUE: &str = "a value with `: ` in it needs quotes around it";

pub(super) const TEMPLATE_WITHOUT_QUOTES: &str =
    "text that begins with `{{` needs quotes around it (`\"{{ … }}\"`), since YAML reads `{` as a mapping";
