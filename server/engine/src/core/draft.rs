//! A decision in the making: a state that runs ahead of the journal, and the events that take it there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use divisi_model::{OnFailure, ResumePolicy};

use super::apply::apply_event;
use super::class::Class;
use super::effect::{AttemptKey, Decision, Durability, Effect, StartAttempt, TimerId};
use super::evaluate::{Evaluate, Refusal, RenderError, Rendered};
use super::input::{AttemptOutcome, Outcome};
use super::mode::{Mode, Unstarted};
use super::rule::{Ends, Ruling, ruling};
use super::state::State;
use super::transitions::{is_reported, stop_failure};
use super::verdict::{Ending, Facts, ending};
use crate::amounts::Amounts;
use crate::event::{
    AttemptEnd, ClosedBy, Event, Evidence, FailKind, NodeState, OutputValue, StopCause, Verdict,
};

/// An attempt that ran this long is not repeated because of a power cut.
const WORTH_A_FLUSH_MS: u64 = 1_000;

const STOPPING: &str = "the run stops after a failure";

/// See the module.
pub(super) struct Draft<'a> {
    state: &'a mut State,
    now_ms: i64,
    evaluate: &'a dyn Evaluate,
    decision: Decision,
    /// Nodes that may have become decidable; each is looked at again before anything is done.
    to_consider: VecDeque<usize>,
    /// Nodes that became ready and whose earlier results may be looked for.
    pub(super) to_identify: Vec<usize>,
    /// DAGs among the nodes whose mode has just begun.
    groups_to_sweep: Vec<usize>,
    /// The mode whose table has been applied to everything that was ready or live when it began.
    swept: Mode,
    /// Whether other runs may have given something back since they were asked last.
    asks_others: bool,
    /// Rooms for whose nodes other runs were asked in this decision, in vain.
    refused: BTreeSet<usize>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(state: &'a mut State, now_ms: i64, evaluate: &'a dyn Evaluate) -> Self {
        Self {
            swept: state.mode(),
            state,
            now_ms,
            evaluate,
            decision: Decision::default(),
            to_consider: VecDeque::new(),
            to_identify: Vec::new(),
            asks_others: false,
            refused: BTreeSet::new(),
            groups_to_sweep: Vec::new(),
        }
    }

    pub(super) fn state(&self) -> &State {
        self.state
    }

    /// Milliseconds since the epoch.
    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// What undoes a node, rendered.
    pub(super) fn undoing(&self, node: usize) -> Result<Rendered, RenderError> {
        self.evaluate.undoing(self.state, node)
    }

    /// The question of a node that waits for a person.
    pub(super) fn question(&self, node: usize) -> Result<String, RenderError> {
        self.evaluate.question(self.state, node)
    }

    pub(super) fn into_decision(self) -> Decision {
        self.decision
    }

    /// Adds an event and lets the draft follow it. One that cannot be is a fault of ours: a panic in debug builds, in
    /// release it is refused and the refusal is journaled.
    pub(super) fn emit(&mut self, event: Event) -> bool {
        self.state.seq += 1;
        let Err(fault) = apply_event(self.state, &event, self.now_ms) else {
            self.decision.events.push(event);
            return true;
        };
        debug_assert!(false, "{fault}");
        tracing::error!(run = %self.state.run, %fault, "an event was refused");
        self.decision.events.push(Event::Refused { detail: fault.to_string() });
        false
    }

    pub(super) fn perform(&mut self, effect: Effect) {
        self.decision.effects.push(effect);
    }

    pub(super) fn require(&mut self, durability: Durability) {
        self.decision.durability = self.decision.durability.max(durability);
    }

    /// Applies the mode's table again to everything that is ready or live.
    pub(super) fn sweep_anew(&mut self) {
        self.swept = Mode::Normal;
    }

    /// Marks a node to be looked at in [`Draft::settle`].
    pub(super) fn consider(&mut self, node: usize) {
        self.to_consider.push_back(node);
    }

    /// Moves a node, with a text for people.
    pub(super) fn enter(&mut self, node: usize, to: NodeState, detail: Option<String>) {
        self.enter_with(node, to, detail, BTreeMap::new());
    }

    pub(super) fn enter_with(
        &mut self,
        node: usize,
        to: NodeState,
        detail: Option<String>,
        outputs: BTreeMap<String, OutputValue>,
    ) {
        let attempt = self.state.node(node).map(|standing| standing.attempt).filter(|attempt| *attempt > 0);
        let waits_for_retry = self.state.node(node).is_some_and(|node| node.state == NodeState::RetryWait);
        if waits_for_retry && to != NodeState::Ready {
            self.void_retry_timer(node);
        }
        self.void_approval_timer(node);
        self.void_deadline(node);
        let path = self.state.path(node).to_owned();
        if self.emit(Event::NodeState { node: path, state: to, attempt, detail, outputs }) {
            self.follow(node, to);
        }
    }

    /// Finds the nodes that may be decidable because `node` entered `to`.
    fn follow(&mut self, node: usize, to: NodeState) {
        if to == NodeState::Ready {
            self.to_identify.push(node);
        }
        if to == NodeState::Ready && self.state.is_approval(node) && !self.state.is_adopted(node) {
            self.consider(node);
        }
        if to == NodeState::Expanded {
            self.consider(node);
            self.to_consider.extend(self.state.children(node));
        }
        if !to.is_terminal() {
            return;
        }
        for dependent in self.state.graph.dependents(node) {
            if self.state.nodes.get(*dependent).is_some_and(|standing| standing.waiting == 0) {
                self.to_consider.push_back(*dependent);
            }
        }
        if let Some(group) = self.state.plan.nodes.get(node).and_then(|node| node.group) {
            self.consider(group);
        }
        if let Some(dag) = self.state.plan.dag_around(node)
            && self.state.mode_of(dag) != Mode::Normal
            && self.state.node(dag).is_some_and(|standing| standing.untolerated_children == 1)
        {
            self.groups_to_sweep.push(dag);
        }
        self.close_instances(node, to);
    }

    /// Instances of a group that never opened share its fate.
    fn close_instances(&mut self, group: usize, end: NodeState) {
        for child in self.state.children(group).to_vec() {
            self.close_instance(child, end);
        }
    }

    fn close_instance(&mut self, instance: usize, end: NodeState) {
        let fate = match end {
            NodeState::Skipped | NodeState::Cancelled => end,
            _ => NodeState::Blocked,
        };
        if self.state.node(instance).is_some_and(|standing| standing.state == NodeState::Pending) {
            self.enter(instance, fate, None);
        }
    }

    /// An instance that is pending again after its group was closed shares the group's fate all the same.
    pub(super) fn follow_group(&mut self, instance: usize) {
        let group = self.state.plan.nodes.get(instance).and_then(|node| node.group);
        let end = group.and_then(|group| self.state.node(group)).map(|standing| standing.state);
        if let Some(end) = end.filter(|end| end.is_terminal()) {
            self.close_instance(instance, end);
        }
    }

    /// Decides all that can be decided, applies a new mode, starts what may start, and ends the run when nothing is
    /// left.
    pub(super) fn settle(&mut self) {
        if self.state.verdict.is_some() {
            return;
        }
        if self.state.undo.is_none() {
            self.settle_nodes();
            self.tell_exhausted();
            self.conclude();
        }
        self.undo_on();
    }

    fn settle_nodes(&mut self) {
        loop {
            while let Some(node) = self.to_consider.pop_front() {
                self.decide_node(node);
            }
            self.sweep();
            let is_settled = self.to_consider.is_empty() && self.groups_to_sweep.is_empty();
            if is_settled && !self.identify_ready() && !self.start_next() {
                break;
            }
        }
    }

    fn decide_node(&mut self, node: usize) {
        let Some(standing) = self.state.node(node) else { return };
        match standing.state {
            NodeState::Expanded if standing.unfinished_children == 0 => self.derive_group(node),
            _ if self.state.is_held_back(node) => {}
            NodeState::Pending if standing.waiting == 0 => self.evaluate_rule(node),
            NodeState::Ready if self.state.is_approval(node) => self.ask(node),
            _ => {}
        }
    }

    /// Truth table 1, once, when all dependencies are over.
    fn evaluate_rule(&mut self, node: usize) {
        let Some(planned) = self.state.plan.nodes.get(node) else { return };
        let rule = planned.rule;
        let ends: Ends =
            planned.dependencies.iter().filter_map(|dependency| self.state.class(*dependency)).collect();
        if self.state.cancels > 0 && self.waits_for_what_was_cancelled(node) {
            return self.enter(node, NodeState::Cancelled, None);
        }
        match ruling(rule, ends) {
            Ruling::Skip => {
                self.enter(node, NodeState::Skipped, Some("what it waits for was skipped".to_owned()));
            }
            Ruling::Block => {
                let reason = self.reason_of_block(node);
                self.enter(node, NodeState::Blocked, reason);
            }
            Ruling::Run => self.apply_mode(node),
        }
    }

    /// A node that the end of the whole run cancelled has no class: what waits for it is cancelled with it.
    fn waits_for_what_was_cancelled(&self, node: usize) -> bool {
        let dependencies = self.state.plan.nodes.get(node).map_or(&[][..], |node| &node.dependencies);
        dependencies.iter().any(|dependency| {
            self.state.node(*dependency).is_some_and(|standing| standing.cancelled_with_run)
        })
    }

    fn reason_of_block(&self, node: usize) -> Option<String> {
        let dependencies = &self.state.plan.nodes.get(node)?.dependencies;
        let bad =
            dependencies.iter().find(|dependency| self.state.class(**dependency) == Some(Class::Bad))?;
        let how = match self.state.node(*bad)?.state {
            NodeState::Blocked => "is blocked",
            NodeState::Cancelled => "was cancelled",
            _ => "failed",
        };
        Some(format!("{} {how}", self.state.path(*bad)))
    }

    /// Truth table 3, first column, for a node of which the rule says run.
    fn apply_mode(&mut self, node: usize) {
        match self.state.unstarted(node) {
            Unstarted::GoesOn => self.evaluate_condition(node),
            Unstarted::Blocked => self.enter(node, NodeState::Blocked, Some(STOPPING.to_owned())),
            Unstarted::Cancelled => self.enter(node, NodeState::Cancelled, None),
        }
    }

    /// Truth table 2.
    fn evaluate_condition(&mut self, node: usize) {
        let condition = self.state.plan.nodes.get(node).and_then(|node| node.when.clone());
        let holds = condition.map_or(Ok(true), |when| self.evaluate.condition(self.state, node, &when));
        match holds {
            Ok(true) if self.state.is_group(node) => self.open_group(node),
            Ok(true) => self.enter(node, NodeState::Ready, None),
            Ok(false) => self.enter(node, NodeState::Skipped, Some("its `when` is false".to_owned())),
            Err(error) => self.enter(node, NodeState::Failed { kind: FailKind::Expression }, Some(error)),
        }
    }

    /// The one state of a group whose instances are all over (ENGINE, section 10).
    fn derive_group(&mut self, group: usize) {
        let children = self.state.children(group);
        let bad: Vec<usize> =
            children.iter().copied().filter(|child| self.state.class(*child) == Some(Class::Bad)).collect();
        let all_skipped = children.iter().all(|child| self.state.class(*child) == Some(Class::Skip));
        let all_skipped = all_skipped && !children.is_empty();
        let is_blocked =
            |child: &usize| self.state.node(*child).is_some_and(|c| c.state == NodeState::Blocked);
        let with_run = |child: &usize| self.state.node(*child).is_some_and(|c| c.cancelled_with_run);
        let is_overdue = self.state.node(group).is_some_and(|standing| standing.overdue);
        if is_overdue && self.state.cancels == 0 {
            let timeout =
                self.state.plan.nodes.get(group).and_then(|node| node.timeout_ms).unwrap_or_default();
            let timeout = divisi_model::duration::human(std::time::Duration::from_millis(timeout));
            let detail = format!("took longer than its timeout of {timeout}");
            return self.enter(group, NodeState::Failed { kind: FailKind::TimedOut }, Some(detail));
        }
        let end = if bad.iter().any(with_run) {
            NodeState::Cancelled
        } else if bad.iter().any(|child| !is_blocked(child)) {
            NodeState::Failed { kind: FailKind::Children }
        } else if !bad.is_empty() {
            NodeState::Blocked
        } else if all_skipped {
            NodeState::Skipped
        } else {
            NodeState::Succeeded
        };
        let detail = bad.first().map(|first| {
            let what = if self.state.is_dag(group) { "nodes" } else { "instances" };
            format!(
                "{} of {} {what} did not end well, {} first",
                bad.len(),
                children.len(),
                self.state.path(*first)
            )
        });
        self.enter(group, end, detail);
    }

    /// Truth table 3 for what was ready or live when the mode began.
    fn sweep(&mut self) {
        while let Some(dag) = self.groups_to_sweep.pop() {
            self.sweep_group(dag);
        }
        let mode = self.state.mode();
        if mode == self.swept {
            return;
        }
        self.swept = mode;
        let ready: Vec<usize> = self.state.ready().chain(self.state.unidentified()).collect();
        for node in ready {
            self.apply_mode_to_ready(node);
        }
        self.sweep_retries();
        self.sweep_approvals();
        if mode == Mode::Cancelling {
            self.cancel_undecided();
        }
        if mode.stops_live_attempts() {
            let live: Vec<usize> = self.state.live().map(|attempt| attempt.node).collect();
            for node in live {
                self.stop(node, StopCause::Cancelled);
            }
        }
    }

    /// Truth table 3, column ready.
    pub(super) fn apply_mode_to_ready(&mut self, node: usize) {
        match self.state.unstarted(node) {
            Unstarted::GoesOn => {}
            Unstarted::Blocked => self.enter(node, NodeState::Blocked, Some(STOPPING.to_owned())),
            Unstarted::Cancelled => self.enter(node, NodeState::Cancelled, None),
        }
    }

    fn cancel_undecided(&mut self) {
        if self.state.undecided == 0 {
            return;
        }
        for node in 0..self.state.plan.nodes.len() {
            if self.state.node(node).is_some_and(|standing| standing.state == NodeState::WaitingDecision) {
                self.enter(node, NodeState::Cancelled, None);
            }
        }
    }

    /// Starts the best of the ready nodes that may; whether anything changed.
    fn start_next(&mut self) -> bool {
        let asks_again = |room: usize| self.asks_others && !self.refused.contains(&room);
        let Some((node, reserved)) = self.state.next_to_start(self.now_ms, asks_again) else { return false };
        match self.evaluate.render(self.state, node) {
            Ok(rendered) => match self.evaluate.take(self.state, node) {
                Ok(()) => self.start(node, rendered, reserved),
                Err(refusal) => self.wait_for_others(node, refusal),
            },
            Err(error) => self.fail_unrendered(node, error),
        }
        true
    }

    /// Its work cannot be told: values do not change, so nothing is tried again.
    pub(super) fn fail_unrendered(&mut self, node: usize, error: RenderError) {
        let (kind, detail) = match error {
            RenderError::Template(detail) => (FailKind::Template, detail),
            RenderError::Input(detail) => (FailKind::Input, detail),
        };
        self.enter(node, NodeState::Failed { kind }, Some(detail));
    }

    pub(super) fn evaluate(&self) -> &'a dyn Evaluate {
        self.evaluate
    }

    /// What was said before is not said again.
    pub(super) fn wait_for_others(&mut self, node: usize, refusal: Refusal) {
        let room = self.state.graph.demands.place(node);
        self.refused.insert(room);
        if self.state.withheld.get(&room) != Some(&refusal) {
            let Refusal { what, by } = refusal;
            self.emit(Event::Withheld { node: self.state.path(node).to_owned(), what, by });
        }
    }

    /// Asks other runs anew for what they had.
    pub(super) fn ask_others(&mut self) {
        self.asks_others = true;
    }

    fn start(&mut self, node: usize, rendered: Rendered, reserved: Amounts) {
        let attempt = self.state.node(node).map_or(0, |standing| standing.attempt) + 1;
        self.emit(Event::AttemptGranted { node: self.state.path(node).to_owned(), attempt, reserved });
        self.enter(node, NodeState::Running, None);
        let planned = self.state.plan.nodes.get(node);
        let is_precious =
            planned.is_some_and(|node| node.resume != ResumePolicy::Retry || node.compensate.is_some());
        if is_precious {
            self.require(Durability::Power);
        }
        let key = AttemptKey { node, attempt, epoch: self.state.epoch };
        let start =
            StartAttempt { key, undoes: false, command: rendered.command, inputs: rendered.inputs, reserved };
        self.perform(Effect::Start(Box::new(start)));
    }

    /// Stops a running attempt. Its cause is fixed from here on, so one that is being stopped is left alone.
    pub(super) fn stop(&mut self, node: usize, cause: StopCause) {
        if self.state.is_compensating(node) {
            return self.stop_undoing(node, cause);
        }
        if !self.is_running(node) {
            return;
        }
        self.void_timer(node);
        let attempt = self.begin_stop(node, cause);
        let key = AttemptKey { node, attempt, epoch: self.state.epoch };
        self.perform(Effect::Stop { key, cause });
    }

    /// Journals why the live attempt of a node is stopped, by us or by its own runner; its number.
    fn begin_stop(&mut self, node: usize, cause: StopCause) -> u32 {
        let attempt = self.state.node(node).map_or(0, |standing| standing.attempt);
        self.emit(Event::AttemptStopping { node: self.state.path(node).to_owned(), attempt, cause });
        self.enter(node, NodeState::Stopping { cause }, None);
        attempt
    }

    pub(super) fn stop_cause(&self, node: usize) -> Option<StopCause> {
        match self.state.node(node)?.state {
            NodeState::Stopping { cause } => Some(cause),
            _ => None,
        }
    }

    /// The clocks of a node's attempt, and how long each runs in milliseconds.
    fn attempt_timers(&self, node: usize) -> Vec<(TimerId, u64)> {
        if let Some(undoing) = self.state.compensation(node).filter(|_| self.state.is_compensating(node)) {
            return undoing.timeout_ms.map(|ms| (TimerId::AttemptTimeout { node }, ms)).into_iter().collect();
        }
        let planned = self.state.plan.nodes.get(node);
        let timeout = planned.and_then(|node| node.timeout_ms);
        let budget = planned.and_then(|node| node.wall_budget_ms);
        let timers = [
            timeout.map(|ms| (TimerId::AttemptTimeout { node }, ms)),
            budget.map(|ms| (TimerId::AttemptBudget { node }, ms)),
        ];
        timers.into_iter().flatten().collect()
    }

    /// Sets the clocks of an attempt that has just begun to run.
    pub(super) fn set_attempt_timers(&mut self, node: usize) {
        let attempt = self.state.node(node).map_or(0, |standing| standing.attempt);
        for (timer, after_ms) in self.attempt_timers(node) {
            self.perform(Effect::SetTimer { timer, generation: u64::from(attempt), after_ms });
        }
    }

    pub(super) fn void_timer(&mut self, node: usize) {
        let attempt = self.state.node(node).map_or(0, |standing| standing.attempt);
        for (timer, _) in self.attempt_timers(node) {
            self.perform(Effect::CancelTimer { timer, generation: u64::from(attempt) });
        }
    }

    /// Ends the live attempt of a node by its outcome; where it was being stopped, by the cause of that.
    pub(super) fn end_attempt(&mut self, node: usize, ended: AttemptOutcome) {
        if self.state.is_compensating(node) {
            return self.end_undoing_attempt(node, ended);
        }
        if self.stop_cause(node).is_some() {
            return self.end_stopped_attempt(node, ended.evidence);
        }
        self.void_timer(node);
        match ended.outcome {
            Outcome::Succeeded { outputs } => {
                self.journal_end(node, AttemptEnd::Succeeded, ended.evidence);
                self.prove_runner(node);
                self.succeed(node, outputs);
            }
            Outcome::Interrupted { detail, resets_at } => {
                self.journal_end(node, AttemptEnd::Interrupted, ended.evidence);
                self.close_runner(node, &detail, resets_at, ClosedBy::Quota);
                self.wait_again(node, detail);
            }
            Outcome::Failed { kind: FailKind::Budget, .. } if self.is_running(node) => {
                self.begin_stop(node, StopCause::Budget);
                self.end_stopped_attempt(node, ended.evidence);
            }
            Outcome::Failed { kind, detail } if self.is_excused(node, kind, &ended.evidence) => {
                self.journal_end(node, AttemptEnd::Interrupted, ended.evidence);
                self.close_runner(node, &detail, None, ClosedBy::Faults);
                self.wait_again(node, detail);
            }
            Outcome::Failed { kind, detail } => {
                let kind = if is_reported(kind) { kind } else { FailKind::Runner };
                self.journal_end(node, AttemptEnd::Failed { kind }, ended.evidence);
                self.judge_runner(node, &detail);
                self.fail_or_retry(node, kind, Some(detail));
            }
        }
    }

    fn is_running(&self, node: usize) -> bool {
        self.state.node(node).is_some_and(|standing| standing.state == NodeState::Running)
    }

    /// A node whose attempt does not count is ready again, unless the mode forbids it to start.
    fn wait_again(&mut self, node: usize, detail: String) {
        self.enter(node, NodeState::Ready, Some(detail));
        match self.state.unstarted(node) {
            Unstarted::GoesOn => {}
            Unstarted::Blocked => self.enter(node, NodeState::Blocked, Some(STOPPING.to_owned())),
            Unstarted::Cancelled => self.enter(node, NodeState::Cancelled, None),
        }
    }

    /// The live attempt of a node ended in a failure.
    fn fail_or_retry(&mut self, node: usize, kind: FailKind, detail: Option<String>) {
        match self.next_try(node, kind) {
            Some(next) => self.await_retry(node, next, detail),
            None => self.enter(node, NodeState::Failed { kind }, detail),
        }
    }

    /// Ends an attempt that was being stopped: exit code and output are evidence only.
    pub(super) fn end_stopped_attempt(&mut self, node: usize, evidence: Evidence) {
        let Some(cause) = self.stop_cause(node) else { return };
        let end = match cause {
            StopCause::TimedOut => AttemptEnd::TimedOut,
            StopCause::Idle => AttemptEnd::Idle,
            StopCause::Cancelled => AttemptEnd::Cancelled,
            StopCause::Budget => AttemptEnd::Failed { kind: FailKind::Budget },
        };
        self.journal_end(node, end, evidence);
        let detail = self.reason_of_stop(node, cause);
        match (cause, stop_failure(cause)) {
            (_, None) => self.enter(node, NodeState::Cancelled, detail),
            (StopCause::TimedOut | StopCause::Idle, Some(kind)) => self.fail_or_retry(node, kind, detail),
            (_, Some(kind)) => self.enter(node, NodeState::Failed { kind }, detail),
        }
    }

    fn reason_of_stop(&self, node: usize, cause: StopCause) -> Option<String> {
        let planned = self.state.plan.nodes.get(node)?;
        let human = |ms: Option<u64>| {
            ms.map(|ms| divisi_model::duration::human(std::time::Duration::from_millis(ms)))
        };
        match cause {
            StopCause::TimedOut => {
                Some(format!("took longer than its timeout of {}", human(planned.timeout_ms)?))
            }
            StopCause::Idle => Some(format!("gave no sign of life for {}", human(planned.idle_timeout_ms)?)),
            StopCause::Budget => Some("used up its budget".to_owned()),
            StopCause::Cancelled => None,
        }
    }

    /// Journals the one end of the live attempt.
    pub(super) fn journal_end(&mut self, node: usize, end: AttemptEnd, evidence: Evidence) {
        let attempt = self.state.node(node).map_or(0, |standing| standing.attempt);
        let paid = evidence.usage.as_ref().is_some_and(|usage| {
            usage.input_tokens > 0 || usage.output_tokens > 0 || usage.usd.is_some_and(|usd| usd > 0.0)
        });
        if paid || evidence.wall_ms >= WORTH_A_FLUSH_MS {
            self.require(Durability::Power);
        }
        self.ask_others();
        self.emit(Event::AttemptEnded { node: self.state.path(node).to_owned(), attempt, end, evidence });
    }

    /// Truth table 4.
    fn conclude(&mut self) {
        if self.state.unfinished > 0 && !self.state.has_done_its_part() {
            return;
        }
        let facts = Facts {
            cancelled: self.state.cancels > 0,
            untolerated: self.state.untolerated > 0 || self.state.blocked > 0,
            undoes_failures: self.state.plan.on_failure == OnFailure::Compensate,
            undo_requested: self.state.undo_requested,
            unfinished: self.state.unfinished > 0,
        };
        match ending(facts) {
            Ending::Over(verdict) => self.end_run(verdict),
            Ending::IsUndone => self.begin_undoing(),
        }
    }

    pub(super) fn end_run(&mut self, verdict: Verdict) {
        self.require(Durability::Power);
        self.cancel_openings();
        self.void_deadlines();
        self.emit(Event::RunEnded { verdict });
        self.perform(Effect::Finish { verdict });
    }
}
