//! `args` of a DAG.

use divisi_syntax::{NodeId, Spanned};
use serde_json::Value;

use crate::dag::{Arg, ArgType};
use crate::json;
use crate::keys::native;
use crate::reader::Reader;

/// Every declared argument, in file order.
pub(super) fn lower(reader: &Reader<'_>, args: NodeId) -> Vec<Arg> {
    reader.entries(args).map(|(name, value)| arg(reader, name, value)).collect()
}

fn arg(reader: &Reader<'_>, name: NodeId, value: NodeId) -> Arg {
    let fields = reader.fields(value, &native::ARG);
    let boolean = |key: &str| fields.get(key).and_then(|value| reader.boolean(value)).unwrap_or(false);
    let default =
        fields.get("default").map(|value| Spanned::new(json::value(reader, value), reader.span(value)));
    let written = fields.get("type").and_then(|value| reader.word(value)).map(|kind| kind.value);
    Arg {
        name: reader.key(name),
        kind: written.unwrap_or_else(|| type_of(default.as_ref())),
        default,
        required: boolean("required"),
        description: fields.get("description").and_then(|value| reader.string(value)),
        choices: fields
            .get("enum")
            .map(|value| reader.items(value).map(|item| json::value(reader, item)).collect())
            .unwrap_or_default(),
        secret: boolean("secret"),
    }
}

/// The type that a default shows.
fn type_of(default: Option<&Spanned<Value>>) -> ArgType {
    match default.map(|default| &default.value) {
        Some(Value::Bool(_)) => ArgType::Boolean,
        Some(Value::Number(number)) if number.is_i64() => ArgType::Integer,
        Some(Value::Number(_)) => ArgType::Number,
        Some(Value::Array(_)) => ArgType::List,
        Some(Value::String(_) | Value::Null | Value::Object(_)) | None => ArgType::String,
    }
}
