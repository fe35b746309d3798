//! Written dependencies that others imply.

use super::Graph;
use super::ancestry::Question;

/// A dependency that changes nothing: the node waits for it through another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedundantEdge {
    /// The node that waits.
    pub node: u32,
    /// What it need not say.
    pub dependency: u32,
    /// The other dependency of the node, which waits for `dependency`.
    pub through: u32,
}

impl Graph {
    /// All dependencies that a longer path implies, by node and dependency. The node, the dependency and every
    /// node on that path must be `plain`: without a rule, a condition or tolerance of failures, which give an edge
    /// a meaning beyond order. Barriers imply nothing here. Empty where there is a cycle.
    pub fn redundant_edges(&self, plain: impl Fn(u32) -> bool) -> Vec<RedundantEdge> {
        if self.order.is_none() {
            return Vec::new();
        }
        let questions = self.candidates(&plain);
        let written = |vertex: u32| self.dependencies.get(vertex as usize).into_iter().flatten().copied();
        let is_node = |vertex: u32| (vertex as usize) < self.node_count();
        let through = self.through(&questions, written, |vertex| is_node(vertex) && plain(vertex));
        let edge = |(question, through): (&Question, Option<u32>)| {
            Some(RedundantEdge { node: question.node, dependency: question.target, through: through? })
        };
        questions.iter().zip(through).filter_map(edge).collect()
    }

    /// Dependencies that stand lower than another one of the same node: only those can be implied.
    fn candidates(&self, plain: &impl Fn(u32) -> bool) -> Vec<Question> {
        let mut questions = Vec::new();
        for (node, dependencies) in self.dependencies.iter().enumerate() {
            let level = |dependency: &u32| self.levels[*dependency as usize];
            let highest = dependencies.iter().map(level).max().unwrap_or(0);
            if dependencies.len() < 2 || !plain(node as u32) {
                continue;
            }
            let lower =
                dependencies.iter().filter(|dependency| level(dependency) < highest && plain(**dependency));
            questions.extend(lower.map(|target| Question { node: node as u32, target: *target }));
        }
        questions
    }
}
