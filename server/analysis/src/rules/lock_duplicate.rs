//! `lock-duplicate`: a lock that is named twice in one list.

use std::collections::HashMap;

use divisi_model::Node;
use divisi_syntax::{Kind, Span, Spanned};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "lock-duplicate",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "A node names one lock twice, or the DAG lists one twice.",
    silent: "In dialects; for a lock that is a key twice, which is `duplicate-key`.",
    fix: "Remove one of the two.",
    explanation: "A node holds a lock once. Where the two differ in their mode, nothing says which one counts.",
    example: Example::dag(
        "nodes:\n  - id: migrate\n    run: ./migrate.sh\n    locks: [database, { name: database, mode: shared }]\n",
        "nodes:\n  - id: migrate\n    run: ./migrate.sh\n    locks: [database]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for (_, node) in context.nodes().filter(|(_, node)| node.locks.len() > 1) {
        for (name, first) in doubles(node.locks.iter().map(|lock| &lock.name)) {
            let message = format!("`{}` holds `{}` already", node.id.value, name.value);
            let finding = Finding::new(&CODE, name.span, message).related(first, "here");
            findings.push(finding.fix(remove(context, node, name.span)));
        }
    }
    let is_list = |list| context.tree.kind(context.tree.resolve(list)) == Kind::Sequence;
    if context.tree.get(context.dag.root, "locks").is_some_and(is_list) {
        for (name, first) in doubles(context.dag.locks.iter().map(|listed| &listed.name)) {
            let message = format!("`{}` is listed already", name.value);
            findings.push(Finding::new(&CODE, name.span, message).related(first, "here"));
        }
    }
}

/// Names that were there before, each with the place of the first one.
fn doubles<'a>(names: impl Iterator<Item = &'a Spanned<String>>) -> Vec<(&'a Spanned<String>, Span)> {
    let mut known: HashMap<&str, Span> = HashMap::new();
    let mut doubles = Vec::new();
    for name in names {
        match known.get(name.value.as_str()) {
            Some(first) => doubles.push((name, *first)),
            None => {
                known.insert(&name.value, name.span);
            }
        }
    }
    doubles
}

fn remove(context: &Context<'_>, node: &Node, lock: Span) -> Option<Fix> {
    let edits = edits::remove_item(context.tree, &context.document.lines, node.tree, "locks", lock)?;
    Some(Fix { title: "Remove the lock".to_owned(), edits, safe: false })
}
