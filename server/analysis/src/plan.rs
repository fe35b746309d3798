//! What would run, and when, by the estimates.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use divisi_model::{Dag, Node};
use serde::Serialize;

use crate::graph::Graph;

/// The estimate of a node that gives none.
pub const DEFAULT_ESTIMATE: Duration = Duration::from_secs(60);

/// A plan for N slots: highest remaining path first; locks, conditions and phases' own limits not applied.
/// Serialises as DESIGN section 9 says of `plan --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Number of nodes.
    pub nodes: usize,
    /// Number of written dependencies.
    pub edges: usize,
    /// Number of levels.
    pub levels: usize,
    /// Planned wall time.
    pub makespan_ms: u64,
    /// Sum of the nodes' estimates.
    pub total_ms: u64,
    /// Ids of the longest path, in order.
    pub critical_path: Vec<String>,
    /// When each node would run, by start, then as in the file.
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

/// The node's estimate in milliseconds; [`DEFAULT_ESTIMATE`] where it gives none.
pub fn estimate_ms(node: &Node) -> u64 {
    let estimate = node.estimate.as_ref().map_or(DEFAULT_ESTIMATE, |estimate| estimate.value);
    u64::try_from(estimate.as_millis()).unwrap_or(u64::MAX)
}

/// Plans `dag` for `max_parallel` slots (0 counts as 1); `None` where the graph has a cycle.
pub fn plan(dag: &Dag, max_parallel: u32) -> Option<Plan> {
    plan_by(dag, max_parallel, estimate_ms)
}

/// The same, with what each node takes in milliseconds.
pub fn plan_by(dag: &Dag, max_parallel: u32, takes_ms: impl Fn(&Node) -> u64) -> Option<Plan> {
    let graph = Graph::new(dag);
    let durations: Vec<u64> = dag.nodes.iter().map(takes_ms).collect();
    let timing = graph.timing(&durations)?;
    let starts = graph.schedule(&durations, &timing.remaining, max_parallel)?;

    let id = |node: u32| dag.nodes.get(node as usize).map(|node| node.id.value.clone()).unwrap_or_default();
    let mut schedule: Vec<Slot> = starts
        .iter()
        .zip(&durations)
        .zip(&graph.levels)
        .enumerate()
        .map(|(node, ((start, duration), level))| Slot {
            id: id(node as u32),
            start_ms: *start,
            end_ms: start.saturating_add(*duration),
            level: *level,
            reuse: false,
        })
        .collect();
    schedule.sort_by_key(|slot| slot.start_ms);
    Some(Plan {
        nodes: graph.node_count(),
        edges: graph.edge_count(),
        levels: graph.level_count(),
        makespan_ms: schedule.iter().map(|slot| slot.end_ms).max().unwrap_or(0),
        total_ms: durations.iter().fold(0, |sum, duration| sum.saturating_add(*duration)),
        critical_path: timing.critical_path.iter().map(|node| id(*node)).collect(),
        schedule,
    })
}

impl Graph {
    /// List scheduling: whenever a slot is free, the ready node with the longest remaining path starts, and of
    /// equally long ones the first in the file. Returns when each node starts; `None` where there is a cycle.
    pub fn schedule(&self, durations: &[u64], remaining: &[u64], max_parallel: u32) -> Option<Vec<u64>> {
        self.order.as_ref()?;
        let mut starts = vec![0; self.node_count()];
        let mut progress = self.progress();
        let mut ready: BinaryHeap<(u64, Reverse<u32>)> = BinaryHeap::new();
        let mut running: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
        let priority = |node: u32| (remaining.get(node as usize).copied().unwrap_or(0), Reverse(node));
        ready.extend(progress.begin().into_iter().map(priority));
        let mut now = 0;
        loop {
            while running.len() < max_parallel.max(1) as usize {
                let Some((_, Reverse(node))) = ready.pop() else {
                    break;
                };
                starts[node as usize] = now;
                let duration = durations.get(node as usize).copied().unwrap_or(0);
                running.push(Reverse((u64::saturating_add(now, duration), node)));
            }
            let Some(Reverse((end, _))) = running.peek() else {
                return Some(starts);
            };
            now = *end;
            // Everything that ends now makes room before anything starts.
            while let Some(Reverse((end, node))) = running.peek().copied() {
                if end != now {
                    break;
                }
                running.pop();
                ready.extend(progress.finish(node).into_iter().map(priority));
            }
        }
    }
}
