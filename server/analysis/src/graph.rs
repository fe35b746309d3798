//! The graph of a DAG: edges, order, levels; in its submodules ancestry, cycles, redundancy and timing.
//!
//! Nodes are named by their index in [`Dag::nodes`]. A phase's barrier makes
//! every node of the phase wait for every node of the phases listed before.
//! Written out that would be a quadratic number of edges, so each barrier is a
//! *join*: one extra vertex, after the nodes, which waits for what came before
//! and on which the phase's nodes wait. Order, levels, ancestry, cycles and
//! timing see joins; the public lists of edges hold written dependencies only.

mod ancestry;
mod cycles;
mod progress;
mod redundancy;
mod timing;

use std::collections::HashMap;

use divisi_model::Dag;
use foldhash::fast::RandomState;
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};

pub use cycles::{Cycle, CycleEdge};
pub use redundancy::RedundantEdge;
pub use timing::Timing;

/// The graph over a DAG's nodes.
///
/// A dependency on an unknown id or on the node itself is no edge, and of several nodes with one id only the first
/// is meant by it.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// For each node the nodes it waits for, sorted, without doubles.
    pub dependencies: Vec<Vec<u32>>,
    /// For each node the nodes that wait for it, sorted.
    pub dependents: Vec<Vec<u32>>,
    /// Dependencies before dependents, barriers respected; `None` where there is a cycle.
    pub order: Option<Vec<u32>>,
    /// For each node the longest distance from a root (0 for roots); empty where there is a cycle.
    pub levels: Vec<u32>,
    /// [`Graph::order`] with the joins in it; empty where there is a cycle.
    vertices: Vec<u32>,
    joins: Vec<Join>,
    /// For each node the index of the join it waits for; empty where there are no joins.
    waits_for_join: Vec<Option<u32>>,
}

/// The barrier of one phase.
#[derive(Debug, Clone)]
struct Join {
    /// Index of the phase in [`Dag::phases`].
    phase: u32,
    /// Nodes of the phases between the previous barrier's phase (with it) and this one (without it).
    waits_for: Vec<u32>,
    /// The previous join, which stands for all phases before.
    previous: Option<u32>,
}

/// A phase with a barrier, and what its nodes wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barrier<'a> {
    /// Index of the phase in [`Dag::phases`].
    pub phase: u32,
    /// Nodes of the phases between the previous barrier's phase (with it) and this one (without it).
    pub waits_for: &'a [u32],
    /// The previous barrier, which stands for all phases before.
    pub previous: Option<u32>,
}

/// Indices of nodes by id. Ids come from files that anyone may have written, so the hash is seeded; it need not be
/// the standard one, which takes several times as long.
pub type NodeIds<'a> = HashMap<&'a str, u32, RandomState>;

/// The nodes of `dag` by id: of several with one id the first. Nodes without an id are left out.
pub fn node_ids(dag: &Dag) -> NodeIds<'_> {
    let mut ids = HashMap::with_capacity_and_hasher(dag.nodes.len(), RandomState::default());
    for (index, node) in dag.nodes.iter().enumerate() {
        if !node.id.value.is_empty() {
            ids.entry(node.id.value.as_str()).or_insert(index as u32);
        }
    }
    ids
}

impl Graph {
    /// Builds it in linear time.
    pub fn new(dag: &Dag) -> Self {
        Self::with_ids(dag, &node_ids(dag))
    }

    /// [`Graph::new`] where [`node_ids`] are known already.
    pub(crate) fn with_ids(dag: &Dag, ids: &NodeIds<'_>) -> Self {
        let dependencies = dag
            .nodes
            .iter()
            .enumerate()
            .map(|(index, node)| {
                let known = node.depends_on.iter().filter_map(|id| ids.get(id.value.as_str()).copied());
                known.filter(|dependency| *dependency as usize != index).collect()
            })
            .collect();
        let mut graph = Self::unsorted(dependencies);
        graph.add_joins(dag);
        graph.sort();
        graph
    }

    /// A graph without barriers, from the dependencies of each node by index. Doubles, indices out of range and
    /// dependencies of a node on itself are left out.
    pub fn from_dependencies(mut dependencies: Vec<Vec<u32>>) -> Self {
        let nodes = dependencies.len();
        for (index, list) in dependencies.iter_mut().enumerate() {
            list.retain(|dependency| *dependency as usize != index && (*dependency as usize) < nodes);
        }
        let mut graph = Self::unsorted(dependencies);
        graph.sort();
        graph
    }

