//! What people are shown of a run: one fold over its events, for the terminal, the editor and whoever else looks on.
//!
//! The scheduler's [`State`](crate::core::State) refuses what cannot be; a view takes every event as it comes, also
//! from a newer version or a damaged journal, and never fails. One that replays a journal shows what one that
//! followed the run live showed.
//!
//! ```text
//! node       one node of the view
//! sessions   the time that hosts spent on the run
//! reuse      what became of earlier results
//! todo       the todo list
//! summary    what the run came to
//! statistics figures over several runs
//! waiting    what it waits for
//! remaining  how long it will still take
//! needs      what is in the way of a ready node
//! trace      the run as a trace for Perfetto
//! ```

mod needs;
mod node;
mod remaining;
mod reuse;
mod sessions;
mod statistics;
mod summary;
mod todo;
mod trace;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use crate::amounts::Unit;
use crate::event::{ClosedBy, Event, EventRecord, NodeState, Request, Verdict};
use crate::growth::Item;
use crate::plan::{PlanLimit, PlanLock, StoredPlan};

pub use node::NodeView;
pub use reuse::ReuseFigures;
use sessions::Sessions;
pub use statistics::{NodeStatistics, PastDurations, Spent, Statistics, past_durations};
pub use summary::Summary;
pub use todo::{Todo, TodoStatus};
pub use trace::trace;

/// A budget that has too little left for what could start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhausted {
    /// Path of the node whose part of the run it limits; empty for the whole run.
    pub scope: String,
    /// What there is too little of.
    pub unit: Unit,
    /// What was spent of it.
    pub spent: u64,
    /// How much may be spent.
    pub limit: u64,
}

/// A run as its events so far tell it.
///
/// With the plan it knows every node from the start. Without one it knows the nodes that were heard of, in that
/// order, and no dependencies: its summary has no critical path then.
#[derive(Debug, Clone, Default)]
pub struct RunView {
    id: String,
    dag: String,
    has_plan: bool,
    total: usize,
    max_parallel: u32,
    seq: u64,
    paused: bool,
    /// Runners that are closed: why, and until when, in milliseconds since the epoch.
    closed_runners: BTreeMap<String, (ClosedBy, i64)>,
    exhausted: Vec<Exhausted>,
    verdict: Option<Verdict>,
    sessions: Sessions,
    locks: Vec<PlanLock>,
    limits: Vec<PlanLimit>,
    nodes: Vec<NodeView>,
    by_path: HashMap<String, usize>,
    /// The plan, where nodes may join it in the run.
    growing: Option<StoredPlan>,
    /// How many nodes count as done.
    done: usize,
    reuse: ReuseFigures,
    /// How many nodes are undone, once that has begun.
    to_undo: Option<usize>,
    /// Indices of the nodes with a live attempt.
    running: BTreeSet<usize>,
}

impl RunView {
    /// A run of which no event is known; none for a plan that cannot be read.
    pub fn new(plan: Option<&StoredPlan>) -> Self {
        let Some(plan) = plan else { return Self::default() };
        let nodes: Vec<NodeView> = plan.nodes.iter().map(NodeView::planned).collect();
        Self {
            dag: plan.dag.clone(),
            has_plan: true,
            total: nodes.iter().filter(|node| !node.is_group).count(),
            max_parallel: plan.max_parallel,
            locks: plan.locks.clone(),
            limits: plan.limits.clone(),
            by_path: nodes.iter().enumerate().map(|(index, node)| (node.path.clone(), index)).collect(),
            nodes,
            growing: plan.nodes.iter().any(|node| node.expansion.is_some()).then(|| plan.clone()),
            ..Self::default()
        }
    }

