//! What a selection grows to, step by step.

use divisi_model::keys;
use divisi_syntax::{Decoded, Kind, NodeId, Span, Style, Tree, template};
use divisi_workspace::{Class, Document};

use crate::cursor::{word_after, word_before};
use crate::expression::{self, Tags};
use crate::markdown;
use crate::parsed::Parsed;

/// The spans around `offset`, each larger than the one before it: word, name in a template, path, tag, text, value,
/// entry, node, list, and at last the document. Never empty.
pub fn selection(document: &Document, offset: u32) -> Vec<Span> {
    let offset = offset.min(document.text.len() as u32);
    let mut spans = vec![word(&document.text, offset)];
    if document.class != Class::None {
        spans.extend(in_tree(document, offset));
    }
    if matches!(document.class, Class::Agent | Class::Command | Class::Skill | Class::Prose) {
        spans.extend(markdown::around(&document.text, offset));
    }
    spans.push(Span::new(0, document.text.len() as u32));
    growing(spans, offset)
}

/// Those that hold all spans before them and more.
fn growing(spans: Vec<Span>, offset: u32) -> Vec<Span> {
    let mut grown: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty() && span.touches(offset)) {
        if grown.last().is_none_or(|last| span.contains(*last) && span != *last) {
            grown.push(span);
        }
    }
    if grown.is_empty() {
        grown.push(Span::at(offset));
    }
    grown
}

fn word(text: &str, offset: u32) -> Span {
    let Some((before, after)) = text.split_at_checked(offset as usize) else { return Span::at(offset) };
    Span::new(offset - word_before(before).len() as u32, offset + word_after(after).len() as u32)
}

fn in_tree(document: &Document, offset: u32) -> Vec<Span> {
    let Some(parsed) = Parsed::new(document, document.text.clone()) else { return Vec::new() };
    let tree = &parsed.tree;
    let Some(node) = tree.node_at(offset).filter(|node| tree.span(*node).touches(offset)) else {
        return Vec::new();
    };
    let mut spans = in_template(&parsed, node, offset);
    spans.extend(without_quotes(tree, node));
    let mut current = Some(node);
    while let Some(node) = current {
        spans.push(tree.span(node));
        let parent = tree.parent(node);
        spans.extend(parent.and_then(|parent| entry(tree, parent, node)));
        current = parent;
    }
    spans
}

/// The key and the value of which `child` is one.
fn entry(tree: &Tree, parent: NodeId, child: NodeId) -> Option<Span> {
    let (key, value) = tree.entries(parent).find(|(key, value)| *key == child || *value == child)?;
    Some(tree.span(key).cover(tree.span(value)))
}

fn without_quotes(tree: &Tree, node: NodeId) -> Option<Span> {
    let span = tree.span(node);
    let is_quoted = matches!(tree.style(node), Style::SingleQuoted | Style::DoubleQuoted);
    (is_quoted && span.len() >= 2).then(|| Span::new(span.start + 1, span.end - 1))
}

/// The name at `offset` in a template, its path up to it, the whole path, the tag.
fn in_template(parsed: &Parsed, node: NodeId, offset: u32) -> Vec<Span> {
    template_spans(parsed, node, offset).unwrap_or_default()
}

fn template_spans(parsed: &Parsed, node: NodeId, offset: u32) -> Option<Vec<Span>> {
    let tree = &parsed.tree;
    let place = keys::at(parsed.format, tree, parsed.root?, node)?;
    let tags = expression::templates(&place.ty).filter(|_| tree.kind(node) == Kind::Scalar)?;
    let decoded = tree.decoded(node)?;
    let at = decoded.content_offset(offset)?;
    let scanned = match tags {
        Tags::Needed => template::scan(&decoded.text),
        Tags::None => template::scan_expression(&decoded.text),
    };
    let mut spans = Vec::new();
    if let Some(reference) = scanned.references.iter().find(|reference| reference.span.touches(at)) {
        let segment = reference.segments.iter().find(|segment| segment.span.touches(at));
        if let Some(segment) = segment {
            spans.push(segment.span);
            spans.push(Span::new(reference.span.start, segment.span.end));
        }
        spans.push(reference.span);
    }
    if let Some(tag) = scanned.tags.iter().find(|tag| tag.span.touches(at)) {
        spans.push(trimmed(&decoded, tag.inner));
        spans.push(tag.span);
    }
    Some(spans.into_iter().map(|span| decoded.source_span(span)).collect())
}

fn trimmed(decoded: &Decoded, span: Span) -> Span {
    let text = span.slice(&decoded.text);
    let start = span.start + (text.len() - text.trim_start().len()) as u32;
    Span::new(start, start + text.trim().len() as u32)
}