    /// Edges alone. Invariant of the lists: no index out of range, no node in its own list.
    fn unsorted(mut dependencies: Vec<Vec<u32>>) -> Self {
        let mut dependents = vec![Vec::new(); dependencies.len()];
        for (index, list) in dependencies.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            for dependency in list.iter() {
                dependents[*dependency as usize].push(index as u32);
            }
        }
        Self { dependencies, dependents, ..Self::default() }
    }

    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.dependencies.len()
    }

    /// Number of written dependencies, doubles and unknown ones not counted.
    pub fn edge_count(&self) -> usize {
        self.dependencies.iter().map(Vec::len).sum()
    }

    /// Number of levels: 0 without nodes, and where there is a cycle.
    pub fn level_count(&self) -> usize {
        self.levels.iter().max().map_or(0, |deepest| *deepest as usize + 1)
    }

    fn add_joins(&mut self, dag: &Dag) {
        if !dag.phases.iter().any(|phase| phase.barrier) {
            return;
        }
        let mut phases = HashMap::with_capacity(dag.phases.len());
        for (index, phase) in dag.phases.iter().enumerate() {
            phases.entry(phase.id.value.as_str()).or_insert(index);
        }
        let mut members = vec![Vec::new(); dag.phases.len()];
        for (index, node) in dag.nodes.iter().enumerate() {
            let phase = node.phase.as_ref().and_then(|phase| phases.get(phase.value.as_str()));
            if let Some(phase) = phase {
                members[*phase].push(index as u32);
            }
        }
        self.waits_for_join = vec![None; dag.nodes.len()];
        let mut since_last_join = Vec::new();
        for (index, phase) in dag.phases.iter().enumerate() {
            if phase.barrier {
                let join = self.joins.len() as u32;
                self.joins.push(Join {
                    phase: index as u32,
                    waits_for: std::mem::take(&mut since_last_join),
                    previous: join.checked_sub(1),
                });
                for node in &members[index] {
                    self.waits_for_join[*node as usize] = Some(join);
                }
            }
            since_last_join.extend_from_slice(&members[index]);
        }
    }

    /// The barriers of phases, in the order of the phases.
    pub fn barriers(&self) -> impl Iterator<Item = Barrier<'_>> {
        self.joins.iter().map(|join| Barrier {
            phase: join.phase,
            waits_for: &join.waits_for,
            previous: join.previous,
        })
    }

    /// The barrier that a node waits for, by its place among [`Graph::barriers`].
    pub fn barrier_before(&self, node: usize) -> Option<u32> {
        self.waits_for_join.get(node).copied().flatten()
    }

    /// Nodes, then joins.
    fn vertex_count(&self) -> usize {
        self.node_count() + self.joins.len()
    }

    /// What a vertex waits for.
    fn predecessors(&self, vertex: u32) -> impl Iterator<Item = u32> + '_ {
        let nodes = self.node_count();
        let (direct, join) = match (vertex as usize).checked_sub(nodes) {
            None => {
                let join = self.waits_for_join.get(vertex as usize).copied().flatten();
                (self.dependencies[vertex as usize].as_slice(), join)
            }
            Some(join) => (self.joins[join].waits_for.as_slice(), self.joins[join].previous),
        };
        direct.iter().copied().chain(join.map(|join| nodes as u32 + join))
    }

    fn petgraph(&self) -> DiGraph<(), ()> {
        let vertices = self.vertex_count();
        let mut graph = DiGraph::with_capacity(vertices, self.edge_count());
        for _ in 0..vertices {
            graph.add_node(());
        }
        for vertex in 0..vertices as u32 {
            for predecessor in self.predecessors(vertex) {
                graph.add_edge(NodeIndex::new(predecessor as usize), NodeIndex::new(vertex as usize), ());
            }
        }
        graph
    }

    fn sort(&mut self) {
        let Ok(order) = toposort(&self.petgraph(), None) else {
            return;
        };
        self.vertices = order.into_iter().map(|vertex| vertex.index() as u32).collect();
        let nodes = self.node_count();
        self.order =
            Some(self.vertices.iter().copied().filter(|vertex| (*vertex as usize) < nodes).collect());
        self.levels = self.find_levels();
    }

    fn find_levels(&self) -> Vec<u32> {
        let nodes = self.node_count();
        // A join holds the level that its nodes get at least: it is no step of its own.
        let mut levels = vec![0; self.vertex_count()];
        for vertex in &self.vertices {
            let step = |before: u32| {
                let is_node = (before as usize) < nodes;
                levels[before as usize] + u32::from(is_node)
            };
            levels[*vertex as usize] = self.predecessors(*vertex).map(step).max().unwrap_or(0);
        }
        levels.truncate(nodes);
        levels
    }
}
