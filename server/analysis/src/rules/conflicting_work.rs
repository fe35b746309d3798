//! `conflicting-work`: a node that does two things.

use divisi_model::Dialect;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "conflicting-work",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node has more than one of `agent`, `run`, `command`, `dag`, `approve`.",
    silent: "In dialects, but for Archon, which does not load such a file.",
    fix: "Make two nodes of it, one waiting for the other.",
    explanation: "A node is one unit of work: it has one status, one time limit and one result.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    approve: Do the tests look good?\n",
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: look\n    depends_on: [tests]\n    approve: Do the tests look good?\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !matches!(context.dag.dialect, Dialect::Native | Dialect::Archon) {
        return;
    }
    for (_, node) in context.nodes() {
        let Some((first, others)) = node.work_keys.split_first() else {
            continue;
        };
        for other in others.iter().filter(|other| other.value != first.value) {
            let message = format!("a node does one thing: it has `{}` and `{}`", first.value, other.value);
            findings.push(Finding::new(&CODE, other.span, message).related(first.span, "the other one"));
        }
    }
}
