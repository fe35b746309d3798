//! What the events so far say. Only [`apply`](super::apply()) changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rpds::{RedBlackTreeSetSync, VectorSync};

use super::approval::Question;
use super::budget::{self, BudgetStanding};
use super::class::Class;
use super::compensation::Undo;
use super::evaluate::Refusal;
use super::gate::Gate;
use super::graph::{Graph, PlanFault};
use super::locks::LockStanding;
use super::mode::Mode;
use super::retry::NextTry;
use super::reuse::Identity;
use crate::amounts::Amounts;
use crate::event::{AttemptEnd, NodeState, OutputValue, StopCause, Verdict};
use crate::plan::{PlanNode, PlanWork, StoredPlan};

/// State of a run: a fold over its journal.
///
/// A clone costs O(1) and shares structure: [`decide`](super::decide()) drafts on one, so that the events it has
/// found so far are seen by what it decides next.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub(crate) run: Arc<str>,
    pub(crate) plan: Arc<StoredPlan>,
    pub(crate) graph: Arc<Graph>,
    /// Place of the last event.
    pub(crate) seq: u64,
    /// Epoch of the host that owns the run; 0 before the first.
    pub(crate) epoch: u64,
    pub(crate) nodes: VectorSync<NodeStanding>,
    /// Ranks of the nodes that are ready: they wait for locks, a slot, a limit or their runner.
    pub(crate) ready: RedBlackTreeSetSync<usize>,
    /// By the place of their demand: ranks of the ready nodes that stand in line for no lock.
    pub(crate) rooms: VectorSync<RedBlackTreeSetSync<usize>>,
    /// The first rank of each room that is not empty, and the room.
    pub(crate) foremost: RedBlackTreeSetSync<(usize, usize)>,
    /// The plan's locks.
    pub(crate) locks: VectorSync<LockStanding>,
    /// The last ticket that a node took; they only grow.
    pub(crate) last_ticket: u64,
    /// Rooms whose nodes wait for what another run has: for whom it was asked, and what was said.
    pub(crate) withheld: BTreeMap<usize, Refusal>,
    /// Live attempts in each of the plan's limits.
    pub(crate) places_taken: VectorSync<u32>,
    /// Nodes that are ready and whose identity is not known yet.
    pub(crate) unidentified: RedBlackTreeSetSync<usize>,
    /// Nodes with an attempt that was granted and has not ended.
    pub(crate) live: RedBlackTreeSetSync<usize>,
    /// Nodes that wait for their next try.
    pub(crate) retrying: RedBlackTreeSetSync<usize>,
    /// Nodes that wait for a person's answer.
    pub(crate) asking: RedBlackTreeSetSync<usize>,
    /// Nodes that are not terminal.
    pub(crate) unfinished: usize,
    /// Nodes of the run's own DAG whose end fails the run: failed without tolerance, or cancelled. (Where the whole run is cancelled, that
    /// comes first in mode and verdict, and the resume that takes it back resets them.)
    pub(crate) untolerated: usize,
    /// Nodes of the run's own DAG that are blocked.
    pub(crate) blocked: usize,
    /// Nodes that wait for a person's decision about a lost attempt.
    pub(crate) undecided: usize,
    /// Nodes whose result is being merged.
    pub(crate) merging: usize,
    pub(crate) paused: bool,
    /// The node that runs alone: everything else is held back until the next resume.
    pub(crate) only: Option<usize>,
    /// Runners that let nothing in, or one node at a time, by their place in the plan.
    pub(crate) gates: BTreeMap<usize, Gate>,
    /// Faults in a row of runners, by their place in the plan; none of 0.
    pub(crate) faults: BTreeMap<usize, u32>,
    /// What was spent, by the place of the budget in the plan.
    pub(crate) budgets: Vec<BudgetStanding>,
    /// What is being undone, or was.
    pub(crate) undo: Option<Undo>,
    /// Somebody asked to undo what was done.
    pub(crate) undo_requested: bool,
    /// Cancel requests since the last resume, and since the undoing began.
    pub(crate) cancels: u32,
    /// The request table's last row that was taken in.
    pub(crate) last_request: u64,
    pub(crate) started_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) verdict: Option<Verdict>,
    /// Steps that grow with the size of the run: edges visited, changes of the ready queue. For the test that holds
    /// the scheduler to O(log n) a node.
    pub(crate) steps: u64,
}

