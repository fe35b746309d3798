//! Takes out every dependency that others imply and nothing else needs.

use std::sync::Arc;

use divisi_analysis::Edit;

use super::{Place, Refactoring, RefactoringKind, touches};

/// The rule that finds them.
const CODE: &str = "redundant-dependency";

/// Offered at any dependency, and at the key that holds the nodes.
pub(super) fn offer(place: &Place<'_>) -> Option<Refactoring> {
    let is_at_key = place.dag.nodes_key.is_some_and(|key| touches(key, place.span));
    if !is_at_key && place.dependency().is_none() {
        return None;
    }
    let document = Arc::new(place.document.clone());
    let mut findings = divisi_analysis::check(place.snapshot, &document);
    findings.retain(|finding| finding.code == CODE);
    let edits: Vec<Edit> = crate::fix::safe_edits(&findings);
    let title = match findings.len() {
        0 => return None,
        1 => "Remove the ordering that nothing needs".to_owned(),
        many => format!("Remove the {many} orderings that nothing needs"),
    };
    Some(Refactoring { title, kind: RefactoringKind::Rewrite, change: place.change(edits) })
        .filter(|it| !it.change.steps.is_empty())
}
