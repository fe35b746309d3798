//! Hover.

use std::sync::Arc;

use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

/// An explanation of what stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What is explained.
    pub span: Span,
    /// The explanation, in Markdown.
    pub markdown: String,
}

/// Explains what stands at `offset`.
pub fn hover(_snapshot: &Snapshot, _document: &Arc<Document>, _offset: u32) -> Option<Hover> {
    None
}
