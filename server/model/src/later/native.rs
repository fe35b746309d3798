//! The native format.

use divisi_syntax::template::scan_expression;

use super::Asked;
use crate::dag::{Dag, ForEach, Node, Work};
use crate::keys::native as keys;

pub(super) fn collect(dag: &Dag, asked: &mut Asked<'_>) {
    for phase in &dag.phases {
        let fields = asked.reader.fields(phase.tree, &keys::PHASE);
        asked.field(fields.field("barrier").filter(|_| phase.barrier));
    }
    for node in &dag.nodes {
        collect_node(node, asked);
    }
}

fn collect_node(node: &Node, asked: &mut Asked<'_>) {
    let fields = asked.reader.fields(node.tree, &keys::NODE);
    match node.work {
        Some(Work::Command(_)) => {
            let allowed = fields.field("allow_inline_shell");
            asked.field(allowed.filter(|field| asked.reader.boolean(field.value) == Some(true)));
        }
        Some(Work::Dag { .. }) => asked.field(fields.field("dag")),
        Some(Work::Agent(_) | Work::Run(_) | Work::Approve { .. } | Work::Foreign(_)) | None => {}
    }
    asked.field(fields.field("for_each").filter(|_| node.for_each.as_ref().is_some_and(needs_upstream)));
}

/// An expression over arguments expands at plan; one over values from upstream only when the node is ready.
fn needs_upstream(for_each: &ForEach) -> bool {
    let ForEach::Expression(text) = for_each else { return false };
    let references = scan_expression(&text.value).references;
    let first_names = references.iter().filter_map(|reference| reference.segments.first());
    first_names.into_iter().any(|name| matches!(name.name, "nodes" | "inputs"))
}
