//! Lowering a tree of which only a part was read anew.

use divisi_syntax::{NodeId, Tree, TreeChange};

use super::{defaults, lower, lower_with, node, phases};
use crate::dag::{Dag, Dialect, Node};
use crate::follow::Follow;
use crate::keys::native;
use crate::reader::{FREE_STEPS, Fields, MOST_NODES, Reader};

/// The same as [`lower`](super::lower) gives for the mapping `root` of `tree`, from what it gave for the tree before
/// `change`: nodes outside the change are kept, with their stamps.
pub fn lower_again(before: Dag, tree: &Tree, root: NodeId, change: &TreeChange) -> Option<Dag> {
    match again(before, tree, root, change) {
        Some(dag) => Some(dag),
        None => lower(tree, root),
    }
}

/// `None` where more has to be lowered than what was read anew.
fn again(before: Dag, tree: &Tree, root: NodeId, change: &TreeChange) -> Option<Dag> {
    if before.incomplete || before.dialect != Dialect::Native || before.root != root {
        return None;
    }
    let reader = &Reader::new(tree);
    let fields = reader.fields(root, &native::DAG);
    let list = fields.get("nodes")?;
    let is_same_list = before.nodes_key.is_some_and(|mut key| {
        key.follow(change);
        fields.field("nodes").is_some_and(|field| reader.span(field.key_node) == key)
    });
    if !is_same_list || change.nodes.is_new(list) {
        return None;
    }
    let mut old_defaults = before.defaults;
    old_defaults.follow(change);
    let now = fields.get("defaults").map(|value| defaults::lower(reader, value)).unwrap_or_default();
    // Each node takes steps for the default variables; where they might run out, all nodes have to be counted.
    let steps = now.env.len().saturating_mul(before.nodes.len() + 1);
    if old_defaults != now || steps > FREE_STEPS {
        return None;
    }

    let mut nodes = before.nodes;
    let kept = nodes.partition_point(|node| node.tree.index() < change.nodes.start as usize);
    let behind = nodes.partition_point(|node| node.tree.index() < change.nodes.old_end as usize);
    // Places outside a node are those of defaults; what phases say is told anew below.
    let has_places_behind = has_defaults_behind(reader, &fields, change);
    let moved = if has_places_behind { 0 } else { behind };
    nodes.get_mut(moved..)?.iter_mut().for_each(|node| node.follow(change));
    let fresh = node::lower_some(reader, list, tree.children_within(list, change.nodes), &now);
    let is_short = nodes.len() - (behind - kept) + fresh.len() <= MOST_NODES;
    let count = fresh.len();
    nodes.splice(kept..behind, fresh);

    let mut dag = lower_with(reader, root, &fields, Some(nodes));
    assign_phases(&mut dag, !before.phases.is_empty(), kept..kept + count);
    (is_short && !reader.exhausted()).then_some(dag)
}

/// Whether a default, to which nodes before the change may point, stands behind the change or where it begins.
fn has_defaults_behind(reader: &Reader<'_>, fields: &Fields, change: &TreeChange) -> bool {
    fields.get("defaults").is_some_and(|value| reader.span(value).end >= change.text.start)
}

/// Tells the nodes their phases; only those that are new, where there is no list of nodes in any phase.
fn assign_phases(dag: &mut Dag, had_phases: bool, fresh: std::ops::Range<usize>) {
    if had_phases || !dag.phases.is_empty() {
        dag.nodes.iter_mut().for_each(|node: &mut Node| node.listed_in.clear());
        phases::assign(&dag.phases, &mut dag.nodes);
    } else {
        phases::assign(&dag.phases, dag.nodes.get_mut(fresh).unwrap_or_default());
    }
}
