//! What is not run: files with errors, and DAGs that ask for more than this version can do.

use std::sync::Arc;

use divisi_analysis::Severity;
use divisi_model::{Dag, Dialect, later};
use divisi_syntax::{Span, Tree, strict};
use divisi_workspace::{Content, Document, Snapshot};

use crate::client::EngineError;

/// Refuses settings that a run goes by and that could not be read: they may have asked for the stricter way.
pub(crate) fn settings(snapshot: &Snapshot) -> Result<(), EngineError> {
    let Some(problem) = snapshot.problems().iter().find(|problem| problem.forbids_runs) else {
        return Ok(());
    };
    let place = problem.place(problem.path.display());
    Err(EngineError::new(format!(
        "{place}: {}; nothing is run before this is mended, since runs go by these settings",
        problem.message
    )))
}

/// Refuses findings of severity error, what a strict YAML reader refuses, and keys that a run cannot perform yet.
pub(super) fn check(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    tree: &Tree,
    dag: &Dag,
) -> Result<(), EngineError> {
    let findings = divisi_analysis::check(snapshot, document).into_iter();
    let errors: Vec<(Span, String)> = findings
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| (finding.span, format!("{} ({})", finding.message, finding.code)))
        .collect();
    refuse(document, "has errors", errors)?;
    refuse(document, "is not YAML to a strict reader", strict_faults(document, tree))?;
    let later = later::not_run_yet(dag, tree).into_iter();
    let later = later
        .map(|(span, key)| (span, format!("`{key}` is read and checked, but this version cannot run it")));
    let why = match dag.dialect {
        Dialect::Native | Dialect::CommandV2 => "asks for what this version cannot run".to_owned(),
        other => format!(
            "is a workflow of {}, which `divisi convert` turns into one that can be run",
            other.name()
        ),
    };
    refuse(document, &why, later.collect())
}

fn strict_faults(document: &Document, tree: &Tree) -> Vec<(Span, String)> {
    let Content::Dag { region, .. } = &document.content else { return Vec::new() };
    if tree.is_json() {
        return Vec::new();
    }
    let faults = strict::check_yaml(&document.text, *region).into_iter();
    faults.map(|fault| (fault.span, fault.message)).collect()
}

fn refuse(document: &Document, why: &str, places: Vec<(Span, String)>) -> Result<(), EngineError> {
    let Some((span, first)) = places.first() else { return Ok(()) };
    let file = document.path.display();
    let line = document.lines.line(span.start) + 1;
    let more = match places.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    Err(EngineError { message: format!("{file} {why}: line {line}: {first}{more}"), places })
}
