//! The command-v2 dialect.

use super::Asked;
use crate::dag::{Dag, Node};
use crate::keys::command_v2 as keys;

pub(super) fn collect(dag: &Dag, asked: &mut Asked<'_>) {
    for node in &dag.nodes {
        collect_node(node, asked);
    }
}

fn collect_node(node: &Node, asked: &mut Asked<'_>) {
    let fields = asked.reader.fields(node.tree, &keys::NODE);
    collect_retried_errors(node, asked);
    if let Some(condition) = &node.foreign_condition {
        let key = condition.span.slice(asked.reader.tree.text()).trim_matches('"').to_owned();
        asked.key(condition.span, &key);
    }
    asked.field(fields.field("compensation").filter(|_| node.has_compensation));
}

/// Failures that are tried again by what their text says: no run judges a failure by its text.
fn collect_retried_errors(node: &Node, asked: &mut Asked<'_>) {
    if node.retry.as_ref().is_none_or(|retry| retry.attempts < 2) {
        return;
    }
    let fields = asked.reader.fields(node.tree, &keys::NODE);
    let Some(retry) = fields.field("retryPolicy").or_else(|| fields.field("retry")) else { return };
    let inner = asked.reader.fields(retry.value, &keys::RETRY);
    asked.field(
        inner.field("retryableErrors").filter(|errors| asked.reader.items(errors.value).next().is_some()),
    );
}
