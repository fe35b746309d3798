//! `timeout-below-estimate`: a node that is expected to be stopped.

use divisi_model::duration::human;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "timeout-below-estimate",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A node's `timeout` is shorter than its `estimate`.",
    silent: "In dialects, whose files disagree on their unit of time.",
    fix: "Give it more time, or correct the estimate.",
    explanation: "A time limit from `defaults` counts, too.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    estimate: 20m\n    timeout: 10m\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    estimate: 20m\n    timeout: 40m\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for (_, node) in context.nodes() {
        let (Some(timeout), Some(estimate)) = (&node.timeout, &node.estimate) else {
            continue;
        };
        if timeout.value >= estimate.value {
            continue;
        }
        let (limit, expected) = (human(timeout.value), human(estimate.value));
        let message =
            format!("`{}` is stopped after {limit} and is expected to take {expected}", node.id.value);
        let is_own = node.span.contains(timeout.span);
        let (span, other, what) = match is_own {
            true => (timeout.span, estimate.span, "the estimate"),
            false => (estimate.span, timeout.span, "the time limit"),
        };
        findings.push(Finding::new(&CODE, span, message).related(other, what));
    }
}
