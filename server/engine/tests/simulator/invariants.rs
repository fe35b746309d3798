//! What must hold at every step (ANCHORS, section 5), written without a look at how the core does it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{AttemptKey, Durability, Input, RequestRow, State, apply, decide, replay};
use divisi_engine::event::{
    AttemptEnd, EVENT_VERSION, Event, EventRecord, FailKind, NodeState, Request, ReusedResult, RunnerFault,
    StopCause, Verdict,
};
use divisi_engine::plan::{PlanRetry, PlanWork, Reuse, StoredPlan};
use divisi_model::{OnFailure, ResumePolicy, TriggerRule};

use crate::holdings::Holdings;
use crate::money::Books;
use crate::sometimes::Sometimes;
use crate::support::Words;
use crate::undoing::Undoing;

pub(crate) struct Invariants {
    /// As the run was planned.
    planned: Arc<StoredPlan>,
    /// As it is now: groups may have grown.
    plan: Arc<StoredPlan>,
    /// What the journal says, kept by hand.
    seen: Seen,
    /// Processes that were really started, by node.
    really_started: HashMap<usize, u32>,
    holdings: Holdings,
    /// Locks that other runs have.
    held_by_others: BTreeSet<usize>,
    /// Whether what others had was asked for again, whatever they answered before.
    all_were_asked: bool,
}

#[derive(Default)]
struct Seen {
    /// Attempts that were granted and have not ended.
    open: HashSet<(String, u32)>,
    ended: HashMap<(String, u32), AttemptEnd>,
    granted: HashMap<String, u32>,
    /// Nodes that may be granted another attempt: never one yet, or lost, or reset.
    grantable: HashMap<String, bool>,
    /// Attempts since the last reset that count against `retry.attempts`.
    tries: HashMap<String, u32>,
    stopping: HashMap<(String, u32), StopCause>,
    /// Nodes that the present host was told to do again.
    forgotten: HashSet<String>,
    cancels: u32,
    is_paused: bool,
    has_resumed: bool,
    is_ended: Option<Verdict>,
    /// The node that runs alone.
    only: Option<String>,
    /// DAGs whose time is over.
    overdue: HashSet<String>,
    /// Nodes that wait for what another run has.
    withheld: HashSet<String>,
    /// What each node asks about.
    asked: HashMap<String, String>,
    /// Nodes that were answered as they asked, and how.
    answered: HashMap<String, bool>,
    /// Nodes whose latest result nobody but this run can know.
    anew: HashSet<String>,
    /// Ready nodes whose identity is known.
    identified: HashSet<String>,
    undoing: Undoing,
    /// Runners without quota: whether one node may try.
    closed: HashMap<String, bool>,
    books: Books,
}

impl Seen {
    /// Who needs the same as a node that was let in is asked for again.
    fn let_ask_again(&mut self, plan: &StoredPlan, node: &str) {
        let of = |path: &str| plan.nodes.iter().find(|planned| planned.path == path).unwrap();
        self.withheld.retain(|other| of(other).locks != of(node).locks);
    }

    /// What undoes a node ignores the run's budget.
    fn keep_books(&mut self, plan: &StoredPlan, event: &Event) {
        match event {
            Event::AttemptGranted { node, reserved, .. } if self.undoing.is_on() => {
                assert!(reserved.is_empty(), "{node} is undone with money of the run");
            }
            Event::AttemptEnded { .. } if self.undoing.is_on() => {}
            _ => self.books.take(plan, event),
        }
    }

