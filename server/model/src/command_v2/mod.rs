//! The command-v2 dialect: tree to [`Dag`].
//!
//! Its phases order nothing by themselves. `priority` is not lowered: the dialect does not say which end is urgent.
//! Tasks are plain texts, no templates; conditions are kept in their own language
//! ([`crate::Node::foreign_condition`]).

mod node;
mod resources;
mod unit;

use divisi_syntax::{Kind, NodeId, Span, Spanned, Tree};

use crate::dag::{Dag, Dialect, Node, Phase};
use crate::keys::command_v2 as keys;
use crate::reader::{Fields, MOST_NODES, Reader};

/// Whether the document looks like command-v2: a mapping with `phases`, a list whose items have `agents`.
pub fn is_command_v2(tree: &Tree) -> bool {
    let reader = Reader::new(tree);
    let phases = tree.root().and_then(|root| tree.get(tree.resolve(root), "phases"));
    let is_phase = |item| {
        tree.get(tree.resolve(item), "agents").is_some_and(|agents| reader.kind(agents) == Kind::Sequence)
    };
    phases.is_some_and(|phases| reader.items(phases).any(is_phase))
}

/// Lowers a command-v2 document. `None` where `root` is not a mapping.
pub fn lower(tree: &Tree, root: NodeId) -> Option<Dag> {
    let root = tree.resolve(root);
    if tree.kind(root) != Kind::Mapping {
        return None;
    }
    let reader = &Reader::new(tree);
    let fields = reader.fields(root, &keys::COMMAND);
    let name = fields.get("name").and_then(|value| reader.spanned(value));
    let (phases, nodes) = fields.get("phases").map(|value| lower_phases(reader, value)).unwrap_or_default();
    Some(Dag {
        name: name.map(|name| name.map(|name| name.trim_start_matches('/').to_owned())),
        description: fields.get("description").and_then(|value| reader.spanned(value)),
        max_parallel: fields.get("metadata").and_then(|value| {
            let limit = reader.member(value, "maxParallelism")?;
            reader.positive(limit)
        }),
        phases,
        locks: resources::declared(reader, root),
        nodes_key: fields.field("phases").map(|field| reader.span(field.key_node)),
        nodes,
        incomplete: reader.exhausted(),
        ..Dag::empty(Dialect::CommandV2, root)
    })
}

fn lower_phases(reader: &Reader<'_>, value: NodeId) -> (Vec<Phase>, Vec<Node>) {
    let units = unit::Units::of(reader, value);
    let mut phases = Vec::new();
    let mut nodes = Vec::new();
    for item in reader.items(value).filter(|item| reader.kind(*item) == Kind::Mapping) {
        let fields = reader.fields(item, &keys::PHASE);
        let first = nodes.len();
        let context = node::InPhase::of(reader, &fields, units);
        if let Some(agents) = fields.get("agents") {
            let mappings = reader.items(agents).filter(|agent| reader.kind(*agent) == Kind::Mapping);
            let room = MOST_NODES - first.min(MOST_NODES);
            nodes.extend(reader.at_most(room, mappings, |agent| node::lower(reader, agent, &context)));
        }
        let members = nodes.get(first..).unwrap_or_default();
        phases.push(phase(reader, item, &fields, members));
    }
    (phases, nodes)
}

fn phase(reader: &Reader<'_>, item: NodeId, fields: &Fields, members: &[Node]) -> Phase {
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let span = reader.span(item);
    Phase {
        id: text("id")
            .or_else(|| text("name"))
            .unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start))),
        title: text("name").map(|name| name.value),
        barrier: false,
        max_parallel: limit(reader, fields),
        nodes: members.iter().map(|node| node.id.clone()).collect(),
        tree: reader.tree.resolve(item),
        span,
    }
}

/// The most nodes of a phase that run at the same time, from whichever of the four keys says so.
fn limit(reader: &Reader<'_>, fields: &Fields) -> Option<Spanned<u32>> {
    let one_by_one = |key: &str, value: bool| {
        let field = fields.field(key)?;
        (reader.boolean(field.value)? == value).then(|| Spanned::new(1, reader.span(field.value)))
    };
    let written = fields.get("maxParallelism").and_then(|value| reader.positive(value));
    let concurrent = || {
        let parallelism = fields.get("parallelism")?;
        reader.positive(reader.member(parallelism, "maxConcurrent")?)
    };
    one_by_one("parallel", false).or_else(|| one_by_one("sequential", true)).or(written).or_else(concurrent)
}
