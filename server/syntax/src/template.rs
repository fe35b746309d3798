//! The tolerant template scanner.
//!
//! MiniJinja evaluates templates; this scanner reads them for checks,
//! completion and rename, with spans, also where they are unfinished.

use crate::span::Span;

/// A template text cut into pieces. Spans are offsets into the scanned text;
/// [`Decoded::source_span`](crate::Decoded::source_span) leads back to the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// `{{ … }}`, `{% … %}`, in order.
    pub tags: Vec<Tag>,
    /// Every path that starts at a name: `nodes.a.outputs.b`, `args.x`, `item`.
    pub references: Vec<Reference>,
    /// Unclosed tags, empty expressions, stray braces of a tag.
    pub errors: Vec<TemplateError>,
}

/// One tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// With its braces; to the end of the text when unfinished.
    pub span: Span,
    /// Between the braces.
    pub inner: Span,
    /// `{%` rather than `{{`.
    pub statement: bool,
    /// Whether its closing braces are there.
    pub closed: bool,
}

/// A path inside an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// From the first name to the end of the last.
    pub span: Span,
    /// The names in order; the last may be empty where the cursor stands after a dot.
    /// `nodes["a-b"].outputs` gives the same segments as `nodes.a-b.outputs`.
    pub segments: Vec<Segment>,
}

/// One name of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The name.
    pub name: String,
    /// Where it stands, without quotes and brackets.
    pub span: Span,
}

/// A fault in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Where.
    pub span: Span,
    /// What is wrong and what to do.
    pub message: String,
}

/// Scans a text with tags (prompts, elements of argv).
pub fn scan(_text: &str) -> Template {
    Template::default()
}

/// Scans a bare expression (`when`, `for_each`).
pub fn scan_expression(_text: &str) -> Template {
    Template::default()
}

/// The text as MiniJinja reads it: names with hyphens after `nodes.`, `args.`, `inputs.`, `outputs.`, `item.`
/// become `["…"]`, and `{#` is no comment. The same text, otherwise.
pub fn to_minijinja(text: &str) -> String {
    text.to_owned()
}

/// [`to_minijinja`] for a bare expression.
pub fn expression_to_minijinja(text: &str) -> String {
    text.to_owned()
}