    fn take(&mut self, plan: &StoredPlan, event: &Event) {
        let is_undoing = self.undoing.is_on();
        if self.undoing.begins(event) {
            let Event::NodeState { node, .. } = event else { unreachable!() };
            self.tries.remove(node);
            self.grantable.insert(node.clone(), true);
        }
        if matches!(event, Event::RunResumed { .. }) && self.is_ended == Some(Verdict::Compensated) {
            self.forgotten.extend(self.undoing.undone());
        }
        self.undoing.take(plan, event);
        match event {
            Event::CompensationStarted { .. } => self.cancels = 0,
            Event::Requested { request: Request::Compensate, .. }
                if !is_undoing && self.is_ended != Some(Verdict::Succeeded) =>
            {
                self.cancels += 1;
                self.is_ended = None;
            }
            Event::Requested { request: Request::Cancel, .. } => self.cancels += 1,
            Event::Requested { request: Request::Pause, .. } => self.is_paused = true,
            Event::Requested { request: Request::Unpause | Request::Resume, .. } => self.is_paused = false,
            Event::Requested { request: Request::Forget { node }, .. } if !is_undoing => {
                self.is_ended = None;
                self.forgotten.insert(node.clone());
            }
            Event::Requested { request: Request::Only { node }, .. }
                if self.open.is_empty() && !is_undoing && plan.nodes.iter().any(|it| it.path == *node) =>
            {
                self.is_ended = None;
                self.forgotten.insert(node.clone());
                self.only = Some(node.clone());
            }
            Event::GroupTimedOut { node } => {
                assert!(self.overdue.insert(node.clone()), "the time of {node} is over once");
            }
            Event::Withheld { node, .. } => drop(self.withheld.insert(node.clone())),
            Event::Requested { request: Request::Approve { node, approved, about, .. }, .. }
                if self.asked.get(node) == Some(about) =>
            {
                self.answered.insert(node.clone(), *approved);
            }
            Event::ApprovalAsked { node, about, .. } => {
                self.answered.remove(node);
                self.asked.insert(node.clone(), about.clone());
            }
            Event::HostStarted { .. } => {
                self.forgotten.clear();
                self.withheld.clear();
            }
            Event::RunResumed { .. } => {
                self.is_ended = self.is_ended.filter(|verdict| *verdict == Verdict::Succeeded);
                self.only = None;
                self.cancels = 0;
                self.is_paused = false;
                self.has_resumed = true;
                self.closed.values_mut().for_each(|probing| *probing = true);
            }
            Event::AttemptGranted { node, attempt, .. } => {
                let last = self.granted.insert(node.clone(), *attempt).unwrap_or(0);
                assert_eq!(*attempt, last + 1, "attempt numbers of {node} grow by one");
                self.let_ask_again(plan, node);
                assert!(self.grantable.insert(node.clone(), false).unwrap_or(true), "{node} is tried again");
                assert!(self.open.insert((node.clone(), *attempt)), "{node} is granted twice");
            }
            Event::AttemptStarted { node, attempt, .. } => {
                assert!(self.open.contains(&(node.clone(), *attempt)), "{node} starts without a grant");
            }
            Event::AttemptStopping { node, attempt, cause } => {
                let first = self.stopping.insert((node.clone(), *attempt), *cause);
                assert_eq!(first, None, "the cause of an end is fixed once");
            }
            Event::AttemptEnded { node, attempt, end, evidence } => {
                let key = (node.clone(), *attempt);
                assert!(self.open.remove(&key), "{node} ends without being live");
                assert_eq!(self.ended.insert(key.clone(), *end), None, "an attempt ends once");
                match self.stopping.get(&key) {
                    Some(StopCause::TimedOut) => assert_eq!(*end, AttemptEnd::TimedOut),
                    Some(StopCause::Idle) => assert_eq!(*end, AttemptEnd::Idle),
                    Some(StopCause::Cancelled) => assert_eq!(*end, AttemptEnd::Cancelled),
                    _ => {}
                }
                let does_not_count = matches!(end, AttemptEnd::Lost | AttemptEnd::Interrupted);
                let is_kept = evidence.result.as_ref().is_some_and(|result| result.not_kept.is_empty());
                if is_kept {
                    self.anew.remove(node);
                } else {
                    self.anew.insert(node.clone());
                }
                self.grantable.insert(node.clone(), does_not_count);
                *self.tries.entry(node.clone()).or_default() += u32::from(!does_not_count);
            }
            Event::RetryScheduled { node, .. } => {
                assert!(!self.grantable.insert(node.clone(), true).unwrap(), "{node} is scheduled twice");
            }
            Event::NodeIdentified { node, .. } => {
                assert!(self.identified.insert(node.clone()), "{node} is identified twice");
            }
            Event::NodeState { node, state: NodeState::Ready, .. } => {
                self.identified.remove(node);
            }
            Event::NodeState { node, state: NodeState::Reused, .. } => {
                self.anew.remove(node);
            }
            Event::NodeState { node, state: NodeState::Pending, .. } => {
                self.overdue.remove(node);
                self.tries.remove(node);
                self.grantable.insert(node.clone(), true);
            }
            Event::RunnerClosed { runner, .. } => drop(self.closed.insert(runner.clone(), false)),
            Event::RunnerOpened { runner, probing: true } => drop(self.closed.insert(runner.clone(), true)),
            Event::RunnerOpened { runner, probing: false } => drop(self.closed.remove(runner)),
            Event::RunEnded { verdict } => {
                assert_eq!(self.is_ended.replace(*verdict), None, "a run ends once");
            }
            _ => {}
        }
    }
}

impl Invariants {
    pub(crate) fn new(plan: Arc<StoredPlan>) -> Self {
        Self {
            holdings: Holdings::new(plan.clone()),
            planned: plan.clone(),
            plan,
            seen: Seen::default(),
            really_started: HashMap::new(),
            held_by_others: BTreeSet::new(),
            all_were_asked: false,
        }
    }

    /// Looks at the plan that a state has: groups may have grown.
    fn follow(&mut self, plan: &Arc<StoredPlan>) {
        self.plan = plan.clone();
        self.holdings.follow(plan);
    }

    /// What other runs have from here on.
    pub(crate) fn others_hold(&mut self, locks: &BTreeSet<usize>) {
        self.held_by_others.clone_from(locks);
    }

    /// Whether the decision that follows asks for all that others had.
    pub(crate) fn asks_others(&mut self, asks: bool) {
        self.all_were_asked = asks;
    }

    /// Holds a whole journal against all that can be seen in it, whoever wrote it: a simulated host or real ones. Where
    /// one commit ended and the next began cannot be seen; what holds after each is asked of the last.
    pub(crate) fn check(run: &str, plan: &Arc<StoredPlan>, records: &[EventRecord]) -> State {
        let mut invariants = Self::new(plan.clone());
        let mut state = State::new(run, plan.clone()).unwrap();
        for record in records {
            invariants.before(&state, &record.event);
            apply(&mut state, record);
            let live = state.live().count();
            assert!(live <= plan.max_parallel as usize, "{live} attempts live at {}", record.seq);
        }
        invariants.after_batch(&state);
        invariants.at_the_end(&state, records);
        state
    }

