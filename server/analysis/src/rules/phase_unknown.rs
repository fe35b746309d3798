//! `phase-unknown`: a phase that the DAG does not list.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "phase-unknown",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "A node names a phase that is not in `phases`.",
    silent: "Where the DAG lists no phases at all: then they are words for people. In dialects.",
    fix: "Correct the name, or add the phase.",
    explanation: "",
    example: Example::dag(
        "phases:\n  - id: review\nnodes:\n  - id: quality\n    phase: reviews\n    run: ./quality.sh\n",
        "phases:\n  - id: review\nnodes:\n  - id: quality\n    phase: review\n    run: ./quality.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() || context.dag.phases.is_empty() {
        return;
    }
    let known: Vec<&str> = context.dag.phases.iter().map(|phase| phase.id.value.as_str()).collect();
    for phase in context.nodes().filter_map(|(_, node)| node.written_phase.as_ref()) {
        let name = phase.value.as_str();
        if name.is_empty() || known.contains(&name) {
            continue;
        }
        findings.push(match context.suggest(name, known.iter().copied()) {
            Some(meant) => {
                Finding::new(&CODE, phase.span, format!("no phase `{name}`; did you mean `{meant}`?"))
                    .fix(edits::change_to(context.text(), phase.span, meant))
            }
            None => Finding::new(&CODE, phase.span, format!("no phase `{name}` in this DAG's `phases`")),
        });
    }
}
