//! The strict second opinion, in the background: what a YAML 1.2 reader refuses although the tolerant one found no
//! fault. It is slower than everything else together, so it never stands between a keystroke and its findings.

use std::sync::Arc;

use divisi_syntax::strict;
use divisi_workspace::{Content, Document};

/// The same document with what the strict reader refuses; `None` where that is nothing, or was said already.
pub(crate) fn refused(document: &Document) -> Option<Arc<Document>> {
    let Content::Dag { tree, dag, region, .. } = &document.content else { return None };
    if tree.is_json() || !tree.errors().is_empty() {
        return None;
    }
    let strict = strict::check_yaml(&document.text, *region);
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
