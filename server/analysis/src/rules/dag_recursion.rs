//! `dag-recursion`: a DAG that holds itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use divisi_syntax::Span;
use divisi_workspace::{Snapshot, links};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "dag-recursion",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A DAG names itself as one of its nodes, directly or through other files.",
    silent: "",
    fix: "Take the node out of one of the files.",
    explanation: "The nodes of a DAG that is named stand in the place of the node, so that there would be no end to \
                  them.",
    example: Example::dag(
        "nodes:\n  - id: again\n    dag: ./review.dag.yaml\n",
        "nodes:\n  - id: again\n    run: ./review.sh\n",
    ),
};

/// A path written in a file, and the file it leads to.
struct Link {
    span: Span,
    target: PathBuf,
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let own = &context.document.path;
    let all = reachable(context.snapshot, own);
    let steps = steps_to(&all, own);
    for link in all.get(own).into_iter().flatten() {
        if link.target != *own && !steps.contains_key(link.target.as_path()) {
            continue;
        }
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut finding = Finding::new(&CODE, link.span, String::new());
        let mut way = vec![name(own)];
        let mut at = link.target.as_path();
        while at != own.as_path() {
            way.push(name(at));
            let Some((span, next)) = steps.get(at) else {
                break;
            };
            finding = finding.related_in(at.to_owned(), *span, format!("`{}` leads on from here", name(at)));
            at = next;
        }
        way.push(name(own));
        finding.message = format!("this DAG holds itself: {}", way.join(" → "));
        findings.push(finding);
    }
}

/// The links of every document that can be reached from `start`.
fn reachable(snapshot: &Snapshot, start: &Path) -> HashMap<PathBuf, Vec<Link>> {
    let mut all: HashMap<PathBuf, Vec<Link>> = HashMap::new();
    let mut open = vec![start.to_owned()];
    while let Some(path) = open.pop() {
        if all.contains_key(&path) {
            continue;
        }
        let Some(document) = snapshot.document(&path) else {
            continue;
        };
        let link = |written: &divisi_syntax::Spanned<String>| {
            Some(Link { span: written.span, target: links::target(&path, &written.value)? })
        };
        let found: Vec<Link> = links::written(document).filter_map(link).collect();
        open.extend(found.iter().map(|link| link.target.clone()));
        all.insert(path, found);
    }
    all
}

/// For each document from which a way leads to `goal` the next step of a shortest one.
fn steps_to<'a>(all: &'a HashMap<PathBuf, Vec<Link>>, goal: &'a Path) -> HashMap<&'a Path, (Span, &'a Path)> {
    let mut from: HashMap<&Path, Vec<(&Path, Span)>> = HashMap::new();
    for (path, links) in all {
        for link in links {
            from.entry(&link.target).or_default().push((path, link.span));
        }
    }
    let mut steps: HashMap<&Path, (Span, &Path)> = HashMap::new();
    let mut level = vec![goal];
    while !level.is_empty() {
        let mut next = Vec::new();
        for path in level {
            let mut before = from.remove(path).unwrap_or_default();
            before.sort_unstable();
            for (other, span) in before {
                if other != goal && !steps.contains_key(other) {
                    steps.insert(other, (span, path));
                    next.push(other);
                }
            }
        }
        next.sort_unstable();
        level = next;
    }
    steps
}
