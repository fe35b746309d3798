//! The graph of a DAG as text or as a picture.

mod ascii;
mod columns;
mod dot;
mod mermaid;
mod picture;
mod svg;

use std::collections::HashSet;

use divisi_model::{Dag, Node};
use serde::Serialize;

use crate::describe;
use crate::graph::Graph;
use crate::plan::estimate_ms;

pub use picture::{Picture, PictureEdge, PictureNode, PicturePhase, picture};

/// The notations that a graph can be drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// A `flowchart` of Mermaid.
    Mermaid,
    /// A `digraph` of Graphviz.
    Dot,
    /// Lines for a terminal, one a node.
    Ascii,
    /// A picture that stands for itself.
    Svg,
}

/// Draws the graph of `dag` under `title`. Takes every graph: in one with a cycle the cycle is marked, and there is no
/// critical path.
pub fn draw(dag: &Dag, title: &str, notation: Notation) -> String {
    let drawing = Drawing::new(dag, title);
    match notation {
        Notation::Mermaid => mermaid::draw(&drawing),
        Notation::Dot => dot::draw(&drawing),
        Notation::Ascii => ascii::draw(&drawing),
        Notation::Svg => svg::draw(&drawing),
    }
}

/// A graph with what is marked in it.
struct Drawing<'a> {
    dag: &'a Dag,
    title: &'a str,
    graph: Graph,
    /// For each node the column it stands in, from 0.
    columns: Vec<u32>,
    /// The longest path by the estimates, first to last; empty where there is a cycle.
    critical_path: Vec<u32>,
    critical: HashSet<Edge>,
    cyclic: HashSet<Edge>,
    /// For each node whether it is on the critical path, or in a cycle.
    marks: Vec<Mark>,
    /// For each node the index of its phase.
    phases: Vec<Option<usize>>,
}

/// The second node waits for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Edge {
    from: u32,
    to: u32,
}

/// What is special about a node or an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Nothing.
    None,
    /// It is on the critical path.
    Critical,
    /// It is part of a cycle.
    Cyclic,
}

impl<'a> Drawing<'a> {
    fn new(dag: &'a Dag, title: &'a str) -> Self {
        let graph = Graph::new(dag);
        let durations: Vec<u64> = dag.nodes.iter().map(estimate_ms).collect();
        let critical_path = graph.timing(&durations).map(|timing| timing.critical_path).unwrap_or_default();
        let pairs = critical_path.iter().zip(critical_path.iter().skip(1));
        let critical = pairs.map(|(from, to)| Edge { from: *from, to: *to }).collect();
        let cycles = graph.cycles();
        let waits = cycles.iter().flat_map(|cycle| &cycle.edges);
        let cyclic: HashSet<Edge> = waits.map(|wait| Edge { from: wait.to, to: wait.from }).collect();
        let mut drawing = Self {
            columns: columns::columns(&graph),
            marks: vec![Mark::None; dag.nodes.len()],
            phases: phases(dag),
            dag,
            title,
            graph,
            critical_path,
            critical,
            cyclic,
        };
        drawing.mark_nodes();
        drawing
    }

    fn mark_nodes(&mut self) {
        let critical = self.critical_path.iter().map(|node| (*node, Mark::Critical));
        let cyclic = self.cyclic.iter().map(|edge| (edge.from, Mark::Cyclic));
        for (node, mark) in critical.chain(cyclic) {
            if let Some(slot) = self.marks.get_mut(node as usize) {
                *slot = mark;
            }
        }
    }

    fn nodes(&self) -> impl Iterator<Item = (u32, &'a Node)> {
        self.dag.nodes.iter().enumerate().map(|(at, node)| (at as u32, node))
    }

    /// All written dependencies, by the node that waits.
    fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        let of_node = |(to, from): (usize, &'_ Vec<u32>)| {
            from.iter().map(move |from| Edge { from: *from, to: to as u32 }).collect::<Vec<_>>()
        };
        self.graph.dependencies.iter().enumerate().flat_map(of_node)
    }

    fn mark(&self, node: u32) -> Mark {
        self.marks.get(node as usize).copied().unwrap_or(Mark::None)
    }

    fn edge_mark(&self, edge: Edge) -> Mark {
        if self.cyclic.contains(&edge) {
            Mark::Cyclic
        } else if self.critical.contains(&edge) {
            Mark::Critical
        } else {
            Mark::None
        }
    }

    /// The nodes of each phase, and at last those of none. Phases without nodes are left out.
    fn groups(&self) -> Vec<(Option<usize>, Vec<u32>)> {
        let mut groups: Vec<(Option<usize>, Vec<u32>)> =
            (0..self.dag.phases.len()).map(|phase| (Some(phase), Vec::new())).collect();
        groups.push((None, Vec::new()));
        let last = groups.len() - 1;
        for (node, phase) in self.phases.iter().enumerate() {
            if let Some((_, nodes)) = groups.get_mut(phase.unwrap_or(last)) {
                nodes.push(node as u32);
            }
        }
        groups.retain(|(_, nodes)| !nodes.is_empty());
        groups
    }

    /// What a phase is called, its barrier included.
    fn phase_label(&self, phase: usize) -> String {
        let Some(phase) = self.dag.phases.get(phase) else { return String::new() };
        let title = phase.title.as_deref().unwrap_or(&phase.id.value);
        if phase.barrier { format!("{title} (barrier)") } else { title.to_owned() }
    }

    /// "4 nodes, 3 dependencies, 2 levels".
    fn size(&self) -> String {
        let count = |number: usize, one: &str, many: &str| {
            format!("{number} {}", if number == 1 { one } else { many })
        };
        format!(
            "{}, {}, {}",
            count(self.graph.node_count(), "node", "nodes"),
            count(self.graph.edge_count(), "dependency", "dependencies"),
            count(self.columns.iter().max().map_or(0, |last| *last as usize + 1), "level", "levels"),
        )
    }
}

/// A node's id; its work where it has none.
fn name(node: &Node) -> String {
    if node.id.value.is_empty() { describe::work(node) } else { node.id.value.clone() }
}

fn phases(dag: &Dag) -> Vec<Option<usize>> {
    let mut by_id = std::collections::HashMap::new();
    for (at, phase) in dag.phases.iter().enumerate() {
        by_id.entry(phase.id.value.as_str()).or_insert(at);
    }
    let phase_of = |node: &Node| by_id.get(node.phase.as_ref()?.value.as_str()).copied();
    dag.nodes.iter().map(phase_of).collect()
}
