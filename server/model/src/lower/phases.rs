//! `phases`, and which node belongs to which, from both ends.

use std::collections::HashMap;

use divisi_syntax::{Kind, NodeId, Span, Spanned};

use crate::dag::{Node, Phase};
use crate::keys::native;
use crate::reader::Reader;

pub(super) fn lower(reader: &Reader<'_>, phases: NodeId) -> Vec<Phase> {
    let mappings = reader.items(phases).filter(|item| reader.kind(*item) == Kind::Mapping);
    mappings.map(|item| phase(reader, item)).collect()
}

fn phase(reader: &Reader<'_>, item: NodeId) -> Phase {
    let fields = reader.fields(item, &native::PHASE);
    let span = reader.span(item);
    let id = fields.get("id").and_then(|value| reader.spanned(value));
    Phase {
        id: id.unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start))),
        title: fields.get("title").and_then(|value| reader.string(value)),
        barrier: fields.get("barrier").and_then(|value| reader.boolean(value)).unwrap_or(false),
        max_parallel: fields.get("max_parallel").and_then(|value| reader.positive(value)),
        nodes: fields.get("nodes").map(|value| reader.names(value)).unwrap_or_default(),
        tree: reader.tree.resolve(item),
        span,
    }
}

/// Tells each node which phases list it. What the node says itself counts first, then the first phase that lists it.
pub(super) fn assign(phases: &[Phase], nodes: &mut [Node]) {
    let mut by_id: HashMap<String, usize> = HashMap::new();
    if phases.iter().any(|phase| !phase.nodes.is_empty()) {
        for (index, node) in nodes.iter().enumerate() {
            by_id.entry(node.id.value.clone()).or_insert(index);
        }
    }
    for phase in phases {
        for listed in &phase.nodes {
            let node = by_id.get(&listed.value).and_then(|index| nodes.get_mut(*index));
            if let Some(node) = node {
                node.listed_in.push(Spanned::new(phase.id.value.clone(), listed.span));
            }
        }
    }
    for node in nodes {
        node.phase = node.written_phase.clone().or_else(|| node.listed_in.first().cloned());
    }
}