    /// An event is about to be applied to `state`.
    pub(crate) fn before(&mut self, state: &State, event: &Event) {
        self.follow(state.plan());
        assert!(!matches!(event, Event::Refused { .. }), "{event:?}");
        self.seen.take(&self.plan, event);
        self.seen.keep_books(&self.plan, event);
        if let Event::NodeState { node, state: NodeState::Pending, .. } = event {
            let index = state.index(node).unwrap();
            let was_done = matches!(self.state(state, index), NodeState::Succeeded | NodeState::Reused);
            let may_be_taken_back = self.is_forgotten(index) || self.is_barrier(index);
            assert!(!was_done || may_be_taken_back, "{node} succeeded and is taken back");
        }
        if let Event::NodeState { node, state: NodeState::Succeeded, .. } = event {
            let index = state.index(node).unwrap();
            let is_merged_or_marked =
                matches!(self.state(state, index), NodeState::Merging | NodeState::WaitingDecision);
            assert!(
                self.plan.nodes[index].worktree.is_none() || is_merged_or_marked,
                "{node} succeeds before it is merged"
            );
        }
        if let Event::RetryScheduled { node, kind, due_at, wait_ms } = event {
            self.retry_is_allowed(state, node, *kind);
            assert!(*wait_ms <= self.retry_of(state, node).max_ms, "{node} waits too long");
            assert!(*due_at > 0);
        }
        if let Event::ApprovalAsked { node, .. } = event {
            let index = state.index(node).unwrap();
            assert!(self.is_approval(index));
            assert_eq!(self.state(state, index), NodeState::Ready);
            assert!(!self.seen.is_paused, "{node} asks in a pause");
            assert!(self.rule_holds(state, index), "the rule of {node} does not hold");
        }
        if let Event::NodeState { node, state: to, .. } = event {
            self.answer_is_given(state, node, *to);
        }
        if let Event::NodeReused { node, source } = event {
            let index = state.index(node).unwrap();
            assert_eq!(self.state(state, index), NodeState::Ready);
            assert_eq!(self.plan.parent.is_some() && source.run == "parent", self.is_adopted(index, source));
            self.follows_nothing_new(state, index);
        }
        let is_undoing = self.seen.undoing.is_on();
        if let Event::AttemptGranted { node, .. } = event {
            let mut locks = self.plan.nodes[state.index(node).unwrap()].locks.iter();
            let is_taken = locks.any(|hold| self.held_by_others.contains(&hold.lock));
            assert!(!is_taken, "{node} starts though another run holds its lock");
        }
        if let (Event::AttemptGranted { node, .. }, true) = (event, is_undoing) {
            let index = state.index(node).unwrap();
            assert_eq!(self.state(state, index), NodeState::Compensating);
            assert!(!self.seen.is_paused, "{node} is undone in a pause");
            assert!(self.has_quota(state, index), "{node} is undone though its runner has no quota");
        }
        if let (
            Event::AttemptEnded {
                node, end: AttemptEnd::Failed { kind: FailKind::Runner }, evidence, ..
            },
            false,
        ) = (event, is_undoing)
            && let PlanWork::Agent { runner, .. } = &self.plan.nodes[state.index(node).unwrap()].work
            && matches!(
                evidence.fault,
                Some(RunnerFault::Auth | RunnerFault::Service | RunnerFault::BrokeOff)
            )
        {
            assert_ne!(
                self.seen.closed.get(runner),
                Some(&false),
                "{node} pays for a runner that was closed"
            );
        }
        if let (Event::AttemptGranted { node, .. }, false) = (event, is_undoing) {
            let is_known = self.seen.identified.contains(node);
            assert!(
                is_known || !self.is_looked_for(state.index(node).unwrap()),
                "{node} starts unidentified"
            );
            let index = state.index(node).unwrap();
            assert!(!self.is_approval(index), "{node} does no work");
            assert_ne!(self.state(state, index), NodeState::Succeeded, "{node} succeeded and runs again");
            assert_eq!(self.state(state, index), NodeState::Ready);
            assert!(!self.seen.is_paused, "{node} starts in a pause");
            assert!(self.has_quota(state, index), "{node} starts though its runner has no quota");
            assert_eq!(self.seen.cancels, 0, "{node} starts although the run is cancelled");
            assert!(self.rule_holds(state, index), "the rule of {node} does not hold");
            self.holdings.assert_may_start(index);
            for group in self.groups_around(index) {
                let is_open = self.state(state, group) == NodeState::Expanded;
                assert!(is_open, "{node} starts outside of its group");
                assert!(self.rule_holds(state, group), "the rule of the group of {node} does not hold");
            }
            assert!(self.may_start_by_mode(state, index), "{node} starts in a run or a group that stops");
            assert!(!self.is_held_back(index), "{node} starts while another node runs alone");
        }
        self.holdings.take(event);
    }

    fn is_adopted(&self, node: usize, source: &ReusedResult) -> bool {
        let adopted = self.plan.parent.as_ref().and_then(|parent| parent.adopted.get(&node));
        adopted.is_some_and(|adopted| adopted.result_id == source.result_id)
    }

    /// Whether its identity has to be known before it starts.
    fn is_looked_for(&self, node: usize) -> bool {
        self.plan.nodes[node].cache.is_some() && self.plan.reuse != Reuse::Off
    }

