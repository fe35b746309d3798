//! Document links: paths that lead to files.

use std::path::PathBuf;
use std::sync::Arc;

use divisi_analysis::occurrences::{Entity, Form, occurrences};
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

/// A path in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLink {
    /// The path.
    pub span: Span,
    /// Absolute path of what it leads to; whether there is such a file is not known here.
    pub target: PathBuf,
}

/// Every path in `document` that leads to a file, in order.
pub fn document_links(snapshot: &Snapshot, document: &Arc<Document>) -> Vec<DocumentLink> {
    let link = |span, entity| match entity {
        Entity::File(target) => Some(DocumentLink { span, target }),
        _ => None,
    };
    let paths = occurrences(snapshot, document).into_iter().filter(|it| it.form == Form::Path);
    paths.filter_map(|it| link(it.span, it.entity)).collect()
}
