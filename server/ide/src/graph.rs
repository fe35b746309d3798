//! Who waits for whom, as completion and hover ask it.

use std::collections::VecDeque;

use divisi_analysis::Graph;
use divisi_model::Dag;

/// For each node, if it waits for `node` however indirectly, the next node on the shortest way there.
pub(crate) fn ways_to(graph: &Graph, node: usize) -> Vec<Option<u32>> {
    let mut next = vec![None; graph.dependents.len()];
    let mut open = VecDeque::from([node as u32]);
    while let Some(here) = open.pop_front() {
        for dependent in graph.dependents.get(here as usize).into_iter().flatten() {
            if let Some(slot @ None) = next.get_mut(*dependent as usize) {
                *slot = Some(here);
                open.push_back(*dependent);
            }
        }
    }
    next
}

/// The nodes from `from` to `to`, both included, along [`ways_to`].
pub(crate) fn way(dag: &Dag, next: &[Option<u32>], from: usize, to: usize) -> Vec<String> {
    let name = |node: usize| dag.nodes.get(node).map_or_else(String::new, |node| node.id.value.clone());
    let mut names = vec![name(from)];
    let mut here = from;
    while here != to && names.len() <= dag.nodes.len() {
        let Some(Some(step)) = next.get(here) else { break };
        here = *step as usize;
        names.push(name(here));
    }
    names
}
