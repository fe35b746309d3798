//! What a node takes and gives: inputs, outputs, locks.

use divisi_syntax::{Kind, NodeId, Spanned};
use serde_json::Value;

use crate::dag::{ContextLimits, Input, ListedLock, Lock, LockScope, Output, OutputForm};
use crate::json;
use crate::keys::native;
use crate::reader::{Fields, Reader};
use crate::size::parse_bytes;

/// `inputs`: a map from local names, or a list of bare names of outputs.
pub(super) fn inputs(reader: &Reader<'_>, value: NodeId) -> Vec<Input> {
    match reader.kind(value) {
        Kind::Mapping => {
            reader.entries(value).map(|(name, value)| input(reader, reader.key(name), value)).collect()
        }
        _ => reader.names(value).into_iter().map(bare_input).collect(),
    }
}

/// `quality.findings` in a list is read under the output's name.
fn bare_input(from: Spanned<String>) -> Input {
    let local = from.value.rsplit('.').next().unwrap_or_default().to_owned();
    Input { name: Spanned::new(local, from.span), from: Some(from), required: true, default: None }
}

fn input(reader: &Reader<'_>, name: Spanned<String>, value: NodeId) -> Input {
    if reader.kind(value) != Kind::Mapping {
        let from = reader.spanned(value).or_else(|| Some(name.clone()));
        return Input { name, from, required: true, default: None };
    }
    let fields = reader.fields(value, &native::INPUT);
    let from = fields.get("from").and_then(|value| reader.spanned(value));
    Input {
        from: from.or_else(|| Some(name.clone())),
        required: required(reader, &fields),
        default: fields.get("default").map(|value| json::value(reader, value)),
        name,
    }
}

fn required(reader: &Reader<'_>, fields: &Fields) -> bool {
    fields.get("required").and_then(|value| reader.boolean(value)).unwrap_or(true)
}

/// `outputs`: a map from names, or a list of names.
pub(super) fn outputs(reader: &Reader<'_>, value: NodeId) -> Vec<Output> {
    match reader.kind(value) {
        Kind::Mapping => {
            reader.entries(value).map(|(name, value)| output(reader, reader.key(name), value)).collect()
        }
        _ => reader.names(value).into_iter().map(bare_output).collect(),
    }
}

fn bare_output(name: Spanned<String>) -> Output {
    Output { name, form: OutputForm::Any, required: true, schema: None, ttl: None }
}

fn output(reader: &Reader<'_>, name: Spanned<String>, value: NodeId) -> Output {
    let fields = reader.fields(value, &native::OUTPUT);
    let file = fields.get("file").and_then(|value| reader.string(value));
    let json = fields.get("json").map(|value| json::value(reader, value));
    let text = fields.get("text").and_then(|value| reader.boolean(value));
    let form = match (file, &json, text) {
        (Some(path), ..) => OutputForm::File(path),
        (None, Some(Value::Bool(true) | Value::Object(_)), _) => OutputForm::Json,
        (None, _, Some(true)) => OutputForm::Text,
        (None, ..) => OutputForm::Any,
    };
    Output {
        name,
        form,
        required: required(reader, &fields),
        schema: json.filter(Value::is_object),
        ttl: fields.get("ttl").and_then(|value| reader.duration(value)),
    }
}

/// `locks` of a node: names, or `{name, mode}`.
pub(super) fn locks(reader: &Reader<'_>, value: NodeId) -> Vec<Lock> {
    if reader.kind(value) != Kind::Sequence {
        return reader.spanned(value).map(without_mode).into_iter().collect();
    }
    reader.items(value).filter_map(|item| lock(reader, item)).collect()
}

fn without_mode(name: Spanned<String>) -> Lock {
    Lock { name, mode: None }
}

fn lock(reader: &Reader<'_>, item: NodeId) -> Option<Lock> {
    if reader.kind(item) != Kind::Mapping {
        return reader.spanned(item).map(without_mode);
    }
    let fields = reader.fields(item, &native::LOCK);
    let mode = fields.get("mode").and_then(|value| reader.word(value));
    Some(Lock { name: reader.spanned(fields.get("name")?)?, mode: mode.map(|mode| mode.value) })
}

/// `locks` of a DAG: those that are listed.
pub(super) fn listed_locks(reader: &Reader<'_>, value: NodeId) -> Vec<ListedLock> {
    match reader.kind(value) {
        Kind::Mapping => {
            reader.entries(value).map(|(name, value)| listed_lock(reader, reader.key(name), value)).collect()
        }
        _ => {
            let names = reader.names(value).into_iter();
            names.map(|name| ListedLock { name, capacity: None, scope: LockScope::default() }).collect()
        }
    }
}

/// A number, or `{capacity, scope}`.
fn listed_lock(reader: &Reader<'_>, name: Spanned<String>, value: NodeId) -> ListedLock {
    let positive = |value| reader.positive(value).map(|capacity| capacity.value);
    if reader.kind(value) != Kind::Mapping {
        return ListedLock { name, capacity: positive(value), scope: LockScope::default() };
    }
    let fields = reader.fields(value, &native::LOCK_TERMS);
    let scope = fields.get("scope").and_then(|value| reader.word(value));
    ListedLock {
        name,
        capacity: fields.get("capacity").and_then(positive),
        scope: scope.map(|scope| scope.value).unwrap_or_default(),
    }
}

/// `context`.
pub(super) fn context(reader: &Reader<'_>, value: NodeId) -> ContextLimits {
    let fields = reader.fields(value, &native::CONTEXT);
    let bytes = |value| parse_bytes(&reader.string(value)?).ok();
    ContextLimits {
        ttl: fields.get("ttl").and_then(|value| reader.duration(value)).map(|ttl| ttl.value),
        max_bytes: fields.get("max_bytes").and_then(bytes),
    }
}
