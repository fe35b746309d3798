//! What can be done with a document, above the line it concerns.

use std::path::{Path, PathBuf};

use divisi_syntax::Span;
use divisi_workspace::{Content, Document, Snapshot};

/// An action above a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// What it concerns.
    pub span: Span,
    /// What it does.
    pub action: LensAction,
}

/// What a lens does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensAction {
    /// Runs the DAG of this file, or cancels its run while one is going on.
    Run(PathBuf),
}

/// The lenses of a document: on its DAG, or where a command names the file of one.
pub fn lenses(snapshot: &Snapshot, document: &Document) -> Vec<Lens> {
    run(snapshot, document).into_iter().collect()
}

fn run(snapshot: &Snapshot, document: &Document) -> Option<Lens> {
    if let Some((tree, dag)) = document.dag() {
        let start = tree.span(dag.root).start;
        let span = dag.name.as_ref().map_or_else(|| Span::at(start), |name| name.span);
        return Some(Lens { span, action: LensAction::Run(document.path.clone()) });
    }
    let Content::Command { link: Some(link) } = &document.content else { return None };
    let path = beside(&document.path, &link.value)?;
    let _holds_dag = snapshot.document(&path)?.dag()?;
    Some(Lens { span: link.span, action: LensAction::Run(path) })
}

/// `link` as written in the file at `path`, without `.` and `..`.
fn beside(path: &Path, link: &str) -> Option<PathBuf> {
    let mut found = path.parent()?.to_owned();
    for part in Path::new(link).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                if !found.pop() {
                    return None;
                }
            }
            other => found.push(other),
        }
    }
    Some(found)
}