    fn is_identified(&self, node: usize) -> bool {
        self.seen.identified.contains(&self.plan.nodes[node].path)
    }

    /// An earlier result never follows from something that ran anew and whose result has no name of its own.
    fn follows_nothing_new(&self, state: &State, node: usize) {
        let planned = &self.plan.nodes[node];
        let groups = self.groups_around(node);
        let of_groups = groups.iter().flat_map(|group| &self.plan.nodes[*group].dependencies);
        for before in planned.dependencies.iter().chain(of_groups) {
            assert!(!self.was_made_anew(state, *before), "{} is reused after something new", planned.path);
        }
    }

    fn was_made_anew(&self, state: &State, node: usize) -> bool {
        // Of what did not end well only the end counts.
        self.state(state, node) == NodeState::Succeeded
            && match self.plan.nodes[node].work.children() {
                Some(children) => children.iter().any(|child| self.was_made_anew(state, *child)),
                None => self.seen.anew.contains(&self.plan.nodes[node].path),
            }
    }

    /// The node itself, something that it waits for, or what it holds or is held by.
    fn is_forgotten(&self, node: usize) -> bool {
        // The ways back through a plan are many.
        if self.seen.forgotten.is_empty() {
            return false;
        }
        let children = (0..self.plan.nodes.len()).filter(|child| self.plan.nodes[*child].group == Some(node));
        let mut within = children.flat_map(|child| self.with_all_that_it_holds(child));
        within.any(|child| self.seen.forgotten.contains(&self.plan.nodes[child].path))
            || self.is_forgotten_from_outside(node)
            || self.groups_around(node).into_iter().any(|group| self.is_forgotten_from_outside(group))
    }

    /// The node itself, or something that it waits for.
    fn is_forgotten_from_outside(&self, node: usize) -> bool {
        let planned = &self.plan.nodes[node];
        let mut before = planned.dependencies.iter().chain(&planned.after);
        self.seen.forgotten.contains(&planned.path) || before.any(|before| self.is_forgotten(*before))
    }

    /// Also instances whose item is gone.
    fn with_all_that_it_holds(&self, node: usize) -> Vec<usize> {
        let is_inside = |at: &usize| *at == node || self.groups_around(*at).contains(&node);
        (0..self.plan.nodes.len()).filter(is_inside).collect()
    }

    /// The groups around a node, the nearest first.
    fn groups_around(&self, node: usize) -> Vec<usize> {
        std::iter::successors(self.plan.nodes[node].group, |group| self.plan.nodes[*group].group).collect()
    }

    /// Nothing is held back by what it holds or is held by.
    fn is_held_back(&self, node: usize) -> bool {
        let Some(only) = &self.seen.only else { return false };
        let only = self.plan.nodes.iter().position(|planned| planned.path == *only).unwrap();
        let is_one = node == only || self.groups_around(node).contains(&only);
        !is_one && !self.groups_around(only).contains(&node)
    }

    fn is_barrier(&self, node: usize) -> bool {
        self.plan.nodes[node].path.starts_with("phase:")
    }

    /// Whether no DAG around a node, nor the run itself, forbids it to start: each but `all_done` nodes stops after a
    /// failure, and a group that goes on takes what it holds along.
    fn may_start_by_mode(&self, state: &State, node: usize) -> bool {
        let mut goes_on = false;
        let mut inner = node;
        loop {
            goes_on |= self.plan.nodes[inner].rule == TriggerRule::AllDone;
            let Some(group) = self.plan.nodes[inner].group else {
                return goes_on || !self.is_stopping(state);
            };
            if let PlanWork::Dag { scope, .. } = self.plan.nodes[group].work {
                let on_failure = self.plan.scope(scope).unwrap().on_failure;
                let stops = on_failure != OnFailure::Continue && self.has_failed_within(state, Some(group));
                if self.seen.overdue.contains(&self.plan.nodes[group].path) || (stops && !goes_on) {
                    return false;
                }
            }
            inner = group;
        }
    }

    /// Whether a DAG around a node stops after a failure.
    pub(crate) fn has_stopped_around(&self, state: &State, node: usize) -> bool {
        let mut groups = self.groups_around(node).into_iter();
        groups.any(|group| match self.plan.nodes[group].work {
            PlanWork::Dag { scope, .. } => {
                self.plan.scope(scope).unwrap().on_failure != OnFailure::Continue
                    && self.has_failed_within(state, Some(group))
            }
            _ => false,
        })
    }

    /// Whether an end that its DAG does not tolerate stands among the nodes of a DAG, or of the run's own.
    fn has_failed_within(&self, state: &State, dag: Option<usize>) -> bool {
        (0..self.plan.nodes.len()).filter(|node| self.plan.dag_around(*node) == dag).any(|node| {
            match self.state(state, node) {
                NodeState::Failed { .. } => !self.plan.nodes[node].continue_on_error,
                NodeState::Cancelled => dag.is_some() || self.seen.cancels == 0,
                _ => false,
            }
        })
    }

    /// An approval succeeds and is rejected by an answer to its present question alone.
    fn answer_is_given(&self, state: &State, node: &str, to: NodeState) {
        let index = state.index(node).unwrap();
        if !self.is_approval(index) {
            return;
        }
        let expected = match to {
            NodeState::Succeeded => Some(true),
            NodeState::Failed { kind: FailKind::Rejected } => Some(false),
            _ => return,
        };
        assert_eq!(self.state(state, index), NodeState::WaitingApproval);
        assert_eq!(self.seen.answered.get(node).copied(), expected, "nobody answered {node} so");
    }

