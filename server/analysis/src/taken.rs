//! What the templates of nodes take from other nodes: little enough to be kept from one check to the next, so that
//! templates are read again only where they changed.

use divisi_model::Dag;
use divisi_syntax::template::Reference;

use crate::context::NodeText;
use crate::graph::NodeIds;

/// What the templates of one node take. It holds as long as ids and outputs of all nodes are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    /// One for each reference to a node.
    pub(crate) takes: Box<[Take]>,
    /// Whether a template, or a name in it, is wrong, so that it may have meant any output.
    pub(crate) is_unclear: bool,
}

/// What one reference takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Take {
    /// Index of the node that is named.
    pub(crate) node: u32,
    /// Which of its outputs, a bit each; those past the number of bits have none.
    pub(crate) outputs: u64,
}

/// All outputs of a node.
pub(crate) const ALL_OUTPUTS: u64 = u64::MAX;

/// What a reference to another node comes to.
enum Reading {
    /// It names no node.
    Elsewhere,
    Unclear,
    Takes(Take),
}

impl Taken {
    /// What the texts of one node take.
    pub(crate) fn of(texts: &[NodeText<'_>], dag: &Dag, ids: &NodeIds<'_>) -> Self {
        let mut takes = Vec::new();
        let mut is_unclear = false;
        for text in texts {
            is_unclear |= !text.template.errors.is_empty();
            for reference in text.template.references.iter().filter(|reference| !reference.local) {
                match read(reference, dag, ids) {
                    Reading::Elsewhere => {}
                    Reading::Unclear => is_unclear = true,
                    Reading::Takes(take) => takes.push(take),
                }
            }
        }
        Self { takes: takes.into(), is_unclear }
    }
}

/// The bit of the output of that name. A name that is wrong may have meant any of them.
pub(crate) fn output_bit(dag: &Dag, node: u32, name: &str) -> u64 {
    let outputs = dag.nodes.get(node as usize).map_or(&[][..], |node| node.outputs.as_slice());
    let at = outputs.iter().position(|output| output.name.value == name);
    at.map_or(ALL_OUTPUTS, |at| 1_u64.checked_shl(at as u32).unwrap_or_default())
}

fn read(reference: &Reference<'_>, dag: &Dag, ids: &NodeIds<'_>) -> Reading {
    let Some((root, path)) = reference.segments.split_first() else {
        return Reading::Unclear;
    };
    if root.name != "nodes" {
        return Reading::Elsewhere;
    }
    let Some((node, path)) = path.split_first().and_then(|(id, path)| Some((*ids.get(id.name)?, path)))
    else {
        return Reading::Unclear;
    };
    let outputs = match path {
        [part, ..] if part.name == "status" => 0,
        [_, output, ..] => output_bit(dag, node, output.name),
        _ => ALL_OUTPUTS,
    };
    Reading::Takes(Take { node, outputs })
}
