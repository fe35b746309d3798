//! One item of `nodes`.

use std::collections::HashSet;

use divisi_syntax::{Kind, NodeId, Span, Spanned};

use super::unit;
use crate::dag::{
    Dag, Demand, Dialect, ForeignReference, ForeignWork, Node, Output, OutputForm, Retry, Work,
};
use crate::foreign::{self, Language};
use crate::keys::Ty;
use crate::keys::archon as keys;
use crate::reader::{Field, Fields, MOST_NODES, Reader};

/// Bodies inside bodies that are read; aliases could ask for more without end.
const MOST_BODIES: u32 = 16;

/// All nodes, in file order; items that are no mappings are left out. `depth` counts the bodies around them.
pub(super) fn lower_all(reader: &Reader<'_>, nodes: NodeId, depth: u32) -> Vec<Node> {
    let mappings = reader.items(nodes).filter(|item| reader.kind(*item) == Kind::Mapping);
    reader.at_most(MOST_NODES, mappings, |item| lower(reader, item, depth))
}

fn lower(reader: &Reader<'_>, item: NodeId, depth: u32) -> Node {
    let fields = &reader.fields(item, &keys::NODE);
    let span = reader.span(item);
    let id = fields.get("id").and_then(|value| reader.spanned(value));
    let dependencies = fields.field("depends_on");
    let condition = fields.field("when").filter(|field| !reader.is_null(field.value));
    let (body, outward) = fields.get("loop_group").map(|value| body(reader, value, depth + 1)).unzip();
    let mut references = references(reader, fields);
    if let Some(body) = body.iter().flatten().next() {
        leave_to_body(&mut references, body);
    }
    references.extend(outward.unwrap_or_default());
    Node {
        id: id.unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start))),
        work: work_key(reader, fields).map(|field| Work::Foreign(work(reader, field))),
        work_keys: written_work(reader, fields)
            .map(|field| Spanned::new(field.key.name, reader.span(field.key_node)))
            .collect(),
        depends_on: dependencies.map(|field| reader.names(field.value)).unwrap_or_default(),
        depends_on_key: dependencies.map(|field| reader.key(field.key_node)),
        foreign_condition: condition.map(|field| {
            let condition = reader.string(field.value).unwrap_or_default();
            Spanned::new(condition, reader.span(field.key_node))
        }),
        references,
        body: body.flatten().map(Box::new),
        trigger_rule: fields.get("trigger_rule").and_then(|value| reader.word(value)),
        outputs: fields.get("output_format").map(|value| outputs(reader, value)).unwrap_or_default(),
        retry: fields.field("retry").and_then(|field| retry(reader, field)),
        timeout: unit::time(reader, fields, "timeout"),
        idle_timeout: unit::time(reader, fields, "idle_timeout"),
        ..Node::empty(reader.tree.resolve(item), span)
    }
}

/// The work keys that say something, in file order.
fn written_work<'f>(reader: &'f Reader<'_>, fields: &'f Fields) -> impl Iterator<Item = &'f Field> {
    let says = |field: &&Field| match reader.kind(field.value) {
        Kind::Scalar => reader.string(field.value).is_some_and(|text| !text.trim().is_empty()),
        _ => true,
    };
    fields.iter().filter(|field| keys::WORK_KEYS.contains(&field.key.name)).filter(says)
}

/// The work key that counts: one that says something before one that does not.
fn work_key<'f>(reader: &'f Reader<'_>, fields: &'f Fields) -> Option<&'f Field> {
    let written = fields.iter().find(|field| keys::WORK_KEYS.contains(&field.key.name));
    written_work(reader, fields).next().or(written)
}

fn work(reader: &Reader<'_>, field: &Field) -> ForeignWork {
    let inner = match field.key.name {
        "loop" => ["prompt", "command"].iter().find_map(|key| reader.member(field.value, key)),
        "approval" => reader.member(field.value, "message"),
        "loop_group" => None,
        _ => Some(field.value),
    };
    ForeignWork {
        key: Spanned::new(field.key.name, reader.span(field.key_node)),
        text: inner.and_then(|value| reader.text(value)),
    }
}

/// What the texts of the node name; those of a body are read with the body.
fn references(reader: &Reader<'_>, fields: &Fields) -> Vec<ForeignReference> {
    let mut found = Vec::new();
    for field in fields.iter() {
        match field.key.ty {
            Ty::Foreign(language) => found.extend(foreign::references(reader, language, field.value)),
            Ty::Object(object) => found.extend(inner_references(reader, field.value, object)),
            Ty::Map(_) => {
                let values: Vec<NodeId> = reader.entries(field.value).map(|(_, value)| value).collect();
                let read = |value| foreign::references(reader, Language::ArchonText, value);
                found.extend(values.into_iter().flat_map(read));
            }
            _ => {}
        }
    }
    found
}

fn inner_references(
    reader: &Reader<'_>,
    value: NodeId,
    object: &'static crate::keys::Object,
) -> Vec<ForeignReference> {
    let fields = reader.fields(value, object);
    let mut found = Vec::new();
    for field in fields.iter() {
        if let Ty::Foreign(language) = field.key.ty {
            found.extend(foreign::references(reader, language, field.value));
        }
    }
    found
}

/// The nodes of a `loop_group`, and what their texts name outside of it.
fn body(reader: &Reader<'_>, group: NodeId, depth: u32) -> (Option<Dag>, Vec<ForeignReference>) {
    let nodes = reader.tree.entry(reader.tree.resolve(group), "nodes");
    let Some((key, nodes)) = nodes.filter(|_| depth <= MOST_BODIES) else {
        return (None, Vec::new());
    };
    let mut dag = Dag {
        nodes_key: Some(reader.span(key)),
        nodes: lower_all(reader, nodes, depth),
        ..Dag::empty(Dialect::Archon, reader.tree.resolve(group))
    };
    let ids: HashSet<String> = dag.nodes.iter().map(|node| node.id.value.clone()).collect();
    let mut outward = Vec::new();
    for node in &mut dag.nodes {
        let (inside, outside): (Vec<_>, Vec<_>) = std::mem::take(&mut node.references)
            .into_iter()
            .partition(|reference| ids.contains(&reference.node.value));
        node.references = inside;
        outward.extend(outside);
    }
    (Some(dag), outward)
}

/// `until_bash` of a group may also name the nodes of its body, which are not of this scope.
fn leave_to_body(references: &mut [ForeignReference], body: &Dag) {
    let ids: HashSet<&str> = body.nodes.iter().map(|node| node.id.value.as_str()).collect();
    for reference in references.iter_mut().filter(|reference| ids.contains(reference.node.value.as_str())) {
        reference.demand = Demand::Nothing;
    }
}

/// The fields that its schema names: `$node.output.field`.
fn outputs(reader: &Reader<'_>, schema: NodeId) -> Vec<Output> {
    let Some(properties) = reader.member(schema, "properties") else { return Vec::new() };
    let names = reader.entries(properties).map(|(name, _)| reader.key(name));
    names
        .map(|name| Output { name, form: OutputForm::Any, required: true, schema: None, ttl: None })
        .collect()
}

/// `max_attempts` counts what comes after the first attempt.
fn retry(reader: &Reader<'_>, field: &Field) -> Option<Retry> {
    let again = reader.member(field.value, "max_attempts").and_then(|value| reader.integer(value))?;
    let again = u32::try_from(again).ok()?;
    Some(Retry::new(reader.span(field.key_node), again.saturating_add(1)))
}
