//! The plan as indices: who waits for whom, who holds whom, who goes first.

use std::collections::HashMap;

use super::budget::Spending;
use super::limits::{Demand, Demands};
use crate::plan::{PlanNode, StoredPlan};

/// Why a plan cannot be scheduled. A plan that was made by this build never is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// An index points past the nodes.
    #[error("node {node} of the stored plan refers to a node that is not there")]
    BadIndex {
        /// Path of the node that refers.
        node: String,
    },
    /// A lock or a limit is not there.
    #[error("node {node} of the stored plan needs a lock or a limit that is not there")]
    BadDemand {
        /// Path of the node.
        node: String,
    },
    /// Two nodes share a path.
    #[error("the stored plan names {node} twice")]
    DuplicatePath {
        /// The path.
        node: String,
    },
    /// A group and an instance do not name each other, or the instance stands first.
    #[error("the group of {node} and its instances do not agree in the stored plan")]
    GroupMismatch {
        /// Path of the node.
        node: String,
    },
    /// Nodes wait for each other.
    #[error("nodes of the stored plan wait for each other: {node} is one of them")]
    Cycle {
        /// One of them.
        node: String,
    },
}

/// Derived from a plan once; never changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Graph {
    /// For each node the nodes that wait for it.
    dependents: Vec<Vec<usize>>,
    /// For each node its place in the order of starting: lower goes first.
    ranks: Vec<usize>,
    /// The inverse of `ranks`.
    by_rank: Vec<usize>,
    /// Nodes by path.
    indices: HashMap<String, usize>,
    /// What the nodes need in order to start.
    pub(crate) demands: Demands,
}

impl Graph {
    /// Checks the plan and derives everything in O(n log n).
    pub(crate) fn new(plan: &StoredPlan) -> Result<Self, PlanFault> {
        let indices = index_paths(plan)?;
        check_groups(plan)?;
        check_demands(plan)?;
        let dependents = dependents(plan)?;
        let remaining = remaining(plan, &dependents)?;
        let (ranks, by_rank) = ranks(plan, &remaining);
        Ok(Self { dependents, ranks, by_rank, indices, demands: Demands::new(plan) })
    }

    pub(crate) fn dependents(&self, node: usize) -> &[usize] {
        self.dependents.get(node).map_or(&[], Vec::as_slice)
    }

    /// The node's place in the order of starting.
    pub(crate) fn rank(&self, node: usize) -> usize {
        self.ranks.get(node).copied().unwrap_or(usize::MAX)
    }

    /// The node at a place in the order of starting.
    pub(crate) fn at_rank(&self, rank: usize) -> Option<usize> {
        self.by_rank.get(rank).copied()
    }

    pub(crate) fn demand(&self, node: usize) -> &Demand {
        static NONE: Demand =
            Demand { runner: None, limits: Vec::new(), holds: Vec::new(), spending: Spending::NOTHING };
        self.demands.get(self.demands.place(node)).unwrap_or(&NONE)
    }

    pub(crate) fn index(&self, path: &str) -> Option<usize> {
        self.indices.get(path).copied()
    }
}

fn index_paths(plan: &StoredPlan) -> Result<HashMap<String, usize>, PlanFault> {
    let mut indices = HashMap::with_capacity(plan.nodes.len());
    for (index, node) in plan.nodes.iter().enumerate() {
        if indices.insert(node.path.clone(), index).is_some() {
            return Err(PlanFault::DuplicatePath { node: node.path.clone() });
        }
    }
    Ok(indices)
}

fn check_groups(plan: &StoredPlan) -> Result<(), PlanFault> {
    let mut listed = vec![None; plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        let Some(children) = node.work.children() else { continue };
        for child in children {
            let slot =
                listed.get_mut(*child).ok_or_else(|| PlanFault::BadIndex { node: node.path.clone() })?;
            if slot.replace(index).is_some() || *child <= index {
                return Err(PlanFault::GroupMismatch { node: node.path.clone() });
            }
        }
    }
    for (node, group) in plan.nodes.iter().zip(listed) {
        // An instance that was left out when its group was expanded again is not listed any more.
        let is_left_out = group.is_none() && is_expanded_in_the_run(plan, node.group);
        if node.group != group && !is_left_out {
            return Err(PlanFault::GroupMismatch { node: node.path.clone() });
        }
    }
    Ok(())
}

fn check_demands(plan: &StoredPlan) -> Result<(), PlanFault> {
    let is_sound = |node: &&PlanNode| {
        node.locks.iter().all(|hold| hold.lock < plan.locks.len())
            && node.limits.iter().all(|limit| *limit < plan.limits.len())
    };
    match plan.nodes.iter().find(|node| !is_sound(node)) {
        Some(node) => Err(PlanFault::BadDemand { node: node.path.clone() }),
        None => Ok(()),
    }
}