    pub(crate) fn is_approval(&self, node: usize) -> bool {
        matches!(self.plan.nodes[node].work, PlanWork::Approve { .. })
    }

    fn retry_of(&self, state: &State, node: &str) -> &PlanRetry {
        let planned = &self.plan.nodes[state.index(node).unwrap()];
        let retry = match &planned.compensate {
            Some(undoing) if self.seen.undoing.is_on() => &undoing.retry,
            _ => &planned.retry,
        };
        retry.as_ref().unwrap_or_else(|| panic!("{node} has no retry"))
    }

    /// Within the policy, and never once the run stops or is cancelled.
    fn retry_is_allowed(&self, state: &State, node: &str, kind: FailKind) {
        let retry = self.retry_of(state, node);
        assert!(self.seen.tries[node] < retry.attempts, "{node} has used up its tries");
        assert!(
            retry.on.as_ref().is_none_or(|on| on.contains(&kind)),
            "{kind:?} of {node} is not tried again"
        );
        assert_eq!(self.seen.cancels, 0, "{node} is tried again although the run is cancelled");
        let is_undoing = self.seen.undoing.is_on();
        assert!(is_undoing || !self.is_stopping(state), "{node} is tried again although the run stops");
        let last = self.seen.ended[&(node.to_owned(), self.seen.granted[node])];
        assert!(!matches!(last, AttemptEnd::Succeeded | AttemptEnd::Cancelled | AttemptEnd::Lost));
    }

    /// Attempts of a node that count, the live one included.
    pub(crate) fn tries(&self, node: usize) -> u32 {
        self.seen.tries.get(&self.plan.nodes[node].path).copied().unwrap_or(0)
    }

    /// A decision was committed and applied.
    pub(crate) fn after_batch(&mut self, state: &State) {
        self.follow(state.plan());
        let live = state.live().count();
        self.holdings.assert_sound();
        assert!(live <= self.plan.max_parallel as usize, "{live} attempts live");
        assert_eq!(live, self.seen.open.len(), "the state knows what is live");
        for attempt in state.live() {
            let is_undone = self.state(state, attempt.node) == NodeState::Compensating;
            assert!(is_undone || self.state(state, attempt.node).is_live());
            assert!(is_undone || state.needs_copy(attempt.node, attempt.attempt));
        }
        let all_over = (0..self.plan.nodes.len()).all(|node| self.state(state, node).is_terminal());
        let has_ended = state.verdict().is_some();
        match self.seen.undoing.is_on() {
            true => assert_eq!(state.verdict(), self.seen.undoing.verdict(), "an undone run ends so"),
            false => assert_eq!(
                has_ended,
                all_over || self.has_done_its_part(state),
                "a run ends when its nodes have"
            ),
        }
        assert_eq!(state.verdict(), self.seen.is_ended);
        if has_ended {
            assert_eq!(live, 0, "nothing is held when a run is over");
            self.holdings.assert_nothing_held();
            assert_eq!(state.verdict(), Some(self.naive_verdict(state)));
            return;
        }
        assert_eq!(status(state, true), self.naive_status(state));
        if let Some(turn) = self.seen.undoing.turn() {
            let node = state.index(turn).unwrap();
            let waits = self.seen.undoing.waits_for_a_try() || self.seen.is_paused;
            let is_withheld = self.seen.withheld.contains(turn);
            let may_start = !waits && !is_withheld && self.has_quota(state, node);
            assert!(live == 1 || !may_start, "{turn} is to be undone, and nothing happens");
        }
        let has_room = live < self.plan.max_parallel as usize;
        let nodes = 0..self.plan.nodes.len();
        let ready: Vec<usize> = nodes.filter(|node| self.state(state, *node) == NodeState::Ready).collect();
        let may_start = |node: &usize| {
            self.has_quota(state, *node)
                && self.holdings.must_be_let_in(*node)
                && !self.may_lack_money(state, *node)
                && !self.waits_for_others(*node)
        };
        let (known, unknown): (Vec<usize>, Vec<usize>) =
            ready.iter().partition(|node| !self.is_looked_for(**node) || self.is_identified(**node));
        let startable = known.iter().filter(|node| may_start(node)).count();
        assert!(
            self.seen.is_paused || !has_room || startable == 0,
            "{startable} are ready, there is room, nothing starts"
        );
        assert_eq!(state.ready().count(), known.len(), "the queue holds what is ready");
        assert_eq!(state.unidentified().collect::<Vec<_>>(), unknown, "the rest is looked for");
        for node in (0..self.plan.nodes.len()).filter(|_| !self.seen.undoing.is_on()) {
            self.not_forgotten(state, node);
        }
    }

    /// The node that runs alone is over, or cannot start as long as it is alone.
    fn has_done_its_part(&self, state: &State) -> bool {
        let Some(only) = self.seen.only.as_deref().and_then(|only| state.index(only)) else { return false };
        let all = 0..self.plan.nodes.len();
        let is_at_rest =
            self.state(state, only).is_terminal() || self.state(state, only) == NodeState::Pending;
        is_at_rest
            && !all.into_iter().any(|node| {
                let is = self.state(state, node);
                is.is_live() || matches!(is, NodeState::Merging | NodeState::WaitingDecision)
            })
    }