/// One node of a [`State`].
#[derive(Debug, Clone, PartialEq)]
pub struct NodeStanding {
    pub(crate) state: NodeState,
    /// Dependencies that are not terminal, and one for a group that is not expanded.
    pub(crate) waiting: usize,
    /// Of a group: instances that are not terminal.
    pub(crate) unfinished_children: usize,
    /// Of a group: whether its instances may start.
    pub(crate) open: bool,
    /// Of a group that is expanded in the run: whether its items are known.
    pub(crate) has_items: bool,
    /// Of a group: when it was expanded, milliseconds since the epoch.
    pub(crate) opened_at: Option<i64>,
    /// Of a DAG: its time is over.
    pub(crate) overdue: bool,
    /// Of a DAG: nodes whose end fails it.
    pub(crate) untolerated_children: usize,
    /// Number of the latest attempt; 0 before the first.
    pub(crate) attempt: u32,
    /// Attempts since the last reset that count against `retry.attempts`: neither lost nor interrupted.
    pub(crate) tries: u32,
    /// Of a node that waits for its next try.
    pub(crate) next_try: Option<NextTry>,
    /// Where it was before it was undone.
    pub(crate) recorded: Option<NodeState>,
    /// How the last attempt at its own work ended.
    pub(crate) last_end: Option<AttemptEnd>,
    /// Number of the latest attempt at its own work; 0 before the first.
    pub(crate) worked: u32,
    /// Number of the latest attempt to undo it; 0 before the first.
    pub(crate) undone: u32,
    /// Why the attempt to undo it is stopped.
    pub(crate) undo_stop: Option<StopCause>,
    /// Of a node that waits for a person's answer.
    pub(crate) question: Option<Arc<Question>>,
    /// Place of the event that ended it; the last one where it was reset.
    pub(crate) ended_by: u64,
    /// Lost attempts since the last that was not.
    pub(crate) lost_in_a_row: u32,
    /// Cancelled by the end of the whole run, not alone.
    pub(crate) cancelled_with_run: bool,
    /// Of its result, and whether an earlier one may be used.
    pub(crate) identity: Identity,
    pub(crate) outputs: Option<Arc<BTreeMap<String, OutputValue>>>,
    pub(crate) detail: Option<Arc<str>>,
    pub(crate) process: Option<Arc<AttemptProcess>>,
    /// While it waits for its locks or holds them.
    pub(crate) ticket: Option<u64>,
    /// Locks at which it stands in line.
    pub(crate) lines: usize,
    /// What the live attempt holds of its budgets.
    pub(crate) reserved: Amounts,
}

/// The root process of an attempt, as it was journaled: what a takeover kills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptProcess {
    /// Root process.
    pub pid: u32,
    /// Identity of the machine's boot.
    pub boot_id: String,
    /// Start time of the root process, in the system's own unit.
    pub start_time: u64,
}

/// An attempt that was granted and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveAttempt {
    /// The node's index.
    pub node: usize,
    /// The attempt's number.
    pub attempt: u32,
    /// Its process; none where its start was not journaled.
    pub process: Option<Arc<AttemptProcess>>,
}

