//! `cache`, `reads`, `context`: which results may be used again, and how long.

use std::collections::BTreeSet;

use divisi_model::{Dag, Node, TextRole, Work};
use divisi_syntax::template;

use crate::plan::PlanCache;

/// How the result of a node may be used again; none where it is not. `planned`: the plan's index of a DAG node.
///
/// It is where the file says so, and where the node tells what it reads and what it makes. What a person decides, what
/// can be undone, and what is made on a copy of the workspace, is done anew each time.
pub(super) fn plan(dag: &Dag, node: &Node, planned: impl Fn(usize) -> Option<usize>) -> Option<PlanCache> {
    let tells_all = node.reads.is_some() && (node.writes.is_some() || !node.outputs.is_empty());
    let is_wanted = node.cache.as_ref().map_or(tells_all, |cache| cache.wanted);
    // What is made on a copy is not yet known when the attempt ends: it has to be merged first.
    let never = node.in_worktree || node.has_compensation || matches!(node.work, Some(Work::Approve { .. }));
    if !is_wanted || never {
        return None;
    }
    let cache = node.cache.as_ref();
    let of_outputs = node.outputs.iter().filter_map(|output| output.ttl.as_ref().map(|ttl| ttl.value)).min();
    let own = cache.and_then(|cache| cache.ttl).into_iter().chain(of_outputs).min();
    let ttl = own.or(dag.context.ttl);
    Some(PlanCache {
        key: cache.and_then(|cache| cache.key.as_ref()).map(|key| key.value.clone()),
        ttl_ms: ttl.map(|ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)),
        named: named(dag, node).into_iter().filter_map(planned).collect(),
    })
}

/// Nodes that its texts and inputs name: their results are in what it does, whether it waits for them itself or only
/// through others.
fn named(dag: &Dag, node: &Node) -> BTreeSet<usize> {
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let mut see = |text: &str| {
        for reference in template::scan(text).references {
            if let [first, id, ..] = reference.segments.as_slice()
                && first.name == "nodes"
            {
                ids.insert(id.name.to_owned());
            }
        }
    };
    node.for_each_text(|text| {
        if text.role == TextRole::Template && !text.undoes {
            see(&text.text.value);
        }
    });
    if let Some(key) = node.cache.as_ref().and_then(|cache| cache.key.as_ref()) {
        see(&key.value);
    }
    let by_id = dag.nodes.iter().enumerate().filter(|(_, other)| ids.contains(&other.id.value));
    let named = by_id.map(|(index, _)| index);
    named.filter(|index| dag.nodes.get(*index).is_some_and(|other| other.id.value != node.id.value)).collect()
}