    /// Whether another run has what a node needs, or had it when it was asked last.
    fn waits_for_others(&self, node: usize) -> bool {
        let locks = &self.plan.nodes[node].locks;
        let of = |path: &String| self.plan.nodes.iter().find(|planned| planned.path == *path).unwrap();
        let said_no = self.seen.withheld.iter().any(|other| of(other).locks == *locks);
        locks.iter().any(|hold| self.held_by_others.contains(&hold.lock)) || (said_no && !self.all_were_asked)
    }

    /// Whether a budget of the node has too little, or may have while others hold a part of it.
    fn may_lack_money(&self, state: &State, node: usize) -> bool {
        let budgets = &self.plan.nodes[node].budgets;
        let shares =
            |other: usize| self.plan.nodes[other].budgets.iter().any(|budget| budgets.contains(budget));
        self.seen.books.is_short(&self.plan, node)
            || state.live().any(|live| {
                shares(live.node) && !self.seen.books.held(&self.plan.nodes[live.node].path).is_empty()
            })
    }

    pub(crate) fn books(&self) -> &Books {
        &self.seen.books
    }

    /// Whether the runner of a node lets it start: always for programs.
    fn has_quota(&self, state: &State, node: usize) -> bool {
        let PlanWork::Agent { runner, .. } = self.present_work(node) else { return true };
        match self.seen.closed.get(runner) {
            None => true,
            Some(false) => false,
            Some(true) => !state.live().any(|live| {
                matches!(self.present_work(live.node), PlanWork::Agent { runner: other, .. } if other == runner)
            }),
        }
    }

    /// What an attempt of the node would do at this moment.
    fn present_work(&self, node: usize) -> &PlanWork {
        let planned = &self.plan.nodes[node];
        match &planned.compensate {
            Some(undoing) if self.seen.undoing.is_on() => &undoing.work,
            _ => &planned.work,
        }
    }

    /// A node whose dependencies are all over is decided in the same batch.
    fn not_forgotten(&self, state: &State, node: usize) {
        let planned = &self.plan.nodes[node];
        let mut before = planned.dependencies.iter().chain(&planned.after);
        let all_over = before.all(|dependency| self.state(state, *dependency).is_terminal());
        let is_open = planned.group.is_none_or(|group| self.state(state, group) == NodeState::Expanded);
        if self.state(state, node) == NodeState::Pending && !self.is_held_back(node) {
            assert!(!all_over || !is_open, "{} is forgotten", planned.path);
        }
        if let (Some(children), NodeState::Expanded) = (planned.work.children(), self.state(state, node)) {
            let all_over = children.iter().all(|child| self.state(state, *child).is_terminal());
            assert!(!all_over, "the group {} is forgotten", planned.path);
        }
    }

    /// What must not be lost to a power cut was asked to be flushed.
    pub(crate) fn durable(&self, events: &[Event], durability: Durability) {
        let must_last = events.iter().any(|event| match event {
            Event::RunEnded { .. } | Event::ApprovalAsked { .. } | Event::CompensationStarted { .. } => true,
            Event::NodeState { state: NodeState::Compensated | NodeState::CompensationFailed, .. } => true,
            Event::NodeState { node, state: NodeState::Succeeded, .. } => {
                self.is_approval(self.plan.nodes.iter().position(|planned| planned.path == *node).unwrap())
            }
            Event::NodeState { state: NodeState::Failed { kind: FailKind::Rejected }, .. } => true,
            Event::AttemptEnded { evidence, .. } => evidence.wall_ms >= 1_000,
            Event::AttemptGranted { node, .. } => {
                let planned = self.plan.nodes.iter().find(|planned| planned.path == *node).unwrap();
                planned.resume != ResumePolicy::Retry || planned.compensate.is_some()
            }
            _ => false,
        });
        assert!(!must_last || durability == Durability::Power, "{events:?} must survive a power cut");
    }

    /// A process really starts: nothing else of its node lives, and a node that must not be repeated has a grant in
    /// the journal for each time.
    pub(crate) fn process_starts(&mut self, key: AttemptKey, living: &[AttemptKey]) {
        assert!(living.iter().all(|other| other.node != key.node), "two processes of one node");
        assert!(living.len() < self.plan.max_parallel as usize, "more processes than slots");
        let started = self.really_started.entry(key.node).or_default();
        *started += 1;
        let planned = &self.plan.nodes[key.node];
        if planned.resume != ResumePolicy::Retry {
            assert!(*started <= self.seen.granted[&planned.path], "{} runs once too often", planned.path);
        }
    }

    /// The journal was read again; a power cut may have shortened it.
    pub(crate) fn rewind(&mut self, records: &[EventRecord]) {
        self.seen = Seen::default();
        self.plan = self.planned.clone();
        self.holdings = Holdings::new(self.plan.clone());
        for record in records {
            self.seen.take(&self.plan, &record.event);
            self.holdings.take(&record.event);
            self.seen.keep_books(&self.plan, &record.event);
            if let Event::GroupExpanded { node, items } = &record.event {
                let mut plan = (*self.plan).clone();
                let group = plan.nodes.iter().position(|planned| planned.path == *node).unwrap();
                plan.grow(group, items);
                self.follow(&Arc::new(plan));
            }
        }
    }

