//! Go to definition.

use std::sync::Arc;

use divisi_analysis::occurrences::{Place, declarations, occurrence_at};
use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

/// Where something that is named is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The name that was asked about.
    pub origin: Span,
    /// Where it leads; several where several files claim the name.
    pub targets: Vec<Place>,
}

/// Where what is named at `offset` is made. `None` where nothing is named, and where nobody makes it.
pub fn definition(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Option<Definition> {
    let occurrence = occurrence_at(snapshot, document, offset)?;
    let targets = declarations(snapshot, &occurrence.entity);
    (!targets.is_empty()).then_some(Definition { origin: occurrence.span, targets })
}
