//! Files of the workspace, as `@path` names them.

use divisi_syntax::Span;
use divisi_workspace::lexical::relative;
use divisi_workspace::{Document, Snapshot};

use super::{Completion, CompletionKind};
use crate::card;

/// The files of ours whose paths from the workspace's root hold `begun`, in any case.
pub(super) fn all(snapshot: &Snapshot, document: &Document, begun: &str, replace: Span) -> Vec<Completion> {
    let Some(root) = snapshot.root_of(&document.path) else { return Vec::new() };
    let wanted = begun.to_ascii_lowercase();
    let others = snapshot.documents().filter(|other| other.path != document.path);
    let inside = others.filter(|other| other.path.starts_with(root));
    inside
        .filter_map(|other| Some((other, relative(root, &other.path)?)))
        .filter(|(_, path)| path.to_ascii_lowercase().contains(&wanted))
        .map(|(other, path)| {
            // What begins as it is typed stands first.
            let rank = usize::from(!path.starts_with(begun));
            let mut completion = Completion::new(CompletionKind::File, path, replace, rank);
            completion.note = Some(card::kind(other).to_owned());
            completion
        })
        .collect()
}