    pub(crate) fn note_start(&self, node: usize, sometimes: &mut Sometimes) {
        self.holdings.note(node, sometimes);
    }

    /// The run is over for good.
    pub(crate) fn at_the_end(&self, state: &State, records: &[EventRecord]) {
        assert!(self.seen.open.is_empty(), "each attempt has an end");
        let replayed = replay(state.run(), self.planned.clone(), records).unwrap();
        assert_eq!(&replayed, state, "replay gives the live state");
        for (place, record) in records.iter().enumerate() {
            assert_eq!(record.seq, place as u64 + 1, "no gaps");
        }
    }

    /// On copies: two resumes at once are one, and so are two in a row.
    pub(crate) fn resume_twice_is_once(&self, state: &State, now: i64) {
        if state.epoch() == 0 {
            return;
        }
        let first = self.seen_requests(state);
        let resume = |id| RequestRow { id, request: Request::Resume, at: now };
        let once = taken_over(state, now, vec![resume(first)]);
        let at_once = taken_over(state, now, vec![resume(first), resume(first + 1)]);
        assert_eq!(kinds(&once), kinds(&at_once), "two resumes at once");
        // What joins in a resume may be lost to the next one.
        if once.plan().nodes.len() > self.plan.nodes.len() {
            return;
        }
        let may_fail_as_lost = |node: usize| {
            let lost = self.plan.nodes[node].resume != ResumePolicy::Retry;
            lost || self.losses_in_a_row(&once, node) >= 2
        };
        // Whose attempt is lost is looked for again, and another one takes its slot meanwhile. What is lost to the
        // second one has cost what it held.
        let may_change = |node: usize| may_fail_as_lost(node) || self.is_looked_for(node);
        let has_budgets = !self.plan.budgets.is_empty();
        if has_budgets || once.live().any(|attempt| may_change(attempt.node)) {
            return;
        }
        let in_a_row = taken_over(&once, now, vec![resume(first + 2)]);
        // Whoever failed as lost in the first is tried again by the second, as by any later resume.
        if !kinds(&once).iter().any(|kind| kind.contains("lost"))
            && once.verdict().is_none()
            && !self.ends_badly(&once)
        {
            assert_eq!(self.fates(&once), self.fates(&in_a_row), "two resumes in a row");
        }
    }

    /// With locks or limits it depends on who had them before which of the ready nodes start first.
    fn fates(&self, state: &State) -> Vec<String> {
        let has_needs = !self.plan.locks.is_empty() || !self.plan.limits.is_empty();
        let fate = |kind: String| if has_needs && kind == "Running" { "Ready".to_owned() } else { kind };
        kinds(state).into_iter().map(fate).collect()
    }

    /// Whether another run had what this very node needs when it was asked last.
    fn said_no(&self, node: usize) -> bool {
        self.seen.withheld.contains(&self.plan.nodes[node].path)
    }

    /// Whether a resume starts by failing something at once (a template, a condition): the next one tries it again.
    fn ends_badly(&self, state: &State) -> bool {
        (0..self.plan.nodes.len()).any(|node| matches!(self.state(state, node), NodeState::Failed { .. }))
    }

    fn losses_in_a_row(&self, state: &State, node: usize) -> u32 {
        let path = &self.plan.nodes[node].path;
        let last = state.node(node).map_or(0, |standing| standing.attempt());
        let is_lost = |attempt: &u32| {
            let end = self.seen.ended.get(&(path.clone(), *attempt));
            // An attempt that is open now is lost to the takeover that is tried.
            end.is_none_or(|end| *end == AttemptEnd::Lost)
        };
        (1..last).rev().take_while(is_lost).count() as u32
    }

    fn seen_requests(&self, state: &State) -> u64 {
        // Far above any number in use, below any that matters.
        state.seq() + 1_000
    }

    pub(crate) fn cancels(&self) -> u32 {
        self.seen.cancels
    }

    pub(crate) fn undoing(&self) -> &Undoing {
        &self.seen.undoing
    }

    pub(crate) fn has_resumed(&self) -> bool {
        self.seen.has_resumed
    }

    pub(crate) fn is_group(&self, node: usize) -> bool {
        self.plan.nodes[node].work.is_group()
    }

    pub(crate) fn has_tolerated_child(&self, state: &State, group: usize) -> bool {
        let Some(children) = self.plan.nodes[group].work.children() else { return false };
        children.iter().any(|child| matches!(self.state(state, *child), NodeState::Failed { .. }))
    }

    pub(crate) fn is_undecided(&self, state: &State) -> bool {
        (0..self.plan.nodes.len()).any(|node| self.state(state, node) == NodeState::WaitingDecision)
    }

    pub(crate) fn is_asking(&self, state: &State) -> bool {
        (0..self.plan.nodes.len()).any(|node| self.state(state, node) == NodeState::WaitingApproval)
    }

    /// A host asks again from time to time.
    pub(crate) fn waits_for_another_run(&self) -> bool {
        !self.seen.withheld.is_empty()
    }

    pub(crate) fn waits_for_a_person(&self, state: &State) -> bool {
        let has_too_little = !self.seen.books.exhausted().is_empty();
        self.seen.is_paused || self.is_undecided(state) || self.is_asking(state) || has_too_little
    }

