//! Parts of a tree as JSON values.

use divisi_syntax::{Kind, NodeId, ScalarValue};
use serde_json::{Map, Number, Value};

use crate::reader::Reader;

/// Nesting beyond this is `null`; aliases count, so that it bounds the recursion.
const DEEPEST: u32 = 128;

/// The value of `id` with aliases followed. Keys are texts; of doubles the first counts.
pub(crate) fn value(reader: &Reader<'_>, id: NodeId) -> Value {
    nested(reader, id, DEEPEST)
}

fn nested(reader: &Reader<'_>, id: NodeId, depth: u32) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return Value::Null };
    match reader.kind(id) {
        Kind::Mapping => Value::Object(mapping(reader, id, depth)),
        Kind::Sequence => Value::Array(reader.items(id).map(|item| nested(reader, item, depth)).collect()),
        Kind::Scalar | Kind::Alias => scalar(reader, id),
    }
}

fn mapping(reader: &Reader<'_>, id: NodeId, depth: u32) -> Map<String, Value> {
    let mut map = Map::new();
    for (key, item) in reader.entries(id) {
        let item = nested(reader, item, depth);
        map.entry(reader.key(key).value).or_insert(item);
    }
    map
}

fn scalar(reader: &Reader<'_>, id: NodeId) -> Value {
    match reader.tree.scalar(id) {
        None | Some(ScalarValue::Null) => Value::Null,
        Some(ScalarValue::Bool(value)) => Value::Bool(value),
        Some(ScalarValue::Int(value)) => Value::from(value),
        // JSON has no infinities; their text is the next best.
        Some(ScalarValue::Float(value)) => match Number::from_f64(value) {
            Some(number) => Value::Number(number),
            None => reader.string(id).map_or(Value::Null, Value::String),
        },
        Some(ScalarValue::Str(text)) => Value::String(text.into_owned()),
    }
}
