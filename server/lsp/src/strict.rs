//! The strict second opinion, in the background: what a YAML 1.2 reader refuses although the tolerant one found no
//! fault. It is slower than everything else together, so it never stands between a keystroke and its findings.

use std::sync::Arc;

use divisi_syntax::{Span, SyntaxError, strict};
use divisi_workspace::{Content, Document};

/// What the strict reader is to look at. It holds the text alone, so that the document can be edited in place
/// meanwhile.
#[derive(Debug)]
pub(crate) struct Reading {
    text: Arc<str>,
    region: Span,
}

impl Reading {
    /// `None` where the strict reader has nothing to add.
    pub(crate) fn of(document: &Document) -> Option<Self> {
        let Content::Dag { tree, region, .. } = &document.content else { return None };
        let is_asked = !tree.is_json() && tree.errors().is_empty();
        is_asked.then(|| Self { text: Arc::clone(&document.text), region: *region })
    }

    /// What it refuses.
    pub(crate) fn faults(&self) -> Vec<SyntaxError> {
        strict::check_yaml(&self.text, self.region)
    }
}

/// The same document with what the strict reader refuses; `None` where that is nothing.
pub(crate) fn refused(document: &Document) -> Option<Arc<Document>> {
    let strict = Reading::of(document)?.faults();
    let Content::Dag { tree, dag, region, .. } = &document.content else { return None };
    if strict.is_empty() {
        return None;
    }
    let content = Content::Dag { tree: Arc::clone(tree), dag: dag.clone(), region: *region, strict };
    Some(Arc::new(Document {
        path: document.path.clone(),
        class: document.class,
        version: document.version,
        text: Arc::clone(&document.text),
        lossy: document.lossy,
        lines: document.lines.clone(),
        content,
        markdown: document.markdown.clone(),
    }))
}
