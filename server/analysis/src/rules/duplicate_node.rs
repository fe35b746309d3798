//! `duplicate-node`: two nodes with one id.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "duplicate-node",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "Two nodes of a DAG have the same id.",
    silent: "",
    fix: "Give one of them another id.",
    explanation: "Everything else names a node by its id: `depends_on`, templates, logs, resume.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: tests\n    run: npm test\n",
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: web-tests\n    run: npm test\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, node) in context.nodes() {
        let first = context.ids.get(node.id.value.as_str()).filter(|first| **first != index);
        if let Some(first) = first {
            let message = format!("there is another node `{}`; give one of them another id", node.id.value);
            let related = context.node(*first).id.span;
            findings.push(Finding::new(&CODE, node.id.span, message).related(related, "the other one"));
        }
    }
}
