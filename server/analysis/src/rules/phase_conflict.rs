//! `phase-conflict`: a node in two phases.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "phase-conflict",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node names its phase and is listed by a phase as well, or two phases list it.",
    silent: "In dialects.",
    fix: "Say it in one place.",
    explanation: "A node belongs to a phase by its own `phase` or by the phase's list of `nodes`, never by both: two \
                  places that must agree will not for long.",
    example: Example::dag(
        "phases:\n  - id: review\n    nodes: [quality]\nnodes:\n  - id: quality\n    phase: review\n    run: ./quality.sh\n",
        "phases:\n  - id: review\n    nodes: [quality]\nnodes:\n  - id: quality\n    run: ./quality.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for (_, node) in context.nodes() {
        let mut memberships = node.written_phase.iter().chain(&node.listed_in);
        let Some(first) = memberships.next() else {
            continue;
        };
        for other in memberships {
            let message =
                format!("`{}` is in a phase already (`{}`); say it in one place", node.id.value, first.value);
            findings.push(Finding::new(&CODE, other.span, message).related(first.span, "the other place"));
        }
    }
}
