//! `for_each`: which items a node has, or that only the run will know them.

use std::collections::BTreeSet;

use divisi_model::{ForEach, Node};
use divisi_syntax::template;
use serde_json::{Map, Value};

use super::Faults;
use crate::eval::Evaluator;
use crate::growth::{Item, MAX_ITEMS, items};

/// What `for_each` makes of a node.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Instances {
    /// It has no `for_each`.
    One,
    /// One for each of these; none where something is at fault.
    Known(Vec<Item>),
    /// Those that the expression gives in the run.
    Later {
        /// The expression.
        expression: String,
        /// The most instances.
        limit: u32,
    },
}

/// The instances of `node`, by the arguments that are known before the run; `late` are the others.
pub(super) fn instances(
    node: &Node,
    args: &Map<String, Value>,
    late: &BTreeSet<String>,
    faults: &mut Faults,
) -> Instances {
    let limit = node.max_items.as_ref().map_or(MAX_ITEMS, |limit| limit.value.min(MAX_ITEMS));
    let (list, span) = match &node.for_each {
        None => return Instances::One,
        Some(ForEach::List { items, span }) => (Ok(items.clone()), *span),
        Some(ForEach::Expression(text)) if is_known(&text.value, late) => {
            (evaluate(&text.value, args), text.span)
        }
        Some(ForEach::Expression(text)) => {
            return Instances::Later { expression: text.value.clone(), limit };
        }
    };
    match list.and_then(|list| items(list, limit)) {
        Ok(items) => Instances::Known(items),
        Err(message) => {
            faults.add(span, message);
            Instances::Known(Vec::new())
        }
    }
}

/// Whether an expression depends on nothing but arguments that are known before the run.
fn is_known(expression: &str, late: &BTreeSet<String>) -> bool {
    template::scan_expression(expression).references.iter().all(|reference| {
        match reference.segments.as_slice() {
            [first, name, ..] if first.name == "args" => !late.contains(name.name),
            [first] if first.name == "args" => late.is_empty(),
            [] => true,
            _ => false,
        }
    })
}

fn evaluate(expression: &str, args: &Map<String, Value>) -> Result<Vec<Value>, String> {
    match Evaluator::new().over_args(expression, args)? {
        Value::Array(items) => Ok(items),
        _ => Err(format!("`for_each: {expression}` gives no list")),
    }
}
