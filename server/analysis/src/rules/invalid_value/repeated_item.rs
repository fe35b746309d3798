//! Items of a literal `for_each` that would make two instances with one id.

use std::collections::HashMap;

use divisi_model::{ForEach, Node};
use divisi_syntax::NodeId;
use serde_json::Value;

use super::CODE;
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(in crate::rules) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.is_native() {
        findings.extend(context.nodes().filter_map(|(_, node)| check_node(context, node)));
    }
}

/// The first item whose key was there before.
fn check_node(context: &Context<'_>, node: &Node) -> Option<Finding> {
    let Some(ForEach::List { items, .. }) = &node.for_each else {
        return None;
    };
    let tree = context.tree;
    let list = tree.resolve(tree.get(node.tree, "for_each")?);
    let mut seen: HashMap<String, NodeId> = HashMap::new();
    for (item, place) in items.iter().zip(tree.items(list)) {
        let Some(first) = seen.insert(key_of(item), place) else {
            continue;
        };
        let span = tree.span(place);
        let id = &node.id.value;
        let message = match key(item) {
            Some(key) => format!(
                "`for_each` has `{key}` twice, and both would be `{id}[{key}]`: remove one, or make them \
                 mappings, each with a `key` of its own"
            ),
            None => "`for_each` has this item twice: remove one, or give each a `key` of its own".to_owned(),
        };
        let edits = edits::remove_item(tree, &context.document.lines, node.tree, "for_each", span);
        let fix = edits.map(|edits| Fix { title: "Remove the item".to_owned(), edits, safe: false });
        return Some(Finding::new(&CODE, span, message).related(tree.span(first), "the first one").fix(fix));
    }
    None
}

/// What tells an item from others: its key, else all of it.
fn key_of(item: &Value) -> String {
    // No key has a NUL in front.
    key(item).unwrap_or_else(|| format!("\0{item}"))
}

/// KEY of `id[KEY]` where the item gives it: its `key`, or itself where it is a scalar.
fn key(item: &Value) -> Option<String> {
    let key = match item {
        Value::Object(fields) => fields.get("key")?,
        scalar => scalar,
    };
    match key {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Bool(_) | Value::Number(_) => Some(key.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
