//! The native format.

use divisi_syntax::template::scan_expression;

use super::Asked;
use crate::dag::{Dag, ForEach, Node, OnFailure, Work};
use crate::keys::native as keys;
use crate::reader::{Field, Fields};

pub(super) fn collect(dag: &Dag, asked: &mut Asked<'_>) {
    let root = asked.reader.fields(dag.root, &keys::DAG);
    asked.field(root.field("budget").filter(|field| !asked.reader.is_null(field.value)));
    if dag.on_failure.as_ref().is_some_and(|written| written.value == OnFailure::Compensate) {
        asked.field(root.field("on_failure"));
    }
    for phase in &dag.phases {
        let fields = asked.reader.fields(phase.tree, &keys::PHASE);
        asked.field(fields.field("barrier").filter(|_| phase.barrier));
    }
    let defaults = root.get("defaults").map(|value| asked.reader.fields(value, &keys::DEFAULTS));
    for node in &dag.nodes {
        collect_node(node, defaults.as_ref(), asked);
    }
}

fn collect_node(node: &Node, defaults: Option<&Fields>, asked: &mut Asked<'_>) {
    let fields = asked.reader.fields(node.tree, &keys::NODE);
    match node.work {
        Some(Work::Command(_)) => {
            let allowed = fields.field("allow_inline_shell");
            asked.field(allowed.filter(|field| asked.reader.boolean(field.value) == Some(true)));
        }
        Some(Work::Dag { .. }) => asked.field(fields.field("dag")),
        Some(Work::Agent(_) | Work::Run(_) | Work::Approve { .. } | Work::Foreign(_)) | None => {}
    }
    asked.field(fields.field("locks").filter(|_| !node.locks.is_empty()));
    asked.field(fields.field("compensate").filter(|_| node.has_compensation));
    collect_budget(&fields, defaults, node, asked);
    asked.field(fields.field("for_each").filter(|_| node.for_each.as_ref().is_some_and(needs_upstream)));
}

/// Parts of a budget that no runner can hold: of one attempt, `usd` and `turns` alone are run.
fn collect_budget(fields: &Fields, defaults: Option<&Fields>, node: &Node, asked: &mut Asked<'_>) {
    let own = fields.field("budget");
    let default = || defaults?.field("budget").filter(|field| applies(field, node));
    let Some(budget) = own.or_else(default).filter(|field| !asked.reader.is_null(field.value)) else {
        return;
    };
    let parts = asked.reader.fields(budget.value, &keys::BUDGET);
    for key in ["tokens", "wall"] {
        asked.field(parts.field(key));
    }
}

fn applies(default: &Field, node: &Node) -> bool {
    node.work.as_ref().and_then(Work::kind).is_some_and(|kind| default.key.applies_to(kind))
}

/// An expression over arguments expands at plan; one over values from upstream only when the node is ready.
fn needs_upstream(for_each: &ForEach) -> bool {
    let ForEach::Expression(text) = for_each else { return false };
    let references = scan_expression(&text.value).references;
    let first_names = references.iter().filter_map(|reference| reference.segments.first());
    first_names.into_iter().any(|name| matches!(name.name, "nodes" | "inputs"))
}
