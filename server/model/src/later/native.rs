//! The native format.

use super::Asked;
use crate::dag::{Dag, Node, Work};
use crate::keys::native as keys;

pub(super) fn collect(dag: &Dag, asked: &mut Asked<'_>) {
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
        Some(Work::Agent(_) | Work::Run(_) | Work::Dag { .. } | Work::Approve { .. } | Work::Foreign(_))
        | None => {}
    }
}
