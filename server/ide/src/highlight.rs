//! Document highlight.

use std::sync::Arc;

use divisi_analysis::occurrences::{Role, occurrences};
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

/// A place of a document that names the same thing as the cursor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub span: Span,
    /// Whether the thing gets its name there.
    pub is_declaration: bool,
}

/// Every place in `document` that names what is named at `offset`; none where nothing is.
pub fn highlight(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Vec<Highlight> {
    let all = occurrences(snapshot, document);
    let touching = all.iter().filter(|it| it.span.touches(offset));
    let Some(here) = touching.max_by_key(|it| it.span.start) else { return Vec::new() };
    let same = all.iter().filter(|it| it.entity == here.entity);
    same.map(|it| Highlight { span: it.span, is_declaration: it.role == Role::Declaration }).collect()
}
