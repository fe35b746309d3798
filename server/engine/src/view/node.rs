//! One node of the view.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::event::{Evidence, Holder, NodeState, OutputValue, Usage};
use crate::plan::{PlanHold, PlanNode};

/// A node as the events so far tell it.
#[derive(Debug, Clone)]
pub struct NodeView {
    /// Its path.
    pub path: String,
    /// `title`.
    pub title: Option<String>,
    /// It stands for its instances and does no work itself.
    pub is_group: bool,
    /// Its failure is tolerated (`continue_on_error`).
    pub is_tolerant: bool,
    /// Where it is.
    pub state: NodeState,
    /// Where it was before it was undone; none where nobody began to.
    pub recorded: Option<NodeState>,
    /// Why it was there, for people.
    pub recorded_detail: Option<String>,
    /// The reason of its state, for people.
    pub detail: Option<String>,
    /// Number of its latest attempt; 0 before the first.
    pub attempt: u32,
    /// When it is tried again, in milliseconds since the epoch; none where it does not wait for that.
    pub retry_at: Option<i64>,
    /// What a person's answer to its question has to be about; none where it asks nothing.
    pub asked_about: Option<String>,
    /// From when on no answer to its question counts, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// When its live attempt started, in milliseconds since the epoch.
    pub started_at: Option<i64>,
    /// When it was over, in milliseconds since the epoch; none while it is not.
    pub ended_at: Option<i64>,
    /// How long its latest finished attempt took.
    pub wall: Option<Duration>,
    /// How long the finished attempts to undo it took.
    pub undoing: Duration,
    /// How long all its finished attempts at its own work took.
    pub attempts: Duration,
    /// What all its finished attempts used, as far as their runner tells.
    pub usage: Option<Usage>,
    /// The agent's own name for its latest conversation.
    pub session: Option<String>,
    /// How long the plan says it takes.
    pub(super) estimate: Option<Duration>,
    /// Files it made.
    pub files: Vec<PathBuf>,
    /// Indices of the nodes that it waits for.
    pub(super) dependencies: Vec<usize>,
    /// Index of the group that holds it.
    pub(super) group: Option<usize>,
    /// Of a group: indices of its instances.
    pub(super) children: Vec<usize>,
    /// Locks that it holds while it runs.
    pub(super) locks: Vec<PlanHold>,
    /// Indices of the limits in which it takes a place.
    pub(super) limits: Vec<usize>,
    /// What another run has of what it needs, and who.
    pub(super) withheld: Option<String>,
}

impl NodeView {
    /// A node of which only the name is known.
    pub(super) fn heard_of(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            title: None,
            is_group: false,
            is_tolerant: false,
            state: NodeState::Pending,
            recorded: None,
            recorded_detail: None,
            detail: None,
            attempt: 0,
            retry_at: None,
            asked_about: None,
            expires_at: None,
            started_at: None,
            ended_at: None,
            wall: None,
            undoing: Duration::ZERO,
            attempts: Duration::ZERO,
            usage: None,
            session: None,
            estimate: None,
            files: Vec::new(),
            dependencies: Vec::new(),
            group: None,
            children: Vec::new(),
            locks: Vec::new(),
            limits: Vec::new(),
            withheld: None,
        }
    }

    /// A node of the plan before anything happened.
    pub(super) fn planned(node: &PlanNode) -> Self {
        let children = node.work.children().map(<[usize]>::to_vec);
        Self {
            title: node.title.clone(),
            is_group: children.is_some(),
            is_tolerant: node.continue_on_error,
            estimate: Some(Duration::from_millis(node.estimate_ms)),
            dependencies: node.dependencies.clone(),
            group: node.group,
            children: children.unwrap_or_default(),
            locks: node.locks.clone(),
            limits: node.limits.clone(),
            ..Self::heard_of(&node.path)
        }
    }

    /// Its title, else its path.
    pub fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.path)
    }

    /// Over, and one that counts.
    pub(super) fn is_done(&self) -> bool {
        !self.is_group && self.state.is_terminal()
    }

    pub(super) fn is_running(&self) -> bool {
        let is_undone_now = self.state == NodeState::Compensating && self.started_at.is_some();
        !self.is_group && (self.state.is_live() || is_undone_now)
    }

    /// Without a plan, a group is known by being expanded.
    pub(super) fn become_state(
        &mut self,
        state: NodeState,
        detail: Option<&str>,
        outputs: &BTreeMap<String, OutputValue>,
        at: i64,
    ) {
        self.is_group |= state == NodeState::Expanded;
        if state == NodeState::Compensating && self.recorded.is_none() {
            self.recorded = Some(self.state);
            self.recorded_detail = self.detail.take();
        } else if !state.is_terminal() {
            (self.recorded, self.recorded_detail) = (None, None);
        }
        self.ended_at = state.is_terminal().then(|| self.ended_at.unwrap_or(at));
        self.state = state;
        self.withheld = None;
        self.retry_at = self.retry_at.filter(|_| state == NodeState::RetryWait);
        if state != NodeState::WaitingApproval {
            (self.asked_about, self.expires_at) = (None, None);
        }
        self.detail = detail.map(str::to_owned);
        if state.is_terminal() && self.recorded.is_none() {
            self.files = outputs.values().filter_map(made_file).collect();
        }
    }

    pub(super) fn be_asked(&mut self, about: &str, expires_at: Option<i64>) {
        (self.asked_about, self.expires_at) = (Some(about.to_owned()), expires_at);
    }

    pub(super) fn be_withheld(&mut self, what: &str, by: Option<&Holder>) {
        let by = by.map(|holder| format!(", held by {holder} (process {})", holder.pid)).unwrap_or_default();
        self.withheld = Some(format!("{what}{by}"));
    }

    pub(super) fn begin_attempt(&mut self, attempt: u32, at: i64) {
        self.attempt = attempt;
        self.started_at = Some(at);
    }

    pub(super) fn end_attempt(&mut self, evidence: &Evidence) {
        let wall = Duration::from_millis(evidence.wall_ms);
        self.started_at = None;
        if self.state == NodeState::Compensating {
            self.undoing = self.undoing.saturating_add(wall);
        } else {
            self.wall = Some(wall);
            self.attempts = self.attempts.saturating_add(wall);
        }
        if let Some(usage) = &evidence.usage {
            self.usage.get_or_insert_default().add(usage);
        }
        self.session.clone_from(&evidence.session);
    }
}

fn made_file(output: &OutputValue) -> Option<PathBuf> {
    match output {
        OutputValue::File { path, .. } => Some(PathBuf::from(path)),
        OutputValue::Value(_) | OutputValue::Blob { .. } => None,
    }
}
