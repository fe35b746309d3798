//! What a scalar's text means, and how its content maps back to the source.

use std::borrow::Cow;

use crate::span::Span;
use crate::tree::{NodeId, Style, Tree};

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

/// A scalar's content, and for each of its bytes the place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// The content: escapes, folding and indentation resolved.
    pub text: String,
    /// Runs `(content offset, source offset)` in ascending order: from the
    /// first offset on, content and source advance byte by byte until the next run.
    pub(crate) runs: Vec<(u32, u32)>,
    /// Where the content ends in the source.
    pub(crate) source_end: u32,
}

impl Decoded {
    /// Source offset of the content's byte `offset`; past the end: the end of the scalar.
    pub fn source_offset(&self, offset: u32) -> u32 {
        if offset as usize >= self.text.len() {
            return self.source_end;
        }
        let run = self.runs.partition_point(|(content, _)| *content <= offset);
        match run.checked_sub(1).and_then(|run| self.runs.get(run)) {
            Some((content, source)) => source + (offset - content),
            None => self.source_end,
        }
    }

    /// Source span of a range of the content.
    pub fn source_span(&self, content: Span) -> Span {
        let start = self.source_offset(content.start);
        if content.is_empty() {
            return Span::at(start);
        }
        // The last byte decides, so that a range which ends before a fold does not reach into the next line.
        Span::new(start, (self.source_offset(content.end - 1) + 1).max(start))
    }

    /// Content offset for a place in the source, if it lies inside the scalar.
    pub fn content_offset(&self, source: u32) -> Option<u32> {
        let run = self.runs.partition_point(|(_, at)| *at <= source);
        let (content, at) = *self.runs.get(run.checked_sub(1)?)?;
        let next = self.runs.get(run).map_or(self.text.len() as u32, |(content, _)| *content);
        (source <= self.source_end).then(|| (content + (source - at)).min(next))
    }
}

/// Content of the scalar `id`, borrowed from the text where nothing needs decoding.
pub(crate) fn content(tree: &Tree, id: NodeId) -> Cow<'_, str> {
    let span = tree.span(id);
    let raw = span.slice(&tree.text);
    let verbatim = match tree.style(id) {
        Style::Plain => !raw.contains(['\n', '\r']),
        Style::DoubleQuoted | Style::SingleQuoted => false,
        _ => false,
    };
    if verbatim { Cow::Borrowed(raw) } else { Cow::Owned(decode(tree, id).text) }
}

/// Content of the scalar `id` with its map.
pub(crate) fn decode(tree: &Tree, id: NodeId) -> Decoded {
    let span = tree.span(id);
    Decoded {
        text: span.slice(&tree.text).to_owned(),
        runs: vec![(0, span.start)],
        source_end: span.end,
    }
}

/// The scalar `id` by the core schema; tags `!!str`, `!!int`, `!!float`, `!!bool`, `!!null` decide where written.
pub(crate) fn typed(tree: &Tree, id: NodeId) -> ScalarValue<'_> {
    ScalarValue::Str(content(tree, id))
}
