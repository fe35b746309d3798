//! What a scalar's text means, and how its content maps back to the source.

mod block;
mod quoted;
mod schema;

use std::borrow::Cow;

use memchr::{memchr2, memchr3};

use crate::span::Span;
use crate::tree::{NodeId, Style, Tree};

pub(crate) use schema::{percent_decoded, typed};

/// A scalar by the YAML 1.2 core schema.
#[derive(Debug, Clone, PartialEq)]
pub enum ScalarValue<'a> {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// Any other number, infinities and NaN included.
    Float(f64),
    /// Everything else, and everything quoted.
    Str(Cow<'a, str>),
}

/// A stretch of content that comes from one stretch of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    content: u32,
    source: u32,
    /// 0 where content and source advance byte by byte; else the length of
    /// the escape or line break that the whole stretch stands for.
    atom: u32,
}

/// A scalar's content, and for each of its bytes the place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// The content: escapes, folding and indentation resolved.
    pub text: String,
    /// In ascending order of both offsets.
    runs: Vec<Run>,
    /// Where the content ends in the source.
    source_end: u32,
}

impl Decoded {
    /// Source offset of the content's byte `offset`, the start of the escape where it comes from one;
    /// past the end: the end of the content in the source.
    pub fn source_offset(&self, offset: u32) -> u32 {
        if offset as usize >= self.text.len() {
            return self.source_end;
        }
        match self.run_at(offset) {
            Some(run) if run.atom > 0 => run.source,
            Some(run) => run.source + (offset - run.content),
            None => self.source_end,
        }
    }

    /// Source span of a range of the content; whole escapes.
    pub fn source_span(&self, content: Span) -> Span {
        let start = self.source_offset(content.start);
        if content.is_empty() {
            return Span::at(start);
        }
        // The last byte decides, so that a range which ends before a fold does not reach into the next line.
        let last = content.end - 1;
        let end = match self.run_at(last) {
            Some(run) if run.atom > 0 => run.source + run.atom,
            Some(run) => run.source + (last - run.content) + 1,
            None => start,
        };
        Span::new(start, end.min(self.source_end).max(start))
    }

    /// Content offset for a place in the source, if it lies inside the scalar.
    pub fn content_offset(&self, source: u32) -> Option<u32> {
        if source > self.source_end {
            return None;
        }
        let next = self.runs.partition_point(|run| run.source <= source);
        let Some(run) = next.checked_sub(1).and_then(|run| self.runs.get(run)) else {
            return (self.text.is_empty() && source == self.source_end).then_some(0);
        };
        let end = self.runs.get(next).map_or(self.text.len() as u32, |next| next.content);
        let inside = match run.atom {
            0 => source - run.source,
            atom if source >= run.source + atom => end - run.content,
            _ => 0,
        };
        Some((run.content + inside).min(end))
    }

    fn run_at(&self, offset: u32) -> Option<&Run> {
        let next = self.runs.partition_point(|run| run.content <= offset);
        self.runs.get(next.checked_sub(1)?)
    }
}

/// Writes content piece by piece with its map.
struct Writer<'a> {
    source: &'a str,
    decoded: Decoded,
}

impl<'a> Writer<'a> {
    /// For a scalar of `length` bytes in the source: content is seldom longer than that.
    fn new(source: &'a str, length: usize) -> Self {
        let text = String::with_capacity(length);
        Self { source, decoded: Decoded { text, ..Decoded::default() } }
    }

    /// Adds `start..end` of the source as it is.
    fn copy(&mut self, start: usize, end: usize) {
        let Some(piece) = self.source.get(start..end).filter(|piece| !piece.is_empty()) else { return };
        if !self.continues(start) {
            self.run(start, 0);
        }
        self.decoded.text.push_str(piece);
    }

    /// Whether the last stretch was copied from the source up to `start`.
    fn continues(&self, start: usize) -> bool {
        let Decoded { text, runs, .. } = &self.decoded;
        runs.last().is_some_and(|run| {
            run.atom == 0 && run.source as usize + (text.len() - run.content as usize) == start
        })
    }

    /// Adds `content`, for which `start..end` of the source stands.
    fn replace(&mut self, content: &str, start: usize, end: usize) {
        if content.is_empty() {
            return;
        }
        self.run(start, end.saturating_sub(start).max(1));
        self.decoded.text.push_str(content);
    }

    /// Adds a line break that is kept, which `start..end` of the source is.
    fn line_break(&mut self, start: usize, end: usize) {
        match self.source.get(start..end) {
            Some("\n") => self.copy(start, end),
            _ => self.replace("\n", start, end),
        }
    }

    fn run(&mut self, source: usize, atom: usize) {
        let content = self.decoded.text.len() as u32;
        self.decoded.runs.push(Run { content, source: source as u32, atom: atom as u32 });
    }

    fn finish(mut self, source_end: usize) -> Decoded {
        self.decoded.source_end = source_end as u32;
        self.decoded
    }
}

/// Content of the scalar `id`, borrowed from the text where nothing needs decoding.
pub(crate) fn content(tree: &Tree, id: NodeId) -> Cow<'_, str> {
    let raw = tree.span(id).slice(&tree.text);
    let verbatim = match tree.style(id) {
        Style::Plain => memchr2(b'\n', b'\r', raw.as_bytes()).is_none().then_some(raw),
        Style::DoubleQuoted => {
            inside(raw, '"').filter(|text| memchr3(b'\\', b'\n', b'\r', text.as_bytes()).is_none())
        }
        Style::SingleQuoted => {
            inside(raw, '\'').filter(|text| memchr3(b'\'', b'\n', b'\r', text.as_bytes()).is_none())
        }
        _ => None,
    };
    verbatim.map_or_else(|| Cow::Owned(decode(tree, id).text), Cow::Borrowed)
}

/// The text between two quotes, if both are there.
fn inside(raw: &str, quote: char) -> Option<&str> {
    raw.strip_prefix(quote)?.strip_suffix(quote)
}

/// Content of the scalar `id` with its map.
pub(crate) fn decode(tree: &Tree, id: NodeId) -> Decoded {
    let span = tree.span(id);
    let range = span.range();
    let mut writer = Writer::new(&tree.text, range.len());
    match tree.style(id) {
        Style::Literal | Style::Folded => return block::decode(tree, id),
        Style::DoubleQuoted | Style::SingleQuoted => return quoted::decode(tree, span),
        _ => quoted::fold_lines(&mut writer, range.start, range.end, |writer, start, end| {
            writer.copy(start, end);
        }),
    }
    writer.finish(range.end)
}

/// Length of the line break at `at`: 0 where there is none.
fn line_break(source: &str, at: usize) -> usize {
    match source.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([b'\r' | b'\n', ..]) => 1,
        _ => 0,
    }
}

/// First line break in `start..end`, or `end`.
fn line_end(source: &str, start: usize, end: usize) -> usize {
    let text = source.as_bytes().get(start..end).unwrap_or_default();
    memchr2(b'\n', b'\r', text).map_or(end, |length| start + length)
}
