//! What a run came to.

use std::iter;
use std::time::Duration;

use super::RunView;
use super::node::NodeView;
use crate::event::Usage;

/// What a run came to, up to its last event.
#[derive(Debug, Clone)]
pub struct Summary<'a> {
    /// Time with a host; the time between two hosts is not counted.
    pub wall: Duration,
    /// Sum of the times of all attempts.
    pub sum: Duration,
    /// `sum / wall`: how many times faster than one attempt after the other. 1 for a run that took no time.
    pub speed_up: f64,
    /// `speed_up` for each slot: 1 means that no slot was ever idle.
    pub efficiency: f64,
    /// The chain that the run waited for, in order: from the node that ended last, always back to the dependency
    /// that ended last. Empty where nothing ran, or without a plan.
    pub critical_path: Vec<&'a NodeView>,
    /// Sum of the times of all attempts of the nodes on that path.
    pub critical: Duration,
    /// What all agents used together, as far as their runners tell; none where none does.
    pub usage: Option<Usage>,
    /// Whether an agent's runner told no cost, so that more was spent than `usage` says.
    pub is_cost_partial: bool,
}

impl RunView {
    /// What it came to so far.
    pub fn summary(&self) -> Summary<'_> {
        let wall = self.sessions.wall_so_far();
        let sum = time_of(self.nodes());
        let speed_up = if wall.is_zero() { 1.0 } else { sum.as_secs_f64() / wall.as_secs_f64() };
        let critical_path = self.critical_path();
        Summary {
            wall,
            sum,
            speed_up,
            efficiency: speed_up / f64::from(self.max_parallel.max(1)),
            critical: time_of(critical_path.iter().copied()),
            critical_path,
            is_cost_partial: self.usages().any(|usage| usage.usd.is_none()),
            usage: Usage::sum(self.usages()),
        }
    }

    fn usages(&self) -> impl Iterator<Item = &Usage> {
        self.nodes().filter_map(|node| node.usage.as_ref())
    }

    fn critical_path(&self) -> Vec<&NodeView> {
        let last = latest(&self.nodes).filter(|_| self.has_plan);
        // No path is longer than there are nodes: a plan that was tampered with may have a cycle.
        let path = iter::successors(last, |node| self.waited_for(node)).take(self.nodes.len());
        let mut path: Vec<&NodeView> = path.collect();
        path.reverse();
        path
    }

    /// The dependency of the node, or of the group that holds it, that ended last; a group ended with its instances.
    fn waited_for(&self, node: &NodeView) -> Option<&NodeView> {
        let group = node.group.and_then(|group| self.nodes.get(group));
        let dependencies = iter::once(node).chain(group).flat_map(|node| self.at(&node.dependencies));
        latest(dependencies.flat_map(|node| iter::once(node).chain(self.at(&node.children))))
    }

    fn at(&self, indices: &[usize]) -> impl Iterator<Item = &NodeView> {
        indices.iter().filter_map(|index| self.nodes.get(*index))
    }
}

fn time_of<'a>(nodes: impl Iterator<Item = &'a NodeView>) -> Duration {
    nodes.fold(Duration::ZERO, |sum, node| sum.saturating_add(node.attempts))
}

/// Of those that had an attempt and are over, the one that ended last.
fn latest<'a>(nodes: impl IntoIterator<Item = &'a NodeView>) -> Option<&'a NodeView> {
    let worked = nodes.into_iter().filter(|node| node.attempt > 0 && node.ended_at.is_some());
    worked.max_by_key(|node| node.ended_at)
}