    /// The nodes that join the plan with the items of a group. Without a plan only their names come to be known, one
    /// by one.
    fn grow(&mut self, group: &str, items: &[Item]) {
        let Some(plan) = &mut self.growing else { return };
        let Some(index) = self.by_path.get(group).copied() else { return };
        plan.grow(index, items);
        for node in plan.nodes.iter().skip(self.nodes.len()) {
            self.by_path.insert(node.path.clone(), self.nodes.len());
            self.total += usize::from(!node.work.is_group());
            self.nodes.push(NodeView::planned(node));
        }
        let children = plan.nodes.get(index).and_then(|node| node.work.children()).unwrap_or_default();
        if let Some(node) = self.nodes.get_mut(index) {
            node.children = children.to_vec();
        }
    }

    /// Takes one event in; events come in their order.
    pub fn apply(&mut self, record: &EventRecord) {
        self.seq = record.seq;
        if self.id.is_empty() {
            self.id.clone_from(&record.run);
        }
        self.apply_event(&record.event, record.at);
        self.sessions.hear(record.at);
    }

    fn apply_event(&mut self, event: &Event, at: i64) {
        match event {
            Event::RunPlanned { dag, nodes, max_parallel, .. } => {
                self.dag.clone_from(dag);
                self.total = *nodes;
                self.max_parallel = *max_parallel;
            }
            Event::HostStarted { .. } => {
                self.sessions.begin(at);
                self.verdict = None;
            }
            Event::RunResumed { .. } => {
                self.verdict = None;
                self.paused = false;
                self.exhausted.clear();
                self.closed_runners.clear();
                self.to_undo = None;
            }
            Event::Requested { request: Request::Pause, .. } => self.paused = true,
            Event::Requested { request: Request::Unpause | Request::Resume, .. } => self.paused = false,
            Event::NodeState { node, state, detail, outputs, .. } => {
                self.change_node(node, |node| node.become_state(*state, detail.as_deref(), outputs, at));
            }
            Event::GroupExpanded { node, items } => self.grow(node, items),
            Event::AttemptGranted { node, attempt, .. } => {
                self.change_node(node, |node| node.begin_attempt(*attempt, at));
            }
            Event::AttemptStarted { node, .. } => self.change_node(node, |node| node.started_at = Some(at)),
            Event::NodeIdentified { miss: Some(miss), .. } => self.reuse.miss(miss),
            Event::NodeReused { source, .. } => self.reuse.hit(source),
            Event::NodeIdentified { miss: None, .. } => {}
            Event::AttemptEnded { node, evidence, .. } => {
                evidence.result.iter().for_each(|result| self.reuse.keep(result));
                self.change_node(node, |node| node.end_attempt(evidence));
            }
            Event::Withheld { node, what, by } => {
                self.change_node(node, |node| node.be_withheld(what, by.as_ref()));
            }
            Event::RunnerClosed { runner, until, by, .. } => {
                self.closed_runners.insert(runner.clone(), (*by, *until));
            }
            Event::RunnerOpened { runner, .. } => {
                self.closed_runners.remove(runner);
            }
            Event::RetryScheduled { node, due_at, .. } => {
                self.change_node(node, |node| node.retry_at = Some(*due_at));
            }
            Event::CompensationStarted { nodes } => self.to_undo = Some(nodes.len()),
            Event::ApprovalAsked { node, about, expires_at, .. } => {
                self.change_node(node, |node| node.be_asked(about, *expires_at));
            }
            Event::BudgetExhausted { scope, unit, spent, limit } => {
                let exhausted = Exhausted { scope: scope.clone(), unit: *unit, spent: *spent, limit: *limit };
                self.exhausted.push(exhausted);
            }
            Event::Requested { request: Request::Raise { scope, .. }, .. } => {
                self.exhausted.retain(|exhausted| exhausted.scope != *scope);
            }
            Event::RunEnded { verdict } => {
                self.verdict = Some(*verdict);
                self.exhausted.clear();
                self.closed_runners.clear();
                self.sessions.end(at);
            }
            Event::Requested {
                request:
                    Request::Cancel
                    | Request::Compensate
                    | Request::CancelNode { .. }
                    | Request::Decide { .. }
                    | Request::Approve { .. }
                    | Request::Forget { .. }
                    | Request::Only { .. },
                ..
            }
            | Event::AttemptStopping { .. }
            | Event::ArgumentsBound { .. }
            | Event::GroupTimedOut { .. }
            | Event::Refused { .. }
            | Event::Unknown => {}
        }
    }

