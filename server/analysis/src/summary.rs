//! What is worth knowing about a node at a glance.

use divisi_model::Dag;

use crate::graph::Graph;
use crate::plan::estimate_ms;

/// The facts of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSummary {
    /// The longest distance from a root.
    pub level: u32,
    /// Its estimate, or the default one.
    pub estimate_ms: u64,
    /// Start at the earliest, with a slot for everyone.
    pub earliest_start_ms: u64,
    /// By how much it may be late without the run being late.
    pub slack_ms: u64,
    /// Whether it is on the critical path that [`crate::plan::Plan`] shows.
    pub on_critical_path: bool,
    /// Nodes that wait for it directly.
    pub dependents: usize,
    /// Nodes that it waits for, however indirectly.
    pub ancestors: usize,
}

/// The facts of the node at `index` of [`Dag::nodes`]; `None` for other indices, and where the graph has a cycle.
/// Linear in the size of the graph.
pub fn summarise(dag: &Dag, graph: &Graph, index: u32) -> Option<NodeSummary> {
    let node = dag.nodes.get(index as usize)?;
    let durations: Vec<u64> = dag.nodes.iter().map(estimate_ms).collect();
    let timing = graph.timing(&durations)?;
    let place = index as usize;
    Some(NodeSummary {
        level: *graph.levels.get(place)?,
        estimate_ms: estimate_ms(node),
        earliest_start_ms: *timing.earliest_start.get(place)?,
        slack_ms: *timing.slack.get(place)?,
        on_critical_path: timing.critical_path.contains(&index),
        dependents: graph.dependents.get(place)?.len(),
        ancestors: graph.ancestors(index).len(),
    })
}