/// An output of a node, as dependents see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Made<'a> {
    /// Of a node that does work.
    Value(&'a OutputValue),
    /// Of a `for_each` group: the values in item order, none where the instance is not ok.
    List(Vec<Option<Made<'a>>>),
}

/// Names of the outputs that a node may have.
fn output_names(node: &PlanNode) -> impl Iterator<Item = &str> {
    let exports = match &node.work {
        PlanWork::Dag { exports, .. } => Some(exports.keys()),
        _ => None,
    };
    let declared = node.outputs.iter().map(|output| output.name.as_str());
    declared.chain(exports.into_iter().flatten().map(String::as_str))
}

impl NodeStanding {
    pub(super) fn new(node: &PlanNode) -> Self {
        let unfinished_children = node.work.children().map_or(0, <[usize]>::len);
        Self {
            state: NodeState::Pending,
            waiting: node.dependencies.len() + node.after.len() + usize::from(node.group.is_some()),
            unfinished_children,
            open: false,
            has_items: false,
            opened_at: None,
            overdue: false,
            untolerated_children: 0,
            attempt: 0,
            tries: 0,
            next_try: None,
            recorded: None,
            last_end: None,
            worked: 0,
            undone: 0,
            undo_stop: None,
            question: None,
            ended_by: 0,
            lost_in_a_row: 0,
            cancelled_with_run: false,
            identity: Identity::default(),
            outputs: None,
            detail: None,
            process: None,
            ticket: None,
            lines: 0,
            reserved: Amounts::default(),
        }
    }

    /// Where the node is.
    pub fn state(&self) -> NodeState {
        self.state
    }

    /// Number of the latest attempt; 0 before the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Number of the latest attempt at its own work; 0 before the first.
    pub fn worked(&self) -> u32 {
        self.worked
    }

    /// Number of the latest attempt to undo it; 0 before the first.
    pub fn undone(&self) -> u32 {
        self.undone
    }

    /// What its attempt made, from its merge on.
    pub(crate) fn outputs(&self) -> Option<&BTreeMap<String, OutputValue>> {
        self.outputs.as_deref()
    }

    /// Text for people: the error, the reason of a skip.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl State {
    /// A run of which nothing is journaled. The plan was made by this build, or its signature was checked.
    pub fn new(run: &str, plan: Arc<StoredPlan>) -> Result<Self, PlanFault> {
        let graph = Arc::new(Graph::new(&plan)?);
        let nodes: VectorSync<NodeStanding> = plan.nodes.iter().map(NodeStanding::new).collect();
        let budgets = vec![BudgetStanding::default(); plan.budgets.len()];
        let mut state = Self {
            run: run.into(),
            unfinished: plan.nodes.len(),
            rooms: (0..graph.demands.count()).map(|_| RedBlackTreeSetSync::new_sync()).collect(),
            foremost: RedBlackTreeSetSync::new_sync(),
            locks: plan.locks.iter().map(|_| LockStanding::default()).collect(),
            last_ticket: 0,
            withheld: BTreeMap::new(),
            places_taken: plan.limits.iter().map(|_| 0).collect(),
            plan,
            graph,
            seq: 0,
            epoch: 0,
            nodes,
            ready: RedBlackTreeSetSync::new_sync(),
            unidentified: RedBlackTreeSetSync::new_sync(),
            live: RedBlackTreeSetSync::new_sync(),
            retrying: RedBlackTreeSetSync::new_sync(),
            asking: RedBlackTreeSetSync::new_sync(),
            untolerated: 0,
            blocked: 0,
            undecided: 0,
            merging: 0,
            paused: false,
            only: None,
            gates: BTreeMap::new(),
            faults: BTreeMap::new(),
            budgets,
            undo: None,
            undo_requested: false,
            cancels: 0,
            last_request: 0,
            started_at: None,
            ended_at: None,
            verdict: None,
            steps: 0,
        };
        (0..state.nodes.len()).for_each(|node| budget::count_unfinished(&mut state, node, 1));
        Ok(state)
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// What is run.
    pub fn plan(&self) -> &Arc<StoredPlan> {
        &self.plan
    }

    /// Place of the last event that was applied.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Epoch of the host that owns the run, or owned it last.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// One node; none past the end.
    pub fn node(&self, node: usize) -> Option<&NodeStanding> {
        self.nodes.get(node)
    }

    /// Index of the node with this path.
    pub fn index(&self, path: &str) -> Option<usize> {
        self.graph.index(path)
    }

    /// Whether an attempt of the node was granted and has not ended.
    pub(crate) fn is_live(&self, node: usize) -> bool {
        self.live.contains(&node)
    }

    /// Attempts that were granted and have not ended, in plan order.
    pub fn live(&self) -> impl Iterator<Item = LiveAttempt> + '_ {
        self.live.iter().filter_map(|node| {
            let standing = self.nodes.get(*node)?;
            Some(LiveAttempt { node: *node, attempt: standing.attempt, process: standing.process.clone() })
        })
    }

    /// Nodes that may start and wait for a slot, in the order in which they will.
    pub fn ready(&self) -> impl Iterator<Item = usize> + '_ {
        self.ready.iter().filter_map(|rank| self.graph.at_rank(*rank))
    }

    /// Nodes that wait for their next try, in plan order.
    pub(crate) fn retrying(&self) -> impl Iterator<Item = (usize, NextTry)> + '_ {
        self.retrying.iter().filter_map(|node| Some((*node, self.nodes.get(*node)?.next_try?)))
    }

    /// How the run ended; none while it goes on.
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// When the first host took the run, milliseconds since the epoch.
    pub fn started_at(&self) -> Option<i64> {
        self.started_at
    }

    /// When the run ended, milliseconds since the epoch.
    pub fn ended_at(&self) -> Option<i64> {
        self.ended_at
    }

    /// Steps taken so far that grow with the size of the run.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What a node made, by name; none where it is not ok: outputs of a tolerated failure are undefined.
    pub fn outputs(&self, node: usize) -> Option<BTreeMap<&str, Made<'_>>> {
        if self.recorded_class(node)? != Class::Ok {
            return None;
        }
        let planned = self.plan.nodes.get(node)?;
        Some(match &planned.work {
            PlanWork::Group { children } => {
                let of_children = children.iter().filter_map(|child| self.plan.nodes.get(*child));
                let of_instance = planned.expansion.iter().filter_map(|expansion| expansion.instance.first());
                let declared = of_children.chain(of_instance).chain([planned]).flat_map(output_names);
                declared.map(|name| (name, self.list_of(children, name))).collect()
            }
            PlanWork::Dag { exports, .. } => {
                let made = exports.keys().filter_map(|name| Some((name.as_str(), self.output(node, name)?)));
                made.collect()
            }
            _ => {
                let values = self.nodes.get(node)?.outputs.as_deref()?;
                values.iter().map(|(name, value)| (name.as_str(), Made::Value(value))).collect()
            }
        })
    }

    /// One output of a node; none where it is not ok or did not make it.
    pub fn output(&self, node: usize, name: &str) -> Option<Made<'_>> {
        if self.recorded_class(node)? != Class::Ok {
            return None;
        }
        let planned = self.plan.nodes.get(node)?;
        match &planned.work {
            PlanWork::Group { children } => {
                let instance = children.first().and_then(|child| self.plan.nodes.get(*child));
                let to_come = planned.expansion.as_ref().and_then(|expansion| expansion.instance.first());
                let mut declared =
                    [instance, to_come, Some(planned)].into_iter().flatten().flat_map(output_names);
                declared.any(|declared| declared == name).then(|| self.list_of(children, name))
            }
            PlanWork::Dag { exports, .. } => self.output(*exports.get(name)?, name),
            _ => self.nodes.get(node)?.outputs.as_deref()?.get(name).map(Made::Value),
        }
    }

    /// What the node's own work made; none for groups, and where it is not ok.
    pub(crate) fn own_outputs(&self, node: usize) -> Option<&BTreeMap<String, OutputValue>> {
        let is_ok = self.recorded_class(node)? == Class::Ok;
        self.nodes.get(node)?.outputs.as_deref().filter(|_| is_ok)
    }

    fn list_of(&self, instances: &[usize], name: &str) -> Made<'_> {
        Made::List(instances.iter().map(|instance| self.output(*instance, name)).collect())
    }

    /// How a node's end looks to its dependents; none while it is not over.
    pub(crate) fn class(&self, node: usize) -> Option<Class> {
        let tolerant = self.plan.nodes.get(node)?.continue_on_error;
        Class::of(self.nodes.get(node)?.state, tolerant)
    }

    /// What the run's mode is (ENGINE 2, table 3); a pause is beside it.
    pub(crate) fn mode(&self) -> Mode {
        Mode::of(self.plan.on_failure, self.cancels > 0, self.untolerated > 0)
    }

    pub(crate) fn path(&self, node: usize) -> &str {
        self.plan.nodes.get(node).map_or("", |node| node.path.as_str())
    }

    pub(crate) fn is_group(&self, node: usize) -> bool {
        self.plan.nodes.get(node).is_some_and(|node| node.work.is_group())
    }

    pub(crate) fn is_dag(&self, node: usize) -> bool {
        matches!(self.plan.nodes.get(node), Some(PlanNode { work: PlanWork::Dag { .. }, .. }))
    }

    pub(crate) fn children(&self, node: usize) -> &[usize] {
        self.plan.nodes.get(node).and_then(|node| node.work.children()).unwrap_or_default()
    }
}
