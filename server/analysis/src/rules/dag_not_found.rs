//! `dag-not-found`: a path that leads to no DAG file.

use std::path::{Component, Path, PathBuf};

use divisi_syntax::Spanned;
use divisi_workspace::{Class, Document, Snapshot, links};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "dag-not-found",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "`dag` of a node, or `divisi` of a command, names a DAG file that is not there.",
    silent: "For a path with a template, one that leads out of the workspace, and one that does not end as DAG files \
             do (`.dag.yaml`, `.dag.yml`, `.dag.json`).",
    fix: "Correct the path; the most likely one is offered.",
    explanation: "The path is relative to the file that it stands in.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    dag: ./tests.dag.yaml\n",
        "nodes:\n  - id: tests\n    run: cargo test\n",
    ),
};

/// How the names of DAG files end.
const ENDINGS: &[&str] = &[".dag.yaml", ".dag.yml", ".dag.json"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    check_links(context.snapshot, context.document, findings);
}

/// A command without a DAG of its own.
pub(super) fn check_markdown(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    if context.document.dag().is_none() {
        check_links(context.snapshot, context.document, findings);
    }
}

fn check_links(snapshot: &Snapshot, document: &Document, findings: &mut Vec<Finding>) {
    for written in links::written(document) {
        let Some(target) = links::target(&document.path, &written.value) else {
            continue;
        };
        let is_judged = ENDINGS.iter().any(|ending| written.value.ends_with(ending));
        if is_judged && snapshot.root_of(&target).is_some() && !snapshot.has_linked(&target) {
            findings.push(finding(snapshot, document, written, &target));
        }
    }
}

fn finding(snapshot: &Snapshot, document: &Document, written: &Spanned<String>, target: &Path) -> Finding {
    match meant(snapshot, document, target) {
        Some(meant) => {
            let message = format!("there is no file `{}`; did you mean `{meant}`?", written.value);
            let fix = edits::change_to(&document.text, written.span, &meant);
            Finding::new(&CODE, written.span, message).fix(fix)
        }
        None => Finding::new(&CODE, written.span, format!("there is no file `{}`", written.value)),
    }
}

/// The one DAG file of that name in another folder, else the one whose path is nearest.
fn meant(snapshot: &Snapshot, document: &Document, target: &Path) -> Option<String> {
    let folder = document.path.parent()?;
    let is_other = |other: &&std::sync::Arc<Document>| {
        matches!(other.class, Class::DagYaml | Class::DagJson) && other.path != document.path
    };
    let others: Vec<&Path> =
        snapshot.documents().filter(is_other).map(|other| other.path.as_path()).collect();
    let mut namesakes = others.iter().filter(|other| other.file_name() == target.file_name());
    if let (Some(namesake), None) = (namesakes.next(), namesakes.next()) {
        return Some(relative(folder, namesake));
    }
    let paths: Vec<String> = others.iter().map(|other| relative(folder, other)).collect();
    did_you_mean::nearest(&relative(folder, target), paths.iter().map(String::as_str)).map(str::to_owned)
}

/// `path` as it is written in a file in `folder`, with `/` on every system.
fn relative(folder: &Path, path: &Path) -> String {
    let common = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(path.components().skip(common)).collect();
    let names: Vec<_> = way.components().map(|name| name.as_os_str().to_string_lossy()).collect();
    let start = if names.first().is_some_and(|name| name == "..") { "" } else { "./" };
    format!("{start}{}", names.join("/"))
}
