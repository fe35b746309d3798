//! Which nodes become free when others end.

use super::Graph;

/// Counts down what each vertex still waits for.
#[derive(Debug)]
pub(crate) struct Progress<'g> {
    graph: &'g Graph,
    waiting_for: Vec<u32>,
    /// For each join the nodes that wait for it.
    behind_join: Vec<Vec<u32>>,
    /// For each node the first join that waits for it; later ones wait for that join.
    joined_by: Vec<Option<u32>>,
}

impl Graph {
    pub(crate) fn progress(&self) -> Progress<'_> {
        let waiting_for =
            (0..self.vertex_count() as u32).map(|vertex| self.predecessors(vertex).count() as u32);
        let mut behind_join = vec![Vec::new(); self.joins.len()];
        for (node, join) in self.waits_for_join.iter().enumerate() {
            if let Some(join) = join {
                behind_join[*join as usize].push(node as u32);
            }
        }
        let mut joined_by = vec![None; self.node_count()];
        for (index, join) in self.joins.iter().enumerate() {
            for node in &join.waits_for {
                joined_by[*node as usize] = Some(index as u32);
            }
        }
        Progress { graph: self, waiting_for: waiting_for.collect(), behind_join, joined_by }
    }
}

impl Progress<'_> {
    /// The nodes that wait for nothing.
    pub(crate) fn begin(&mut self) -> Vec<u32> {
        let nodes = self.graph.node_count();
        let mut free: Vec<u32> =
            (0..nodes as u32).filter(|node| self.waiting_for[*node as usize] == 0).collect();
        // A barrier with nothing before it holds nobody up; the joins behind it may open in turn.
        let open: Vec<u32> =
            (0..self.graph.joins.len() as u32).filter(|join| self.waits(*join) == 0).collect();
        for join in open {
            self.open_join(join, &mut free);
        }
        free
    }

    /// The nodes that wait for nothing any more once `node` has ended.
    pub(crate) fn finish(&mut self, node: u32) -> Vec<u32> {
        let mut free = Vec::new();
        for dependent in &self.graph.dependents[node as usize] {
            self.waiting_for[*dependent as usize] -= 1;
            if self.waiting_for[*dependent as usize] == 0 {
                free.push(*dependent);
            }
        }
        if let Some(join) = self.joined_by[node as usize]
            && self.one_less(join)
        {
            self.open_join(join, &mut free);
        }
        free
    }

    fn waits(&self, join: u32) -> u32 {
        self.waiting_for[self.graph.node_count() + join as usize]
    }

    /// Whether the join waits for nothing any more.
    fn one_less(&mut self, join: u32) -> bool {
        let left = &mut self.waiting_for[self.graph.node_count() + join as usize];
        *left = left.saturating_sub(1);
        *left == 0
    }

    fn open_join(&mut self, first: u32, free: &mut Vec<u32>) {
        let mut join = first;
        loop {
            for node in &self.behind_join[join as usize] {
                self.waiting_for[*node as usize] -= 1;
                if self.waiting_for[*node as usize] == 0 {
                    free.push(*node);
                }
            }
            // The next join waits for this one.
            join += 1;
            if join as usize >= self.graph.joins.len() || !self.one_less(join) {
                return;
            }
        }
    }
}
