//! Templates, and values that are one of a few words.

use divisi_model::keys::Ty;
use divisi_syntax::template::{self, Part, Reference, Tag, Template};
use divisi_syntax::{Decoded, Kind, NodeId, Span};

use super::{Token, TokenKind, unquoted};
use crate::expression::{self, Tags};
use crate::parsed::Parsed;

/// Adds the tokens of every value that touches `range`, by what the table of keys says of it. With a list of work
/// instead of recursion: files may be nested deeply.
pub(super) fn values(parsed: &Parsed, range: Span, tokens: &mut Vec<Token>) {
    let tree = &parsed.tree;
    let Some(root) = parsed.root else { return };
    let mut open = vec![(root, Ty::Object(parsed.format))];
    while let Some((node, ty)) = open.pop() {
        let span = tree.span(node);
        if range.end < span.start || span.end < range.start {
            continue;
        }
        match (tree.kind(node), ty.for_collection(tree.kind(node))) {
            (Kind::Scalar, _) => scalar(parsed, node, ty, tokens),
            (Kind::Mapping, Some(Ty::Object(object))) => {
                let known = tree.entries(node).filter_map(|(key, value)| {
                    Some((value, tree.str(key).and_then(|name| object.key(&name))?.ty))
                });
                open.extend(known);
            }
            (Kind::Mapping, Some(Ty::Map(of))) => {
                open.extend(tree.entries(node).map(|(_, value)| (value, *of)));
            }
            (Kind::Sequence, Some(Ty::List(of))) => open.extend(tree.items(node).map(|item| (item, *of))),
            _ => {}
        }
    }
}

fn scalar(parsed: &Parsed, node: NodeId, ty: Ty, tokens: &mut Vec<Token>) {
    let tree = &parsed.tree;
    let span = tree.span(node);
    match expression::templates(&ty) {
        // Most texts have no tag, and are not decoded for it.
        Some(Tags::Needed) if !span.slice(tree.text()).contains('{') => {}
        Some(tags) => {
            if let Some(decoded) = tree.decoded(node) {
                Content { decoded: &decoded, tokens }.add(tags);
            }
        }
        None => {
            let is_word = |text: &str| {
                ty.scalar_alternatives().any(|ty| matches!(ty, Ty::Enum(words) if words.contains(&text)))
            };
            let kind = if tree.str(node).is_some_and(|text| is_word(&text)) {
                TokenKind::Word
            } else if ty.scalar_alternatives().any(|ty| matches!(ty, Ty::RunnerRef)) {
                TokenKind::Runner
            } else {
                return;
            };
            tokens.push(Token { span: unquoted(tree.text(), span), kind, declares: false });
        }
    }
}

/// The content of one scalar.
struct Content<'a> {
    decoded: &'a Decoded,
    tokens: &'a mut Vec<Token>,
}

impl Content<'_> {
    fn add(&mut self, tags: Tags) {
        let text = &self.decoded.text;
        let scanned = match tags {
            Tags::Needed => template::scan(text),
            Tags::None => template::scan_expression(text),
        };
        for tag in &scanned.tags {
            self.tag(tag, &scanned);
        }
        if tags == Tags::None {
            self.parts(Span::new(0, text.len() as u32), false, &scanned);
        }
        for reference in &scanned.references {
            self.reference(reference);
        }
    }

    fn tag(&mut self, tag: &Tag, scanned: &Template<'_>) {
        self.push(Span::new(tag.span.start, tag.inner.start), TokenKind::Brace);
        self.parts(tag.inner, tag.statement, scanned);
        if tag.closed {
            self.push(Span::new(tag.inner.end, tag.span.end), TokenKind::Brace);
        }
    }

    /// Words and signs, but for those inside of paths.
    fn parts(&mut self, region: Span, statement: bool, scanned: &Template<'_>) {
        for (span, part) in template::parts(&self.decoded.text, region, statement) {
            let after = scanned.references.partition_point(|reference| reference.span.start <= span.start);
            let last = after.checked_sub(1).and_then(|at| scanned.references.get(at));
            if last.is_some_and(|reference| reference.span.contains(span)) {
                continue;
            }
            let kind = match part {
                Part::Keyword => TokenKind::Keyword,
                Part::Operator => TokenKind::Operator,
                Part::Number => TokenKind::Number,
                Part::Text => TokenKind::Text,
                Part::Function => TokenKind::Function,
            };
            self.push(span, kind);
        }
    }

    fn reference(&mut self, reference: &Reference<'_>) {
        let names: Vec<&str> = reference.segments.iter().map(|segment| segment.name).collect();
        for (at, segment) in reference.segments.iter().enumerate() {
            let kind = match (at, names.as_slice()) {
                _ if reference.local => TokenKind::Name,
                (1, ["nodes", ..]) => TokenKind::Node,
                (3, ["nodes", _, "outputs", ..]) => TokenKind::Output,
                (1, ["args", ..]) => TokenKind::Arg,
                (1, ["inputs", ..]) => TokenKind::Input,
                _ => TokenKind::Name,
            };
            self.push(segment.span, kind);
        }
    }

    fn push(&mut self, span: Span, kind: TokenKind) {
        self.tokens.push(Token { span: self.decoded.source_span(span), kind, declares: false });
    }
}
