//! "Break the cycle here": takes out the dependency under the cursor, where it is part of a ring.

use divisi_analysis::edits;

use super::{Place, Refactoring, RefactoringKind};

pub(super) fn offer(place: &Place<'_>) -> Option<Refactoring> {
    let (at, entry) = place.dependency()?;
    let node = place.dag.nodes.get(at)?;
    let entry = node.depends_on.get(entry)?;
    let to = place.dag.nodes.iter().position(|other| other.id.value == entry.value)?;
    // The edge closes a ring where what it leads to waits for the node.
    let (from, to) = (u32::try_from(at).ok()?, u32::try_from(to).ok()?);
    if from != to && !place.graph.ancestors(to).contains(&from) {
        return None;
    }
    let key = node.depends_on_key.as_ref().map_or("depends_on", |key| key.value.as_str());
    let edits = edits::remove_item(place.tree, &place.document.lines, node.tree, key, entry.span)?;
    Some(Refactoring {
        title: format!("Break the cycle here: `{}` no longer waits for `{}`", node.id.value, entry.value),
        kind: RefactoringKind::Mend,
        change: place.change(edits),
    })
}
