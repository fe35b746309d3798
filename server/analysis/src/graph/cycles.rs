//! The shortest cycle of each strongly connected component.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;

use super::Graph;

/// Steps along edges that the search for *shortest* cycles may take in one graph. Each component is always searched
/// from its first node, so that every component gets a cycle; starts beyond that, which could find a shorter one,
/// stop when these steps are used up. Components of up to a few hundred nodes are searched wholly.
const SEARCH_STEPS: usize = 4_000_000;

/// A cycle: each edge's `from` is the `to` of the edge before, the first edge's `from` the `to` of the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// Its edges; two at least.
    pub edges: Vec<CycleEdge>,
}

/// "`from` waits for `to`".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CycleEdge {
    /// The node that waits.
    pub from: u32,
    /// The node it waits for.
    pub to: u32,
    /// Index of the phase whose barrier makes it wait; none where the dependency is written.
    pub barrier: Option<u32>,
}

impl Graph {
    /// One cycle for each strongly connected component, by its first node: the shortest, within the bound
    /// described at the search; of equally short ones the first found from the node that stands first in the file.
    pub fn cycles(&self) -> Vec<Cycle> {
        if self.order.is_some() {
            return Vec::new();
        }
        let mut components: Vec<Vec<u32>> = kosaraju_scc(&self.petgraph())
            .into_iter()
            .filter(|component| component.len() > 1)
            .map(|component| component.into_iter().map(|vertex| vertex.index() as u32).collect())
            .collect();
        for component in &mut components {
            component.sort_unstable();
        }
        components.sort_unstable();

        let mut search = Search::new(self, &components);
        components
            .iter()
            .enumerate()
            .map(|(index, component)| search.shortest(index as u32, component))
            .collect()
    }
}

const NOBODY: u32 = u32::MAX;

struct Search<'g> {
    graph: &'g Graph,
    /// For each vertex its component, or [`NOBODY`].
    component_of: Vec<u32>,
    /// For each vertex the start of the search that saw it last, the vertex that led to it, and its distance.
    seen_from: Vec<u32>,
    led_by: Vec<u32>,
    distance: Vec<u32>,
    queue: VecDeque<u32>,
    steps_left: usize,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph, components: &[Vec<u32>]) -> Self {
        let vertices = graph.vertex_count();
        let mut component_of = vec![NOBODY; vertices];
        for (index, component) in components.iter().enumerate() {
            for vertex in component {
                component_of[*vertex as usize] = index as u32;
            }
        }
        Self {
            graph,
            component_of,
            seen_from: vec![NOBODY; vertices],
            led_by: vec![NOBODY; vertices],
            distance: vec![0; vertices],
            queue: VecDeque::new(),
            steps_left: SEARCH_STEPS,
        }
    }

    fn shortest(&mut self, index: u32, component: &[u32]) -> Cycle {
        let mut best = Vec::new();
        for start in component {
            let searched_before = !best.is_empty();
            if searched_before && (self.steps_left == 0 || best.len() == 2) {
                break;
            }
            let limit = if searched_before { best.len() } else { usize::MAX };
            if let Some(shorter) = self.through(*start, index, limit) {
                best = shorter;
            }
        }
        Cycle { edges: self.edges(&best) }
    }

    /// The shortest way from `start` back to itself, as vertices from `start` on, if it has fewer than `limit`.
    fn through(&mut self, start: u32, component: u32, limit: usize) -> Option<Vec<u32>> {
        self.queue.clear();
        self.queue.push_back(start);
        self.distance[start as usize] = 0;
        while let Some(vertex) = self.queue.pop_front() {
            let distance = self.distance[vertex as usize] + 1;
            if distance as usize >= limit {
                return None;
            }
            for before in self.graph.predecessors(vertex) {
                self.steps_left = self.steps_left.saturating_sub(1);
                if before == start {
                    return Some(self.way(start, vertex));
                }
                let place = before as usize;
                if self.component_of[place] == component && self.seen_from[place] != start {
                    self.seen_from[place] = start;
                    self.led_by[place] = vertex;
                    self.distance[place] = distance;
                    self.queue.push_back(before);
                }
            }
        }
        None
    }

    fn way(&self, start: u32, end: u32) -> Vec<u32> {
        let mut way = vec![end];
        let mut vertex = end;
        while vertex != start {
            vertex = self.led_by[vertex as usize];
            way.push(vertex);
        }
        way.reverse();
        way
    }

    /// Vertices to edges between nodes: a join becomes the barrier of the edge that leads over it.
    fn edges(&self, cycle: &[u32]) -> Vec<CycleEdge> {
        let nodes = self.graph.node_count();
        let Some(first) = cycle.iter().position(|vertex| (*vertex as usize) < nodes) else {
            return Vec::new();
        };
        let mut edges = Vec::new();
        let mut from = cycle[first];
        let mut barrier = None;
        for vertex in cycle[first + 1..].iter().chain(&cycle[..=first]) {
            match (*vertex as usize).checked_sub(nodes) {
                Some(join) => barrier = barrier.or(self.graph.joins.get(join).map(|join| join.phase)),
                None => {
                    edges.push(CycleEdge { from, to: *vertex, barrier: barrier.take() });
                    from = *vertex;
                }
            }
        }
        edges
    }
}
