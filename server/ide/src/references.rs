//! Find references.

use std::sync::Arc;

use divisi_analysis::occurrences::{Place, Role, occurrence_at, references as uses};
use divisi_workspace::{Document, Snapshot};

/// Every place that names what is named at `offset`, sorted by file and place; declarations only where they are
/// asked for. `None` where nothing is named there.
pub fn references(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    offset: u32,
    with_declarations: bool,
) -> Option<Vec<Place>> {
    let entity = occurrence_at(snapshot, document, offset)?.entity;
    let mut places = Vec::new();
    for uses in uses(snapshot, &entity) {
        let wanted = uses.occurrences.iter().filter(|it| with_declarations || it.role != Role::Declaration);
        places.extend(wanted.map(|it| Place { path: uses.document.path.clone(), span: it.span }));
    }
    places.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    Some(places)
}