fn is_expanded_in_the_run(plan: &StoredPlan, group: Option<usize>) -> bool {
    group.and_then(|group| plan.nodes.get(group)).is_some_and(|group| group.expansion.is_some())
}

fn dependents(plan: &StoredPlan) -> Result<Vec<Vec<usize>>, PlanFault> {
    let mut dependents = vec![Vec::new(); plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        for dependency in node.dependencies.iter().chain(&node.after) {
            dependents
                .get_mut(*dependency)
                .ok_or_else(|| PlanFault::BadIndex { node: node.path.clone() })?
                .push(index);
        }
    }
    Ok(dependents)
}

/// The vertices behind ordering and ranks: a node is one vertex, a group two, so that its instances stand between its
/// opening (vertex `node`) and its closing (vertex `nodes + node`), for which its dependents wait.
struct Vertices<'a> {
    plan: &'a StoredPlan,
    dependents: &'a [Vec<usize>],
}

impl<'a> Vertices<'a> {
    fn count(&self) -> usize {
        2 * self.plan.nodes.len()
    }

    fn successors(&self, vertex: usize) -> impl Iterator<Item = usize> + 'a {
        let nodes = self.plan.nodes.len();
        let closing = vertex.checked_sub(nodes);
        let index = closing.unwrap_or(vertex);
        let node = self.plan.nodes.get(index);
        let children = node.and_then(|node| node.work.children());
        let after: &[usize] = match (children, closing) {
            (Some(children), None) => children,
            (None, Some(_)) => &[],
            _ => self.dependents.get(index).map_or(&[], Vec::as_slice),
        };
        let enclosing = match (children, closing) {
            (Some(_), None) => Some(nodes + index),
            (None, None) | (Some(_), Some(_)) => node.and_then(|node| node.group).map(|group| nodes + group),
            (None, Some(_)) => None,
        };
        after.iter().copied().chain(enclosing)
    }

    fn own_ms(&self, vertex: usize) -> u64 {
        match self.plan.nodes.get(vertex) {
            // Of a group that gets its members in the run only, a guess.
            Some(node) if !node.work.is_group() || node.is_to_grow() => node.estimate_ms,
            _ => 0,
        }
    }

    /// Each vertex before its successors (Kahn's algorithm, without recursion).
    fn order(&self) -> Result<Vec<usize>, PlanFault> {
        let mut waiting = vec![0_usize; self.count()];
        for successor in (0..self.count()).flat_map(|vertex| self.successors(vertex)) {
            if let Some(count) = waiting.get_mut(successor) {
                *count += 1;
            }
        }
        let free = waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(vertex, _)| vertex);
        let mut order: Vec<usize> = free.collect();
        let mut next = 0;
        while let Some(vertex) = order.get(next).copied() {
            next += 1;
            for successor in self.successors(vertex) {
                let Some(count) = waiting.get_mut(successor) else { continue };
                *count -= 1;
                if *count == 0 {
                    order.push(successor);
                }
            }
        }
        let Some(stuck) = waiting.iter().position(|count| *count > 0) else { return Ok(order) };
        let node = self.plan.nodes.get(stuck % self.plan.nodes.len().max(1));
        Err(PlanFault::Cycle { node: node.map(|node| node.path.clone()).unwrap_or_default() })
    }
}

/// Longest remaining path of each node in milliseconds, its own estimate included.
fn remaining(plan: &StoredPlan, dependents: &[Vec<usize>]) -> Result<Vec<u64>, PlanFault> {
    let vertices = Vertices { plan, dependents };
    let mut remaining = vec![0_u64; vertices.count()];
    for vertex in vertices.order()?.into_iter().rev() {
        let tail =
            vertices.successors(vertex).filter_map(|next| remaining.get(next).copied()).max().unwrap_or(0);
        if let Some(slot) = remaining.get_mut(vertex) {
            *slot = vertices.own_ms(vertex).saturating_add(tail);
        }
    }
    remaining.truncate(plan.nodes.len());
    Ok(remaining)
}

/// The order of starting: `priority` first (a person's word goes before an estimate), then the longest remaining
/// path, then the plan's order.
fn ranks(plan: &StoredPlan, remaining: &[u64]) -> (Vec<usize>, Vec<usize>) {
    let mut by_rank: Vec<usize> = (0..plan.nodes.len()).collect();
    by_rank.sort_by_key(|index| {
        let priority = plan.nodes.get(*index).map_or(0, |node| node.priority);
        let remaining = remaining.get(*index).copied().unwrap_or(0);
        (std::cmp::Reverse(priority), std::cmp::Reverse(remaining), *index)
    });
    let mut ranks = vec![0; by_rank.len()];
    for (rank, index) in by_rank.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*index) {
            *slot = rank;
        }
    }
    (ranks, by_rank)
}
