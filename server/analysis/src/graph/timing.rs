//! When nodes could run with slots for all: remaining paths, slack, the critical path.

use super::Graph;

/// Times in the unit of the durations given, from the start of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// For each node: when it can start at the earliest.
    pub earliest_start: Vec<u64>,
    /// For each node: the longest way from its start to the end of the run, itself included.
    pub remaining: Vec<u64>,
    /// For each node: by how much it may be late without the run being late.
    pub slack: Vec<u64>,
    /// How long the run takes with a slot for everyone.
    pub makespan: u64,
    /// The longest path, first to last; of equally long ones the one whose nodes stand first in the file.
    pub critical_path: Vec<u32>,
}

impl Graph {
    /// Times for the given durations, one a node; what is missing counts as 0. `None` where there is a cycle.
    pub fn timing(&self, durations: &[u64]) -> Option<Timing> {
        self.order.as_ref()?;
        let nodes = self.node_count();
        let duration = |vertex: u32| match durations.get(vertex as usize) {
            Some(duration) if (vertex as usize) < nodes => *duration,
            _ => 0,
        };
        let mut start = vec![0_u64; self.vertex_count()];
        for vertex in &self.vertices {
            let ends = self
                .predecessors(*vertex)
                .map(|before| start[before as usize].saturating_add(duration(before)));
            start[*vertex as usize] = ends.max().unwrap_or(0);
        }
        // What follows a vertex is known when it is reached from the end.
        let mut remaining = vec![0_u64; self.vertex_count()];
        for vertex in self.vertices.iter().rev() {
            let own = remaining[*vertex as usize].saturating_add(duration(*vertex));
            remaining[*vertex as usize] = own;
            for before in self.predecessors(*vertex) {
                let longest = &mut remaining[before as usize];
                *longest = own.max(*longest);
            }
        }
        let makespan = remaining.iter().copied().max().unwrap_or(0);
        let critical_path = self.critical_path(&start, &remaining, duration);
        start.truncate(nodes);
        remaining.truncate(nodes);
        let slack = start
            .iter()
            .zip(&remaining)
            .map(|(start, rest)| makespan.saturating_sub(start.saturating_add(*rest)));
        Some(Timing { slack: slack.collect(), earliest_start: start, remaining, makespan, critical_path })
    }

    fn critical_path(&self, start: &[u64], remaining: &[u64], duration: impl Fn(u32) -> u64) -> Vec<u32> {
        let makespan = remaining.iter().copied().max().unwrap_or(0);
        let is_critical =
            |vertex: u32| start[vertex as usize].saturating_add(remaining[vertex as usize]) == makespan;
        // The critical successor that begins when the vertex ends; ascending, so that the first in the file stays.
        let mut next = vec![None; self.vertex_count()];
        for vertex in (0..self.vertex_count() as u32).filter(|vertex| is_critical(*vertex)) {
            for before in self.predecessors(vertex).filter(|before| is_critical(*before)) {
                let end = start[before as usize].saturating_add(duration(before));
                if next[before as usize].is_none() && end == start[vertex as usize] {
                    next[before as usize] = Some(vertex);
                }
            }
        }
        let begins = |vertex: &u32| is_critical(*vertex) && self.predecessors(*vertex).next().is_none();
        let first = (0..self.vertex_count() as u32).find(begins);
        let path = std::iter::successors(first, |vertex| next[*vertex as usize]);
        path.filter(|vertex| (*vertex as usize) < self.node_count()).collect()
    }
}
