//! The tolerant YAML parser.
//!
//! It reads the text once, front to back, with an explicit stack of open
//! collections. Indentation decides where it recovers: a line at the column
//! of an open block closes whatever is unfinished inside, be it a quote, a
//! bracket or a half-typed key, so that everything after it is still found.
//!
//! A text without errors means here what YAML 1.2 says. A text with errors
//! still has a tree; its shape is then the parser's best guess.

mod alias;
mod block;
mod block_scalar;
mod cursor;
mod document;
mod flow;
mod frame;
mod plain;
mod property;
mod quoted;
mod recovery;
mod reparse;

use std::ops::Range;
use std::sync::Arc;

use crate::limits::Limits;
use crate::span::Span;
use crate::tree::{Builder, ErrorKind, Kind, NodeId, Properties, Style, Tree};

use cursor::Cursor;
pub(crate) use cursor::TAB_COLUMNS;
use flow::OuterFlow;
use frame::{Frame, FrameKind, Slot};
pub use reparse::{Reparsed, reparse};

/// Parses a whole text. Never fails.
pub fn parse(text: Arc<str>) -> Tree {
    let all = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    parse_region(text, all, Limits::default())
}

/// Parses the part `region` of `text` (the front matter of a Markdown file); all spans refer to the whole text.
///
/// A region beyond the text, or one that cuts a character, is shortened.
pub fn parse_region(text: Arc<str>, region: Span, limits: Limits) -> Tree {
    let source = Arc::clone(&text);
    let region = region.fitted(&source).range();
    let mut builder = Builder::new(text, false);
    if region.len() > limits.bytes {
        let message = format!("this file is larger than {} bytes and is not read: split it", limits.bytes);
        builder.error(ErrorKind::Limit, Span::at(region.start as u32), message);
        return builder.finish();
    }
    builder.tree.nodes.reserve(region.len() / BYTES_PER_NODE);
    Parser::new(&source, region, builder, limits).run()
}

/// About how much text a node takes in the usual file, so that the arena rarely grows.
const BYTES_PER_NODE: usize = 16;

/// What the position has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// More text on the line of the last token.
    SameLine,
    /// The first token of a line.
    NewLine,
    /// `---` or `...` at the start of a line.
    DocumentMark,
    /// The end of the region.
    End,
}

/// Where a block node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the open slot of the innermost collection.
    Slot,
    /// As the next key of the innermost mapping.
    Key,
}

