//! `for_each`: one node to its instances.

use std::collections::BTreeSet;

use divisi_model::{ForEach, Node};
use divisi_syntax::{Span, template};
use serde_json::{Map, Value};

use super::Faults;
use crate::environment::as_text;
use crate::eval::Evaluator;

/// Instances that a node may have where it says nothing.
const MAX_ITEMS: u32 = 1_000;

/// One instance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Instance {
    /// KEY of `id[KEY]`.
    pub(super) key: String,
    /// `item`.
    pub(super) item: Value,
}

/// The instances of `node`; none where it has no `for_each`, an empty list where that is empty or at fault.
pub(super) fn instances(
    node: &Node,
    args: &Map<String, Value>,
    faults: &mut Faults,
) -> Option<Vec<Instance>> {
    let (items, span) = match node.for_each.as_ref()? {
        ForEach::List { items, span } => (items.clone(), *span),
        ForEach::Expression(text) => match evaluate(&text.value, args) {
            Ok(items) => (items, text.span),
            Err(message) => {
                faults.add(text.span, message);
                return Some(Vec::new());
            }
        },
    };
    let limit = node.max_items.as_ref().map_or(MAX_ITEMS, |limit| limit.value.min(MAX_ITEMS));
    if items.len() > limit as usize {
        faults.add(span, format!("`for_each` gives {} items, and {limit} is the limit", items.len()));
        return Some(Vec::new());
    }
    let instances: Vec<Instance> =
        items.into_iter().map(|item| Instance { key: key_of(&item), item }).collect();
    refuse_duplicates(&instances, span, faults);
    Some(instances)
}

/// Only expressions over arguments are known before the run.
fn evaluate(expression: &str, args: &Map<String, Value>) -> Result<Vec<Value>, String> {
    let references = template::scan_expression(expression).references;
    let other = references
        .iter()
        .filter_map(|reference| reference.segments.first())
        .find(|first| first.name != "args");
    if let Some(other) = other {
        return Err(format!(
            "`for_each` over `{}` is read and checked, but this version can only run one over a list or `args`",
            other.name
        ));
    }
    match Evaluator::new().over_args(expression, args)? {
        Value::Array(items) => Ok(items),
        _ => Err(format!("`for_each: {expression}` gives no list")),
    }
}

/// `item.key`, the item itself where it is a word, else a hash of it.
fn key_of(item: &Value) -> String {
    let written = match item {
        Value::Object(fields) => {
            fields.get("key").filter(|key| !key.is_object() && !key.is_array() && !key.is_null())
        }
        Value::Array(_) | Value::Null => None,
        scalar => Some(scalar),
    };
    match written.map(as_text).filter(|key| !key.is_empty()) {
        Some(key) => key,
        None => blake3::hash(item.to_string().as_bytes()).to_hex().chars().take(8).collect(),
    }
}

fn refuse_duplicates(instances: &[Instance], span: Span, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for instance in instances {
        if !seen.insert(&instance.key) {
            let key = &instance.key;
            faults.add(
                span,
                format!("`for_each` gives the key {key} twice; give each item a `key` of its own"),
            );
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_items() {
        let cases = [
            (serde_json::json!("eu"), "eu"),
            (serde_json::json!(3), "3"),
            (serde_json::json!(true), "true"),
            (serde_json::json!({"key": "a", "x": 1}), "a"),
            (serde_json::json!({"key": 7}), "7"),
        ];
        for (item, key) in cases {
            assert_eq!(key_of(&item), key);
        }
        for item in [serde_json::json!({"x": 1}), serde_json::json!([1]), serde_json::json!(""), Value::Null]
        {
            assert_eq!(key_of(&item).len(), 8, "{item}");
        }
    }
}
