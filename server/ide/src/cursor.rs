//! Where in the file a cursor stands.
//!
//! What is being typed is not there yet. So a word is put at the cursor, the
//! text is read with it, and the tree is asked where the word came to stand.
//! The tolerant parser makes that work in text that is broken elsewhere.

use std::sync::Arc;

use divisi_model::keys::{self, Place};
use divisi_syntax::{Kind, NodeId, Span, Style};
use divisi_workspace::Document;

use crate::parsed::Parsed;

/// Looks like a name in every language that may be read here.
pub(crate) const MARK: &str = "divisi_cursor";

/// How the word is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// As it is: a value, an item, a part of a text, or a key whose `:` is there already.
    Word,
    /// As a key that still lacks its `:`.
    Key,
    /// As an item that still lacks its `-`.
    Item,
}

/// The scalar that the mark became part of.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) parsed: Parsed,
    pub(crate) scalar: NodeId,
    pub(crate) place: Place,
    /// The mark, in the text with it.
    pub(crate) mark: Span,
    /// Bytes put in before the mark.
    lead: u32,
}

impl Cursor {
    /// `None` where the text with the word has no scalar of ours there.
    pub(crate) fn new(document: &Document, offset: u32, attempt: Attempt) -> Option<Self> {
        let (lead, tail) = match attempt {
            Attempt::Word => ("", ""),
            Attempt::Key => ("", ":"),
            Attempt::Item => ("- ", ""),
        };
        let (before, after) = document.text.split_at_checked(offset as usize)?;
        // The lead stands before a word that is begun already.
        let begun = if lead.is_empty() { 0 } else { word_before(before).len() };
        let (indent, begun) = before.split_at_checked(before.len() - begun)?;
        let rest = word_after(after);
        let after = after.get(rest.len()..)?;
        let text: Arc<str> = [indent, lead, begun, MARK, rest, tail, after].concat().into();
        let start = offset + lead.len() as u32;
        let mark = Span::new(start, start + MARK.len() as u32);

        let parsed = Parsed::new(document, text)?;
        let scalar = parsed.tree.node_at(mark.start + 1)?;
        let is_scalar = parsed.tree.kind(scalar) == Kind::Scalar && parsed.tree.span(scalar).contains(mark);
        let place = keys::at(parsed.format, &parsed.tree, parsed.root?, scalar).filter(|_| is_scalar)?;
        Some(Self { parsed, scalar, place, mark, lead: lead.len() as u32 })
    }

    pub(crate) fn style(&self) -> Style {
        self.parsed.tree.style(self.scalar)
    }

    /// Whether the scalar is one word and nothing else.
    pub(crate) fn is_word(&self) -> bool {
        let text = self.content_span().slice(self.parsed.tree.text());
        !text.contains(char::is_whitespace)
    }

    /// What the user's text has in place of the scalar: inside the quotes, where there are any.
    pub(crate) fn replaced(&self) -> Span {
        let content = self.content_span();
        let added = MARK.len() as u32;
        Span::new(content.start - self.lead, content.end - self.lead - added)
    }

    fn content_span(&self) -> Span {
        let span = self.parsed.tree.span(self.scalar);
        let quote = match self.style() {
            Style::DoubleQuoted => '"',
            Style::SingleQuoted => '\'',
            _ => return span,
        };
        let text = span.slice(self.parsed.tree.text());
        let is_closed = span.end > self.mark.end && text.ends_with(quote);
        // An open quote may reach over what follows; the line is all that was meant.
        let end = if is_closed { span.end - 1 } else { self.line_end().min(span.end) };
        Span::new(span.start + 1, end.max(self.mark.end))
    }

    fn line_end(&self) -> u32 {
        let text = self.parsed.tree.text();
        let rest = text.get(self.mark.end as usize..).unwrap_or_default();
        self.mark.end + rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32
    }

    /// Whether `c` follows the scalar.
    pub(crate) fn is_before(&self, c: char) -> bool {
        let end = self.parsed.tree.span(self.scalar).end as usize;
        self.parsed.tree.text().get(end..).is_some_and(|rest| rest.starts_with(c))
    }

    /// The nearest collection around the scalar.
    pub(crate) fn collection(&self) -> Option<NodeId> {
        self.parsed.tree.parent(self.scalar)
    }

    /// Column of a byte, from the start of its line.
    pub(crate) fn column(&self, offset: u32) -> usize {
        let before = self.parsed.tree.text().get(..offset as usize).unwrap_or_default();
        before.len() - before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
    }
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The word that ends where `text` ends.
pub(crate) fn word_before(text: &str) -> &str {
    let start = text.trim_end_matches(is_word).len();
    // A lone `-` is the mark of an item, not the start of a word.
    text.get(start..).filter(|word| *word != "-").unwrap_or_default()
}

/// The word that `text` begins with.
pub(crate) fn word_after(text: &str) -> &str {
    let end = text.len() - text.trim_start_matches(is_word).len();
    text.get(..end).unwrap_or_default()
}

/// Whether a word at `offset` is, but for the marks of items, alone on its line.
pub(crate) fn is_alone_on_line(text: &str, offset: u32) -> bool {
    let Some((before, after)) = text.split_at_checked(offset as usize) else { return false };
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let before = before.get(start..).unwrap_or_default();
    let before = before.strip_suffix(word_before(before)).unwrap_or(before);
    let after = after.get(word_after(after).len()..).unwrap_or_default();
    let end = after.find(['\n', '\r']).unwrap_or(after.len());
    before.chars().all(|c| matches!(c, ' ' | '-')) && after.get(..end).unwrap_or_default().trim().is_empty()
}
