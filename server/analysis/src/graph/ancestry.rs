//! Who waits for whom, however indirectly.

use super::Graph;

/// "Does `node` wait for `target` through something else?"
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) node: u32,
    pub(super) target: u32,
}

impl Graph {
    /// Every node that `node` waits for, directly or not, barriers included; ascending. In a cycle that holds
    /// `node` it is its own ancestor.
    pub fn ancestors(&self, node: u32) -> Vec<u32> {
        let mut seen = vec![false; self.vertex_count()];
        let mut open = vec![node];
        while let Some(vertex) = open.pop() {
            for predecessor in self.predecessors(vertex) {
                if !std::mem::replace(&mut seen[predecessor as usize], true) {
                    open.push(predecessor);
                }
            }
        }
        (0..self.node_count() as u32).filter(|node| seen[*node as usize]).collect()
    }

    /// For each pair (node, other): whether `other` is an ancestor of `node`, barriers included. Where the graph
    /// has a cycle the question is moot and every answer is `true`.
    ///
    /// Direct dependencies are found at once; all others cost O((nodes + edges) · distinct others / 64) together,
    /// and one word of memory a node.
    pub fn are_ancestors(&self, pairs: &[(u32, u32)]) -> Vec<bool> {
        if self.order.is_none() {
            return vec![true; pairs.len()];
        }
        let is_direct = |(node, other): &(u32, u32)| {
            self.dependencies.get(*node as usize).is_some_and(|list| list.binary_search(other).is_ok())
        };
        let mut answers: Vec<bool> = pairs.iter().map(is_direct).collect();
        let open: Vec<usize> = (0..pairs.len()).filter(|at| !answers[*at]).collect();
        let questions: Vec<Question> =
            open.iter().map(|at| Question { node: pairs[*at].0, target: pairs[*at].1 }).collect();
        let through = self.through(&questions, |vertex| self.predecessors(vertex), |_| true);
        for (at, via) in open.into_iter().zip(through) {
            // A join's own predecessors count as direct ones of the nodes behind it.
            answers[at] = via.is_some();
        }
        answers
    }

    /// For each question the first direct predecessor of `node`, other than `target`, that waits for `target`.
    /// Only paths whose vertices between node and target are all `passable` count.
    ///
    /// Invariant: there is no cycle. The targets are taken 64 at a time, a bit each, through one sweep over that
    /// part of the topological order in which paths between them and their nodes can lie.
    pub(super) fn through<'g, P>(
        &'g self,
        questions: &[Question],
        predecessors: impl Fn(u32) -> P,
        passable: impl Fn(u32) -> bool,
    ) -> Vec<Option<u32>>
    where
        P: Iterator<Item = u32> + 'g,
    {
        let mut answers = vec![None; questions.len()];
        if questions.is_empty() {
            return answers;
        }
        let mut position = vec![0; self.vertex_count()];
        for (at, vertex) in self.vertices.iter().enumerate() {
            position[*vertex as usize] = at;
        }
        let mut sorted: Vec<usize> = (0..questions.len()).collect();
        sorted.sort_by_key(|at| position[questions[*at].target as usize]);

        // By position: which targets are this vertex, or are waited for through it.
        let mut reached = vec![0_u64; self.vertices.len()];
        let mut rest = sorted.as_slice();
        while let Some(first) = rest.first() {
            let (batch, later) = rest.split_at(batch_length(rest, questions));
            rest = later;
            let first = position[questions[*first].target as usize];
            let last = batch.iter().map(|at| position[questions[*at].node as usize]).max().unwrap_or(first);
            if last < first {
                continue;
            }
            reached[first..=last].fill(0);
            let bits = mark_targets(batch, questions, &position, &mut reached[first..]);
            for at in first..=last {
                let vertex = self.vertices[at];
                if !passable(vertex) {
                    continue;
                }
                let before = predecessors(vertex).map(|vertex| position[vertex as usize]);
                let through = before.filter(|at| *at >= first).fold(0, |mask, at| mask | reached[at]);
                reached[at] |= through;
            }
            for (at, bit) in batch.iter().zip(bits) {
                let Question { node, target } = questions[*at];
                let waits = |vertex: &u32| {
                    let at = position[*vertex as usize];
                    *vertex != target && at >= first && reached[at] & bit != 0
                };
                if position[node as usize] > first {
                    answers[*at] = predecessors(node).find(waits);
                }
            }
        }
        answers
    }
}

/// How many of the questions, sorted by target, share at most 64 targets.
fn batch_length(sorted: &[usize], questions: &[Question]) -> usize {
    let mut targets = 0;
    let mut last = None;
    for (length, at) in sorted.iter().enumerate() {
        let target = questions[*at].target;
        if last != Some(target) {
            if targets == u64::BITS {
                return length;
            }
            targets += 1;
            last = Some(target);
        }
    }
    sorted.len()
}

/// Gives each target of the batch a bit and sets it at the target's place in `reached`, which begins at the first
/// target. Returns the bit of each question.
fn mark_targets(
    batch: &[usize],
    questions: &[Question],
    position: &[usize],
    reached: &mut [u64],
) -> Vec<u64> {
    let first = batch.first().map_or(0, |at| position[questions[*at].target as usize]);
    let mut bits = Vec::with_capacity(batch.len());
    let mut bit = 0_u64;
    let mut last = None;
    for at in batch {
        let target = questions[*at].target;
        if last != Some(target) {
            bit = if bit == 0 { 1 } else { bit << 1 };
            last = Some(target);
        }
        // A target past the window has no question that it could answer.
        if let Some(place) = reached.get_mut(position[target as usize] - first) {
            *place |= bit;
        }
        bits.push(bit);
    }
    bits
}
