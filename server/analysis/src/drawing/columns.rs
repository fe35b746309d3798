//! In which column each node stands.

use std::collections::VecDeque;

use crate::graph::Graph;

/// The levels; where there is a cycle, what they would be if the first node of each cycle in the file waited for none
/// of the others in it.
pub(super) fn columns(graph: &Graph) -> Vec<u32> {
    if graph.order.is_some() { graph.levels.clone() } else { despite_cycles(graph) }
}

fn despite_cycles(graph: &Graph) -> Vec<u32> {
    let nodes = graph.node_count();
    let mut columns = vec![0_u32; nodes];
    let mut missing: Vec<usize> = graph.dependencies.iter().map(Vec::len).collect();
    let mut is_placed = vec![false; nodes];
    let mut ready: VecDeque<usize> = (0..nodes).filter(|node| missing[*node] == 0).collect();
    let mut next_forced = 0;
    loop {
        let node = match ready.pop_front() {
            Some(node) => node,
            None => {
                // Whatever is left waits in a ring, or for one.
                let Some(forced) = (next_forced..nodes).find(|node| !is_placed[*node]) else {
                    return columns;
                };
                next_forced = forced + 1;
                forced
            }
        };
        if std::mem::replace(&mut is_placed[node], true) {
            continue;
        }
        for dependent in graph.dependents.get(node).into_iter().flatten().map(|node| *node as usize) {
            if is_placed[dependent] {
                continue;
            }
            columns[dependent] = columns[dependent].max(columns[node] + 1);
            missing[dependent] = missing[dependent].saturating_sub(1);
            if missing[dependent] == 0 {
                ready.push_back(dependent);
            }
        }
    }
}
