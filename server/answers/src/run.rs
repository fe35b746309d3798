//! A run for programs.

use std::path::Path;

use divisi_engine::client::{RunStatus, RunSummary};
use divisi_engine::event::NodeState;
use divisi_engine::view::{NodeView, RunView};
use serde::Serialize;

use crate::figures::Figures;
use crate::time::milliseconds;

/// A run in JSON.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    run: &'a str,
    dag: &'a str,
    file: &'a Path,
    status: RunStatus,
    started_at: i64,
    ended_at: Option<i64>,
    #[serde(flatten)]
    figures: Figures<'a>,
    nodes: Vec<ShownNode<'a>>,
}

#[derive(Debug, Serialize)]
struct ShownNode<'a> {
    node: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    state: NodeState,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    attempts: u32,
    /// All attempts together.
    time_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    tolerated: bool,
    files: Vec<String>,
}

impl<'a> Shown<'a> {
    /// Keeps `most` nodes, those that went well go first; how many were left out.
    pub fn keep(&mut self, most: usize) -> usize {
        let left_out = self.nodes.len().saturating_sub(most);
        if left_out > 0 {
            let is_well =
                |node: &ShownNode<'_>| matches!(node.state, NodeState::Succeeded | NodeState::Reused);
            self.nodes.sort_by_key(is_well);
            self.nodes.truncate(most);
        }
        left_out
    }

    /// `view` is of the run of `summary`.
    pub fn new(summary: &'a RunSummary, view: &'a RunView) -> Self {
        Self {
            run: &summary.run,
            dag: &summary.dag,
            file: &summary.file,
            status: summary.status,
            started_at: summary.started_at,
            ended_at: summary.ended_at,
            figures: Figures::of(view),
            nodes: view.nodes().map(ShownNode::of).collect(),
        }
    }
}

impl<'a> ShownNode<'a> {
    fn of(node: &'a NodeView) -> Self {
        Self {
            node: &node.path,
            title: node.title.as_deref(),
            state: node.state,
            detail: node.detail.as_deref(),
            attempts: node.attempt,
            time_ms: milliseconds(node.attempts),
            ended_at: node.ended_at,
            tolerated: node.is_tolerant && matches!(node.state, NodeState::Failed { .. }),
            files: node.files.iter().map(|file| file.display().to_string()).collect(),
        }
    }
}

/// A state of a node as people read it.
pub fn state_word(state: NodeState) -> &'static str {
    match state {
        NodeState::Pending => "pending",
        NodeState::Ready => "ready",
        NodeState::WaitingApproval | NodeState::WaitingDecision => "waiting",
        NodeState::Running => "running",
        NodeState::Stopping { .. } => "stopping",
        NodeState::Merging => "merging",
        NodeState::RetryWait => "retrying",
        NodeState::Lost => "lost",
        NodeState::Expanded => "expanded",
        NodeState::Succeeded => "succeeded",
        NodeState::Reused => "reused",
        NodeState::Failed { .. } => "failed",
        NodeState::Skipped => "skipped",
        NodeState::Blocked => "blocked",
        NodeState::Cancelled => "cancelled",
        NodeState::Compensating => "undoing",
        NodeState::Compensated => "undone",
        NodeState::CompensationFailed => "not undone",
    }
}
