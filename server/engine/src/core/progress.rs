//! What people are shown of a run: counts, a todo list, and a summary at the end. Derived from the state alone, so a
//! view that replays a journal shows what a view that followed it live showed.

use std::time::Duration;

use serde::Serialize;

use super::state::State;
use crate::event::{NodeState, Verdict};

/// Counts over nodes that do work; groups do not count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Progress {
    /// Nodes.
    pub total: usize,
    /// Nodes that are over, however they ended.
    pub done: usize,
    /// Nodes that are over and ok: succeeded or reused.
    pub ok: usize,
    /// Paths of the nodes with a live attempt, in plan order.
    pub running: Vec<String>,
    /// Paths of the nodes that failed, tolerated ones too, in plan order.
    pub failed: Vec<String>,
    /// Paths of the nodes that failed and are tolerated.
    pub tolerated: Vec<String>,
    /// Nodes that were skipped.
    pub skipped: usize,
    /// Nodes that are blocked.
    pub blocked: usize,
    /// Nodes that were cancelled.
    pub cancelled: usize,
    /// Done of total, rounded down, so that 100 means all.
    pub percentage: u8,
}

/// An entry of the todo list that AI tools show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Todo {
    /// What is to be done: the node's title, else its path.
    pub content: String,
    /// The same while it is done.
    pub active_form: String,
    /// Where it is.
    pub status: TodoStatus,
}

/// Status of a [`Todo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TodoStatus {
    /// Not begun.
    Pending,
    /// An attempt is live.
    InProgress,
    /// Over, however it ended.
    Completed,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// How it ended; none while it goes on.
    pub verdict: Option<Verdict>,
    /// Time with a host, in milliseconds; the time between two hosts is not counted.
    pub wall_ms: u64,
    /// Sum of the nodes' times (each by its last attempt), in milliseconds.
    pub nodes_ms: u64,
    /// `nodes_ms / wall_ms`: how much faster than one node after the other.
    pub speed_up: f64,
    /// `speed_up` for each slot: 1 means that no slot was ever idle.
    pub efficiency: f64,
    /// Paths of the chain that the run waited for, in order: from the node that ended last, always back to the
    /// dependency that ended last.
    pub critical_path: Vec<String>,
    /// Sum of the times of the nodes on that path, in milliseconds.
    pub critical_ms: u64,
}

/// Counts at this moment.
pub fn progress(state: &State) -> Progress {
    let mut progress = Progress::default();
    for (index, node) in state.plan.nodes.iter().enumerate() {
        let Some(standing) = state.node(index).filter(|_| !state.is_group(index)) else { continue };
        progress.total += 1;
        progress.done += usize::from(standing.state.is_terminal());
        match standing.state {
            NodeState::Succeeded | NodeState::Reused => progress.ok += 1,
            NodeState::Skipped => progress.skipped += 1,
            NodeState::Blocked => progress.blocked += 1,
            NodeState::Cancelled => progress.cancelled += 1,
            NodeState::Failed { .. } => {
                progress.failed.push(node.path.clone());
                if node.continue_on_error {
                    progress.tolerated.push(node.path.clone());
                }
            }
            other if other.is_live() => progress.running.push(node.path.clone()),
            _ => {}
        }
    }
    let percentage = (progress.done * 100).checked_div(progress.total).unwrap_or(100);
    progress.percentage = u8::try_from(percentage).unwrap_or(100);
    progress
}

/// The todo list, in plan order.
pub fn todos(state: &State) -> Vec<Todo> {
    let nodes = state.plan.nodes.iter().enumerate().filter(|(index, _)| !state.is_group(*index));
    let todo = |(index, node): (usize, &crate::plan::PlanNode)| {
        let content = node.title.clone().unwrap_or_else(|| node.path.clone());
        let status = match state.node(index).map(|standing| standing.state) {
            Some(other) if other.is_terminal() => TodoStatus::Completed,
            Some(other) if other.is_live() => TodoStatus::InProgress,
            _ => TodoStatus::Pending,
        };
        Todo { active_form: format!("Running {content}"), content, status }
    };
    nodes.map(todo).collect()
}

/// What the run came to. `now_ms` (milliseconds since the epoch) serves a run that goes on.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a run are far below 2^53")]
pub fn summary(state: &State, now_ms: i64) -> Summary {
    let session = state
        .session_started_at
        .map_or(0, |started| state.ended_at.unwrap_or(now_ms).saturating_sub(started));
    let wall_ms = u64::try_from(state.earlier_sessions_ms.saturating_add(session.max(0))).unwrap_or(0);
    let nodes_ms = (0..state.plan.nodes.len()).map(|node| node_ms(state, node)).sum();
    let speed_up = if wall_ms == 0 { 1.0 } else { nodes_ms as f64 / wall_ms as f64 };
    let path = critical_path(state);
    Summary {
        verdict: state.verdict,
        wall_ms,
        nodes_ms,
        speed_up,
        efficiency: speed_up / f64::from(state.plan.max_parallel.max(1)),
        critical_ms: path.iter().map(|node| node_ms(state, *node)).sum(),
        critical_path: path.into_iter().map(|node| state.path(node).to_owned()).collect(),
    }
}

/// How long the node's last attempt took; none while it goes on, and for a node that had none.
pub fn node_time(state: &State, node: usize) -> Option<Duration> {
    let standing = state.node(node)?;
    let took = standing.ended_at?.saturating_sub(standing.started_at?);
    u64::try_from(took).ok().map(Duration::from_millis)
}

fn node_ms(state: &State, node: usize) -> u64 {
    node_time(state, node).map_or(0, |took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
}

fn critical_path(state: &State) -> Vec<usize> {
    let ended_at = |node: &usize| state.node(*node).and_then(|standing| standing.ended_at);
    let worked = |node: &usize| state.node(*node).is_some_and(|standing| standing.started_at.is_some());
    let mut path = Vec::new();
    let mut next = (0..state.plan.nodes.len())
        .filter(|node| worked(node) && ended_at(node).is_some())
        .max_by_key(ended_at);
    while let Some(node) = next {
        path.push(node);
        let group = state.plan.nodes.get(node).and_then(|node| node.group);
        let waited_for =
            [Some(node), group].into_iter().flatten().filter_map(|node| state.plan.nodes.get(node));
        next = waited_for
            .flat_map(|node| &node.dependencies)
            .flat_map(|dependency| std::iter::once(dependency).chain(state.children(*dependency)))
            .copied()
            .filter(worked)
            .max_by_key(ended_at);
    }
    path.reverse();
    path
}
