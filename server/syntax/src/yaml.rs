//! The tolerant YAML parser.

use std::sync::Arc;

use crate::limits::Limits;
use crate::span::Span;
use crate::tree::Tree;

/// Parses a whole text. Never fails.
pub fn parse(text: Arc<str>) -> Tree {
    let all = Span::new(0, text.len() as u32);
    parse_region(text, all, Limits::default())
}

/// Parses the part `region` of `text` (the front matter of a Markdown file); all spans refer to the whole text.
pub fn parse_region(text: Arc<str>, _region: Span, _limits: Limits) -> Tree {
    Tree::empty(text, false)
}