    /// Changes a node, and keeps what is counted over nodes. A node that was not heard of is new.
    fn change_node(&mut self, path: &str, change: impl FnOnce(&mut NodeView)) {
        let index = self.index_or_insert(path);
        let Some(node) = self.nodes.get_mut(index) else { return };
        let was_done = node.is_done();
        change(node);
        self.done = self.done.saturating_sub(usize::from(was_done)) + usize::from(node.is_done());
        if node.is_running() {
            self.running.insert(index);
        } else {
            self.running.remove(&index);
        }
    }

    fn index_or_insert(&mut self, path: &str) -> usize {
        if let Some(index) = self.by_path.get(path) {
            return *index;
        }
        let index = self.nodes.len();
        self.nodes.push(NodeView::heard_of(path));
        self.by_path.insert(path.to_owned(), index);
        index
    }

    /// Its id; empty before the first event.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The DAG's name.
    pub fn dag(&self) -> &str {
        &self.dag
    }

    /// `seq` of the last event taken in; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether somebody asked it to start nothing new.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Runners that are closed for now: why, and when they are tried again, in milliseconds since the epoch.
    pub fn closed_runners(&self) -> impl Iterator<Item = (&str, ClosedBy, i64)> {
        self.closed_runners.iter().map(|(runner, (by, until))| (runner.as_str(), *by, *until))
    }

    /// What became of earlier results.
    pub fn reuse(&self) -> &ReuseFigures {
        &self.reuse
    }

    /// Budgets that have too little left for what could start.
    pub fn exhausted(&self) -> &[Exhausted] {
        &self.exhausted
    }

    /// How it ended; none while it goes on.
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// Nodes that do work; groups do not count.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Nodes that are over, however they ended; at most [`RunView::total`].
    pub fn done(&self) -> usize {
        self.done.min(self.total)
    }

    /// Done of total, rounded down, so that 100 means all; 0 where there is nothing to do.
    pub fn percentage(&self) -> u8 {
        let percentage = self.done().saturating_mul(100).checked_div(self.total).unwrap_or(0);
        u8::try_from(percentage).unwrap_or(100)
    }

    /// Nodes that do work, in plan order.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeView> {
        self.nodes.iter().filter(|node| !node.is_group)
    }

    /// The node at `path`, a group too.
    pub fn node(&self, path: &str) -> Option<&NodeView> {
        self.by_path.get(path).and_then(|index| self.nodes.get(*index))
    }

    /// The place of a node in the plan; without a plan, in the order in which nodes were heard of.
    pub fn index(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// Nodes with a live attempt, in plan order.
    pub fn running(&self) -> impl Iterator<Item = &NodeView> {
        self.running.iter().filter_map(|index| self.nodes.get(*index))
    }

    /// Nodes that failed, tolerated ones too, and those that were undone since; in plan order.
    pub fn failed(&self) -> impl Iterator<Item = &NodeView> {
        self.nodes().filter(|node| matches!(node.recorded.unwrap_or(node.state), NodeState::Failed { .. }))
    }

    /// Nodes that could not be undone, in plan order.
    pub fn not_undone(&self) -> impl Iterator<Item = &NodeView> {
        self.nodes().filter(|node| node.state == NodeState::CompensationFailed)
    }

    /// Whether the run undoes what it did, and is not over.
    pub fn is_undoing(&self) -> bool {
        self.to_undo.is_some() && self.verdict.is_none()
    }

    /// The failure that everything else may follow from: the earliest, one that is not tolerated before any that is.
    pub fn first_failure(&self) -> Option<&NodeView> {
        self.failed().min_by_key(|node| (node.is_tolerant, node.ended_at))
    }

    /// Time that hosts spent on it up to `now`, in milliseconds since the epoch.
    pub fn wall(&self, now: i64) -> Duration {
        self.sessions.wall(now)
    }
}
