//! What is known of a run after some of its events.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use divisi_engine::event::{Event, EventRecord, NodeState, OutputValue, Request, Verdict};

use crate::time;

/// A run, folded from its events in order.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The run's id.
    pub(crate) run: String,
    /// The DAG's name.
    pub(crate) dag: String,
    /// Nodes that do work.
    pub(crate) total: usize,
    /// Slots.
    pub(crate) max_parallel: u32,
    /// Somebody asked it to start nothing new.
    pub(crate) paused: bool,
    /// How it ended; none while it goes on.
    pub(crate) verdict: Option<Verdict>,
    /// `seq` of the last event taken in.
    pub(crate) seq: u64,
    nodes: Vec<NodeProgress>,
    by_path: HashMap<String, usize>,
    session_start: Option<i64>,
    last_event: i64,
    earlier_sessions: Duration,
    attempts: Duration,
}

/// One node of a run.
#[derive(Debug)]
pub(crate) struct NodeProgress {
    /// Its path.
    pub(crate) path: String,
    /// Where it is.
    pub(crate) state: NodeState,
    /// Number of its latest attempt; 0 before the first.
    pub(crate) attempt: u32,
    /// When its live attempt started, in milliseconds since the epoch.
    pub(crate) started_at: Option<i64>,
    /// How long its latest finished attempt took.
    pub(crate) wall: Option<Duration>,
    /// The reason of its state, for people.
    pub(crate) detail: Option<String>,
    /// Files it made.
    pub(crate) files: Vec<PathBuf>,
    is_group: bool,
}

impl Progress {
    /// Takes one event in.
    pub(crate) fn apply(&mut self, record: &EventRecord) {
        self.seq = record.seq;
        if self.run.is_empty() {
            self.run.clone_from(&record.run);
        }
        self.apply_event(record);
        self.last_event = record.at;
    }

    fn apply_event(&mut self, record: &EventRecord) {
        match &record.event {
            Event::RunPlanned { dag, nodes, max_parallel, .. } => {
                self.dag.clone_from(dag);
                self.total = *nodes;
                self.max_parallel = *max_parallel;
            }
            Event::HostStarted { .. } => self.begin_session(record.at),
            Event::RunResumed { .. } => {
                self.verdict = None;
                self.paused = false;
            }
            Event::Requested { request: Request::Pause, .. } => self.paused = true,
            Event::Requested { request: Request::Unpause, .. } => self.paused = false,
            Event::NodeState { node, state, detail, outputs, .. } => {
                let node = self.node_mut(node);
                node.is_group |= *state == NodeState::Expanded;
                node.state = *state;
                node.detail.clone_from(detail);
                if !outputs.is_empty() {
                    node.files = outputs.values().filter_map(made_file).collect();
                }
            }
            Event::AttemptGranted { node, attempt } => {
                let node = self.node_mut(node);
                node.attempt = *attempt;
                node.started_at = Some(record.at);
            }
            Event::AttemptStarted { node, .. } => self.node_mut(node).started_at = Some(record.at),
            Event::AttemptEnded { node, evidence, .. } => {
                let wall = Duration::from_millis(evidence.wall_ms);
                let node = self.node_mut(node);
                node.wall = Some(wall);
                node.started_at = None;
                self.attempts = self.attempts.saturating_add(wall);
            }
            Event::RunEnded { verdict } => {
                self.verdict = Some(*verdict);
                self.end_session(record.at);
            }
            Event::Requested { .. }
            | Event::AttemptStopping { .. }
            | Event::Refused { .. }
            | Event::Unknown => {}
        }
    }

    /// A session lasts from a host's start to the run's end, or to the last event of a host that died. What lies
    /// between two sessions is nobody's work.
    fn begin_session(&mut self, at: i64) {
        self.end_session(self.last_event);
        self.session_start = Some(at);
        self.verdict = None;
    }

    fn end_session(&mut self, at: i64) {
        self.earlier_sessions = self.wall(at);
        self.session_start = None;
    }

    /// Time that hosts spent on it up to `now`, in milliseconds since the epoch.
    pub(crate) fn wall(&self, now: i64) -> Duration {
        let session =
            self.session_start.map_or(Duration::ZERO, |start| time::span(now.saturating_sub(start)));
        self.earlier_sessions.saturating_add(session)
    }

    /// [`Progress::wall`] at the last event.
    pub(crate) fn wall_at_end(&self) -> Duration {
        self.wall(self.last_event)
    }

    /// Sum of the wall times of all attempts.
    pub(crate) fn attempts(&self) -> Duration {
        self.attempts
    }

    /// Nodes in the order in which they were first heard of; groups left out.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &NodeProgress> {
        self.nodes.iter().filter(|node| !node.is_group)
    }

    /// The node at `path`, if it was heard of.
    pub(crate) fn node(&self, path: &str) -> Option<&NodeProgress> {
        self.by_path.get(path).and_then(|index| self.nodes.get(*index))
    }

    /// Nodes with a live attempt.
    pub(crate) fn running(&self) -> impl Iterator<Item = &NodeProgress> {
        self.nodes().filter(|node| is_live(&node.state))
    }

    /// Nodes in a state that a run can end with, at most [`Progress::total`].
    pub(crate) fn done(&self) -> usize {
        self.nodes().filter(|node| is_over(&node.state)).count().min(self.total)
    }

    fn node_mut(&mut self, path: &str) -> &mut NodeProgress {
        let next = self.nodes.len();
        let index = *self.by_path.entry(path.to_owned()).or_insert(next);
        if index == next {
            self.nodes.push(NodeProgress::new(path));
        }
        &mut self.nodes[index]
    }
}

impl NodeProgress {
    fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            state: NodeState::Pending,
            attempt: 0,
            started_at: None,
            wall: None,
            detail: None,
            files: Vec::new(),
            is_group: false,
        }
    }
}

fn made_file(output: &OutputValue) -> Option<PathBuf> {
    match output {
        OutputValue::File { path, .. } => Some(PathBuf::from(path)),
        OutputValue::Value(_) | OutputValue::Blob { .. } => None,
    }
}

/// Whether a node in `state` has a process.
pub(crate) fn is_live(state: &NodeState) -> bool {
    matches!(
        state,
        NodeState::Running | NodeState::Stopping { .. } | NodeState::Merging | NodeState::Compensating
    )
}

/// Whether a run can end with a node in `state`.
pub(crate) fn is_over(state: &NodeState) -> bool {
    matches!(
        state,
        NodeState::Succeeded
            | NodeState::Reused
            | NodeState::Failed { .. }
            | NodeState::Skipped
            | NodeState::Blocked
            | NodeState::Cancelled
            | NodeState::Compensated
            | NodeState::CompensationFailed
    )
}