    /// An untolerated failure of a run that does not go on after one.
    pub(crate) fn is_stopping(&self, state: &State) -> bool {
        self.plan.on_failure != OnFailure::Continue && self.has_untolerated_failure(state)
    }

    fn state(&self, state: &State, node: usize) -> NodeState {
        state.node(node).unwrap().state()
    }

    fn has_untolerated_failure(&self, state: &State) -> bool {
        self.has_failed_within(state, None)
    }

    fn naive_verdict(&self, state: &State) -> Verdict {
        if let Some(verdict) = self.seen.undoing.verdict() {
            return verdict;
        }
        let is_blocked = |node: usize| {
            self.state(state, node) == NodeState::Blocked && self.plan.dag_around(node).is_none()
        };
        if self.seen.cancels > 0 {
            return Verdict::Cancelled;
        }
        let is_bad = self.has_untolerated_failure(state) || (0..self.plan.nodes.len()).any(is_blocked);
        let is_over = |node: usize| self.state(state, node).is_terminal();
        match (is_bad, (0..self.plan.nodes.len()).all(is_over)) {
            (true, _) => Verdict::Failed,
            (false, true) => Verdict::Succeeded,
            (false, false) => Verdict::Halted,
        }
    }

    fn naive_status(&self, state: &State) -> RunStatus {
        let has = |wanted: fn(&NodeState) -> bool| {
            (0..self.plan.nodes.len()).any(|node| wanted(&self.state(state, node)))
        };
        if let Some(turn) = self.seen.undoing.turn() {
            let shut_out = !has(NodeState::is_live)
                && state.live().next().is_none()
                && !self.has_quota(state, state.index(turn).unwrap());
            return match (self.seen.is_paused, shut_out) {
                (true, _) => RunStatus::Paused(PauseCause::User),
                (false, true) => RunStatus::Paused(PauseCause::Quota),
                (false, false) => RunStatus::Compensating,
            };
        }
        let is_ready = |node: &usize| self.state(state, *node) == NodeState::Ready;
        let is_unknown = |node: usize| self.is_looked_for(node) && !self.is_identified(node);
        // Who lacks money still stands in the lines of its locks.
        let has_all = |node: usize| {
            self.has_quota(state, node)
                && !self.seen.books.is_short(&self.plan, node)
                && self.holdings.must_be_let_in(node)
        };
        let startable = |node: usize| has_all(node) || is_unknown(node);
        let goes_on = has(NodeState::is_live)
            || has(|state| matches!(state, NodeState::RetryWait | NodeState::Merging))
            || (0..self.plan.nodes.len())
                .filter(is_ready)
                .any(|node| startable(node) || (self.said_no(node) && self.has_quota(state, node)));
        let has_ready = has(|state| *state == NodeState::Ready);
        let is_short = !self.seen.books.exhausted().is_empty();
        let cause = [
            (self.seen.is_paused, PauseCause::User),
            (!goes_on && self.is_undecided(state), PauseCause::Decision),
            (!goes_on && self.is_asking(state), PauseCause::Approval),
            (!goes_on && has_ready && is_short, PauseCause::Budget),
            (!goes_on && has_ready, PauseCause::Quota),
        ];
        let cause = cause.into_iter().find(|(holds, _)| *holds).map(|(_, cause)| cause);
        match cause {
            _ if self.seen.cancels > 0 => RunStatus::Cancelling,
            Some(cause) => RunStatus::Paused(cause),
            None if self.is_stopping(state) => RunStatus::Stopping,
            None => RunStatus::Running,
        }
    }

    /// Truth table 1, read the other way round: when does it say run.
    fn rule_holds(&self, state: &State, node: usize) -> bool {
        let planned = &self.plan.nodes[node];
        let (mut ok, mut skip, mut bad) = (0, 0, 0);
        for dependency in &planned.dependencies {
            match self.state(state, *dependency) {
                NodeState::Succeeded | NodeState::Reused => ok += 1,
                NodeState::Failed { .. } if self.plan.nodes[*dependency].continue_on_error => ok += 1,
                NodeState::Skipped => skip += 1,
                NodeState::Failed { .. } | NodeState::Blocked | NodeState::Cancelled => bad += 1,
                _ => return false,
            }
        }
        match planned.rule {
            TriggerRule::AllDone => true,
            TriggerRule::AllSuccess => skip + bad == 0,
            TriggerRule::NoneFailed => bad == 0,
            TriggerRule::NoneFailedMinOneSuccess => bad == 0 && (ok > 0 || skip == 0),
            TriggerRule::OneSuccess => ok > 0 || planned.dependencies.is_empty(),
        }
    }
}

/// A copy of the run under a host of its own.
fn taken_over(state: &State, now: i64, requests: Vec<RequestRow>) -> State {
    let mut state = state.clone();
    let input = Input::HostStarted { epoch: state.epoch() + 1, pid: 1, recovered: Vec::new(), requests };
    for event in decide(&state, now, input, &Words).events {
        let critical = event.is_critical();
        let record = EventRecord {
            v: EVENT_VERSION,
            run: "run".to_owned(),
            seq: state.seq() + 1,
            at: now,
            critical,
            event,
        };
        apply(&mut state, &record);
    }
    state
}

fn kinds(state: &State) -> Vec<String> {
    (0..state.plan().nodes.len()).map(|node| format!("{:?}", state.node(node).unwrap().state())).collect()
}
