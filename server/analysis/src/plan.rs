//! What would run, and when, by the estimates.

use std::time::Duration;

use divisi_model::Dag;
use serde::Serialize;

/// The estimate of a node that gives none.
pub const DEFAULT_ESTIMATE: Duration = Duration::from_secs(60);

/// A plan for N slots: highest remaining path first; locks, conditions and phases' own limits not applied.
/// Serialises as DESIGN section 9 says of `plan --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Number of nodes.
    pub nodes: usize,
    /// Number of edges.
    pub edges: usize,
    /// Number of levels.
    pub levels: usize,
    /// Planned wall time.
    pub makespan_ms: u64,
    /// Sum of the nodes' estimates.
    pub total_ms: u64,
    /// Ids of the longest path, in order.
    pub critical_path: Vec<String>,
    /// When each node would run, by start.
    pub schedule: Vec<Slot>,
}

/// When one node would run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// The node.
    pub id: String,
    /// From the start of the run.
    pub start_ms: u64,
    /// From the start of the run.
    pub end_ms: u64,
    /// Its level.
    pub level: u32,
    /// Whether an earlier result would be used.
    pub reuse: bool,
}

/// Plans `dag` for `max_parallel` slots; `None` where the graph has a cycle.
pub fn plan(_dag: &Dag, _max_parallel: u32) -> Option<Plan> {
    None
}
