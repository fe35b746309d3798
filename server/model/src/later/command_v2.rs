//! The command-v2 dialect.

use super::Asked;
use crate::dag::{Dag, Node};
use crate::keys::command_v2 as keys;

pub(super) fn collect(dag: &Dag, asked: &mut Asked<'_>) {
    for phase in &dag.phases {
        // A limit that the phase cannot reach asks for nothing.
        let limit = phase.max_parallel.as_ref().filter(|limit| (limit.value as usize) < phase.nodes.len());
        if let Some(limit) = limit {
            asked.entry_around(phase.tree, limit.span);
        }
    }
    for node in &dag.nodes {
        collect_node(node, asked);
    }
}

fn collect_node(node: &Node, asked: &mut Asked<'_>) {
    let fields = asked.reader.fields(node.tree, &keys::NODE);
    if let Some(retry) = node.retry.as_ref().filter(|retry| retry.attempts > 1) {
        asked.key(retry.span, "retry");
    }
    if let Some(condition) = &node.foreign_condition {
        let key = condition.span.slice(asked.reader.tree.text()).trim_matches('"').to_owned();
        asked.key(condition.span, &key);
    }
    asked.field(fields.field("resources").filter(|_| !node.locks.is_empty()));
    asked.field(fields.field("compensation").filter(|_| node.has_compensation));
}