/// The state of one parse.
struct Parser<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    builder: Builder,
    /// Open collections; the first frame is the document.
    stack: Vec<Frame>,
    depth_limit: usize,
    /// Tag and anchor from the lines before, for the node that comes.
    outer: Properties,
    /// Tag and anchor on this line, for the node that comes; a mapping's first key takes only these.
    inner: Properties,
    /// Where those of this line start.
    inner_start: Option<usize>,
    /// Whether a block collection may begin here: at the start of a line and after `-`, `?`, explicit `:`.
    compact: bool,
    /// Whether a second tag or anchor of the node that comes was reported.
    property_twice: bool,
    /// Whether the next token counts as the first of its line.
    fresh_line: bool,
    /// The outermost collection in brackets around the position.
    outer_flow: Option<OuterFlow>,
    /// End of the last token that belongs to a node.
    content_end: u32,
    tabs_reported: bool,
    depth_reported: bool,
    /// Whether an unclosed quote was reported inside the open brackets, so that they need no second error.
    quote_unclosed: bool,
    /// First byte of the last line that was a key without a colon.
    bare_key_line: Option<usize>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, region: Range<usize>, builder: Builder, limits: Limits) -> Self {
        let start = region.start;
        Self {
            text,
            cursor: Cursor::new(text, region),
            builder,
            stack: Vec::new(),
            depth_limit: limits.depth as usize,
            outer: Properties::default(),
            inner: Properties::default(),
            inner_start: None,
            property_twice: false,
            compact: true,
            fresh_line: true,
            outer_flow: None,
            content_end: start as u32,
            tabs_reported: false,
            depth_reported: false,
            quote_unclosed: false,
            bare_key_line: None,
        }
    }

    /// Reads a document's content up to the next document mark or the end.
    fn content(&mut self) {
        loop {
            match self.next_token() {
                Token::End | Token::DocumentMark => return,
                Token::NewLine if self.outer_flow.is_some() => self.flow_line(),
                Token::SameLine if self.outer_flow.is_some() => self.flow_token(),
                Token::NewLine => self.block_line(),
                Token::SameLine => self.block_inline(),
            }
        }
    }

    /// Moves over blanks, comments and line ends to the next token.
    fn next_token(&mut self) -> Token {
        let mut new_line = std::mem::take(&mut self.fresh_line);
        loop {
            let at = self.cursor.after_blanks(self.cursor.at);
            self.cursor.at = at;
            if self.cursor.is_comment(at) {
                self.comment();
            }
            if self.cursor.is_end() {
                return Token::End;
            }
            if !self.cursor.is_line_end(self.cursor.at) {
                break;
            }
            self.cursor.next_line();
            new_line = true;
        }
        if !new_line {
            return Token::SameLine;
        }
        self.compact = true;
        self.properties_to_outer();
        if self.cursor.is_document_mark(self.cursor.line) { Token::DocumentMark } else { Token::NewLine }
    }

    /// Records the comment at the position and moves to the end of its line.
    fn comment(&mut self) {
        let end = self.cursor.line_end(self.cursor.at);
        self.builder.tree.comments.push(span(self.cursor.at, end));
        self.cursor.at = end;
    }

    /// The innermost open collection, or the document.
    fn top(&mut self) -> &mut Frame {
        if self.stack.is_empty() {
            self.stack.push(Frame::new(FrameKind::Root, -1, Slot::Value, self.content_end));
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    /// Adds a leaf under the innermost open collection.
    fn leaf(&mut self, kind: Kind, style: Style, leaf: Span, properties: Properties) -> NodeId {
        let id = self.builder.leaf(kind, style, leaf);
        self.builder.set_properties(id, properties);
        self.content_end = self.content_end.max(leaf.end);
        id
    }

    /// Adds the leaf that stands for a node which is not written, in the open slot.
    fn missing(&mut self) {
        let properties = self.take_properties();
        let at = self.top().slot_at;
        self.leaf(Kind::Scalar, Style::Plain, Span::at(at), properties);
        self.top().advance();
    }

    /// Opens a collection; at the depth limit reports it and returns false.
    fn open(&mut self, kind: Kind, style: Style, start: usize, properties: Properties) -> bool {
        if self.builder.depth() >= self.depth_limit {
            self.depth_exceeded(start);
            return false;
        }
        let id = self.builder.open(kind, style, start as u32);
        self.builder.set_properties(id, properties);
        true
    }

    /// Completes the entry of the innermost collection with what is not written.
    fn finish_entry(&mut self) {
        let top = *self.top();
        match (top.kind, top.slot) {
            (FrameKind::Root | FrameKind::BlockSequence, Slot::Value) => self.missing(),
            (FrameKind::FlowSequence, Slot::Free) if self.has_properties() => self.missing(),
            (FrameKind::FlowMapping, Slot::Free) if self.has_properties() => {
                self.missing();
                self.finish_entry();
            }
            (FrameKind::BlockMapping | FrameKind::FlowMapping | FrameKind::FlowPair, slot) => match slot {
                Slot::Key => {
                    self.missing();
                    self.finish_entry();
                }
                Slot::Colon => {
                    let key_end = self.content_end;
                    self.top().slot = Slot::Value;
                    self.top().slot_at = key_end;
                    self.missing();
                }
                Slot::Value => self.missing(),
                Slot::Free | Slot::Filled => {}
            },
            _ => {}
        }
    }

    /// Completes and closes the innermost collection at the last content.
    fn close_top(&mut self) {
        self.finish_entry();
        if self.stack.len() > 1 {
            self.stack.pop();
            self.builder.close(self.content_end);
        }
    }

    /// Closes every collection inside the frame `index`.
    fn close_above(&mut self, index: usize) {
        while self.stack.len() > index + 1 {
            self.close_top();
        }
    }

    /// Reports a fault at `start..end`, cut to the line it starts on.
    fn error(&mut self, kind: ErrorKind, start: usize, end: usize, message: impl Into<String>) {
        let end = end.clamp(start, self.cursor.end().max(start));
        let first_line =
            self.text.get(start..end).and_then(|text| text.split(['\n', '\r']).next()).unwrap_or_default();
        self.builder.error(kind, span(start, start + first_line.trim_end().len()), message);
    }

    fn syntax(&mut self, start: usize, end: usize, message: impl Into<String>) {
        self.error(ErrorKind::Syntax, start, end, message);
    }

    /// Moves to the end of the line, over text that has no place.
    fn skip_line(&mut self) {
        self.cursor.at = self.cursor.line_end(self.cursor.at);
    }
}

/// A span from positions, which fit 32 bits since the region does.
const fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
