//! `cycle`: nodes that wait for each other.

use divisi_model::Node;
use divisi_syntax::Span;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::{Finding, Related};
use crate::graph::{Cycle, CycleEdge};

pub(super) static CODE: Code = Code {
    name: "cycle",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "Nodes wait for each other in a ring, so none of them can start.",
    silent: "",
    fix: "Remove one of the dependencies.",
    explanation: "Of all nodes that are entangled the shortest ring is shown, at that of its dependencies which comes \
                  last in the file; the others are listed with it. `a → b` reads \"`a` waits for `b`\". A barrier of \
                  a phase makes nodes wait, too.",
    example: Example::dag(
        "nodes:\n  - id: build\n    depends_on: [tests]\n    run: cargo build\n  - id: tests\n    depends_on: [build]\n    run: cargo test\n",
        "nodes:\n  - id: build\n    run: cargo build\n  - id: tests\n    depends_on: [build]\n    run: cargo test\n",
    ),
};

/// Names of a ring that are written out; a longer one is cut in the middle.
const MOST_NAMES: usize = 12;
/// Dependencies of a ring that are listed.
const MOST_RELATED: usize = 50;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for cycle in context.graph.cycles() {
        let spans: Vec<Span> = cycle.edges.iter().map(|edge| place(context, edge)).collect();
        let Some(last) = (0..spans.len()).max_by_key(|at| spans[*at]) else {
            continue;
        };
        let edges = || cycle.edges[last..].iter().chain(&cycle.edges[..last]);
        let related = edges().take(MOST_RELATED).map(|edge| related(context, edge)).collect();
        let message = message(context, &cycle, last);
        findings.push(Finding { related, ..Finding::new(&CODE, spans[last], message) });
    }
}

/// `a → b → c → a`, from the node that holds the finding on.
fn message(context: &Context<'_>, cycle: &Cycle, first: usize) -> String {
    let mut names: Vec<&str> = cycle.edges[first..]
        .iter()
        .chain(&cycle.edges[..=first])
        .map(|edge| context.node(edge.from).id.value.as_str())
        .collect();
    let dropped = names.len().saturating_sub(MOST_NAMES);
    let note = format!("… {dropped} more …");
    if dropped > 0 {
        let half = MOST_NAMES / 2;
        names.splice(half..half + dropped, [note.as_str()]);
    }
    format!("these nodes wait for each other: {}", names.join(" → "))
}

/// Where the dependency is written; for a barrier the phase's id.
fn place(context: &Context<'_>, edge: &CycleEdge) -> Span {
    let phase = edge.barrier.and_then(|phase| context.dag.phases.get(phase as usize));
    if let Some(phase) = phase {
        return phase.id.span;
    }
    entry(context.node(edge.from), &context.node(edge.to).id.value)
}

fn entry(node: &Node, dependency: &str) -> Span {
    node.depends_on.iter().find(|entry| entry.value == dependency).map_or(node.id.span, |entry| entry.span)
}

fn related(context: &Context<'_>, edge: &CycleEdge) -> Related {
    let by = if edge.barrier.is_some() { " because of this phase's barrier" } else { "" };
    let (from, to) = (&context.node(edge.from).id.value, &context.node(edge.to).id.value);
    Related { path: None, span: place(context, edge), message: format!("`{from}` waits for `{to}`{by}") }
}
