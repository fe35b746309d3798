//! Undoing what a run did (ENGINE, section 8): one node after the other, the one that ended last first, once every
//! attempt is dead.
//!
//! The set and its order are journaled as one event when it begins. While it goes on the run's mode has no say: all
//! nodes are over, and `compensating` is where a node stays over all attempts to undo it.

use std::sync::Arc;

use super::class::Class;
use super::draft::Draft;
use super::effect::{AttemptKey, Durability, Effect, StartAttempt};
use super::evaluate::RenderError;
use super::input::{AttemptOutcome, Outcome};
use super::state::State;
use super::takeover::LOST_ATTEMPTS;
use super::transitions::stop_failure;
use crate::amounts::Amounts;
use crate::event::{AttemptEnd, ClosedBy, Event, Evidence, FailKind, NodeState, StopCause, Verdict};
use crate::plan::{PlanCompensation, PlanWork};

const ON_REQUEST: &str = "cancelled on request";

/// The undoing of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undo {
    /// Everything that is to be undone, in order.
    pub(crate) order: Arc<[usize]>,
    /// Place of the one whose turn it is.
    pub(crate) next: usize,
}

impl Undo {
    /// The node whose turn it is; none once all had theirs.
    fn current(&self) -> Option<usize> {
        self.order.get(self.next).copied()
    }
}

/// Whether a node that ended in `state` may have left something to undo. `last_end`: how the last attempt at its own
/// work ended; `on`: kinds of failure that count as well.
pub fn leaves_something(state: NodeState, last_end: Option<AttemptEnd>, on: &[FailKind]) -> bool {
    match state {
        NodeState::Succeeded | NodeState::CompensationFailed => true,
        NodeState::Failed { kind } => is_unknown(kind) || on.contains(&kind),
        NodeState::Cancelled => match last_end {
            None => false,
            Some(AttemptEnd::Failed { kind }) => is_unknown(kind),
            Some(_) => true,
        },
        _ => false,
    }
}

/// Failures after which nobody knows how far the work came.
fn is_unknown(kind: FailKind) -> bool {
    matches!(kind, FailKind::TimedOut | FailKind::Idle | FailKind::Budget | FailKind::Lost)
}

impl State {
    /// What undoes a node.
    pub(crate) fn compensation(&self, node: usize) -> Option<&PlanCompensation> {
        self.plan.nodes.get(node)?.compensate.as_deref()
    }

    /// Whether the run has begun to undo what it did, and not all of it is undone.
    pub fn is_undoing(&self) -> bool {
        self.undo.is_some() && self.verdict() != Some(Verdict::Compensated)
    }

    pub(crate) fn is_compensating(&self, node: usize) -> bool {
        self.node(node).is_some_and(|standing| standing.state == NodeState::Compensating)
    }

    /// Whether the latest attempt of a node is one to undo it.
    pub fn undoes(&self, node: usize) -> bool {
        self.node(node).is_some_and(|standing| standing.undone > standing.worked)
    }

    /// Where a node was before it was undone: by that its values are taken.
    pub fn recorded_state(&self, node: usize) -> Option<NodeState> {
        let standing = self.node(node)?;
        Some(standing.recorded.unwrap_or(standing.state))
    }

    pub(crate) fn recorded_class(&self, node: usize) -> Option<Class> {
        let tolerant = self.plan.nodes.get(node)?.continue_on_error;
        Class::of(self.recorded_state(node)?, tolerant)
    }

    /// The runner that undoes a node, where an agent does.
    pub(crate) fn undoing_runner(&self, node: usize) -> Option<usize> {
        let PlanWork::Agent { runner, .. } = &self.compensation(node)?.work else { return None };
        self.plan.runners.keys().position(|name| name == runner)
    }

    /// Whether nothing is undone before a runner opens.
    pub(crate) fn undoing_waits_for_quota(&self) -> bool {
        let current = self.undo.as_ref().and_then(Undo::current);
        let runner = current.and_then(|node| self.undoing_runner(node));
        self.live.is_empty() && runner.is_some_and(|runner| !self.is_runner_open(runner))
    }

    /// What is to be undone: who ended last comes first.
    fn to_be_undone(&self) -> Vec<usize> {
        let leaves = |node: &usize| {
            let (Some(compensation), Some(standing)) = (self.compensation(*node), self.node(*node)) else {
                return false;
            };
            leaves_something(standing.state, standing.last_end, &compensation.on)
        };
        let mut found: Vec<usize> = (0..self.plan.nodes.len()).filter(leaves).collect();
        found.sort_by_key(|node| std::cmp::Reverse(self.node(*node).map_or(0, |standing| standing.ended_by)));
        found
    }
}

impl Draft<'_> {
    /// From here on the run undoes what it did, as far as it is not undone yet.
    pub(super) fn begin_undoing(&mut self) {
        let nodes = self.state().to_be_undone();
        let nodes = nodes.into_iter().map(|node| self.state().path(node).to_owned()).collect();
        self.require(Durability::Power);
        self.emit(Event::CompensationStarted { nodes });
    }

    /// Goes on with what is to be undone, one at a time; ends the run when nothing is left.
    pub(super) fn undo_on(&mut self) {
        while let Some(undo) = self.state().undo.clone() {
            let Some(node) = undo.current() else { return self.end_undoing(&undo) };
            if self.state().cancels > 0 {
                return self.give_undoing_up(node);
            }
            if self.state().paused || self.state().live.contains(&node) {
                return;
            }
            if !self.state().is_compensating(node) {
                self.require(Durability::Power);
                self.enter(node, NodeState::Compensating, None);
            }
            let waits = self.state().node(node).is_some_and(|standing| standing.next_try.is_some());
            if waits || self.state().undoing_waits_for_quota() || self.start_undoing(node) {
                return;
            }
        }
    }

    /// Whether an attempt to undo a node was started, or waits for what other runs have; where its work cannot be
    /// rendered it is not undone.
    fn start_undoing(&mut self, node: usize) -> bool {
        let rendered = match self.undoing(node) {
            Ok(rendered) => rendered,
            Err(RenderError::Template(error) | RenderError::Input(error)) => {
                self.fail_undoing(node, Some(error));
                return false;
            }
        };
        if let Err(refusal) = self.evaluate().take(self.state(), node) {
            self.wait_for_others(node, refusal);
            return true;
        }
        let attempt = self.state().node(node).map_or(0, |standing| standing.attempt) + 1;
        let path = self.state().path(node).to_owned();
        self.require(Durability::Power);
        self.emit(Event::AttemptGranted { node: path, attempt, reserved: Amounts::default() });
        let key = AttemptKey { node, attempt, epoch: self.state().epoch };
        let start = StartAttempt {
            key,
            undoes: true,
            command: rendered.command,
            inputs: rendered.inputs,
            reserved: Amounts::default(),
        };
        self.perform(Effect::Start(Box::new(start)));
        true
    }

    /// Somebody cancels the undoing: the one whose turn it is ends, those behind it stay as they are.
    fn give_undoing_up(&mut self, node: usize) {
        if self.state().live.contains(&node) {
            return self.stop_undoing(node, StopCause::Cancelled);
        }
        if self.state().is_compensating(node) {
            self.void_retry_timer(node);
            self.fail_undoing(node, Some(ON_REQUEST.to_owned()));
        }
        self.end_run(Verdict::CompensationFailed);
    }

    fn end_undoing(&mut self, undo: &Undo) {
        let is_undone = |node: &usize| {
            self.state().node(*node).is_some_and(|standing| standing.state == NodeState::Compensated)
        };
        let all = undo.order.iter().all(is_undone);
        self.end_run(if all { Verdict::Compensated } else { Verdict::CompensationFailed });
    }

    /// Stops the attempt to undo a node; its cause is fixed from here on.
    pub(super) fn stop_undoing(&mut self, node: usize, cause: StopCause) {
        let Some(standing) = self.state().node(node) else { return };
        if standing.undo_stop.is_some() || !self.state().live.contains(&node) {
            return;
        }
        let key = AttemptKey { node, attempt: standing.attempt, epoch: self.state().epoch };
        let path = self.state().path(node).to_owned();
        self.void_timer(node);
        self.emit(Event::AttemptStopping { node: path, attempt: key.attempt, cause });
        self.perform(Effect::Stop { key, cause });
    }

    /// The attempt to undo a node is over.
    pub(super) fn end_undoing_attempt(&mut self, node: usize, ended: AttemptOutcome) {
        self.require(Durability::Power);
        if let Some(cause) = self.state().node(node).and_then(|standing| standing.undo_stop) {
            return self.end_stopped_undoing(node, cause, ended.evidence);
        }
        self.void_timer(node);
        match ended.outcome {
            Outcome::Succeeded { .. } => {
                self.journal_end(node, AttemptEnd::Succeeded, ended.evidence);
                self.prove_runner(node);
                self.enter(node, NodeState::Compensated, None);
            }
            Outcome::Interrupted { detail, resets_at } => {
                self.journal_end(node, AttemptEnd::Interrupted, ended.evidence);
                self.close_runner(node, &detail, resets_at, ClosedBy::Quota);
            }
            Outcome::Failed { kind, detail } if self.is_excused(node, kind, &ended.evidence) => {
                self.journal_end(node, AttemptEnd::Interrupted, ended.evidence);
                self.close_runner(node, &detail, None, ClosedBy::Faults);
            }
            Outcome::Failed { kind, detail } => {
                self.journal_end(node, AttemptEnd::Failed { kind }, ended.evidence);
                self.judge_runner(node, &detail);
                self.undo_again_or_fail(node, kind, Some(detail));
            }
        }
    }

    fn end_stopped_undoing(&mut self, node: usize, cause: StopCause, evidence: Evidence) {
        let end = match cause {
            StopCause::TimedOut => AttemptEnd::TimedOut,
            StopCause::Idle => AttemptEnd::Idle,
            StopCause::Cancelled => AttemptEnd::Cancelled,
            StopCause::Budget => AttemptEnd::Failed { kind: FailKind::Budget },
        };
        self.journal_end(node, end, evidence);
        match (cause, stop_failure(cause)) {
            (StopCause::TimedOut, Some(kind)) => {
                self.undo_again_or_fail(node, kind, Some("took longer than its timeout".to_owned()));
            }
            (StopCause::Idle, Some(kind)) => {
                self.undo_again_or_fail(node, kind, Some("gave no sign of life".to_owned()));
            }
            _ => self.fail_undoing(node, Some(ON_REQUEST.to_owned())),
        }
    }

    /// By the retry of the compensation itself.
    fn undo_again_or_fail(&mut self, node: usize, kind: FailKind, detail: Option<String>) {
        let retry = self.state().compensation(node).and_then(|compensation| compensation.retry.clone());
        let next = retry.filter(|_| self.state().cancels == 0);
        let Some(next) = next.and_then(|retry| self.next_try_by(&retry, node, kind)) else {
            return self.fail_undoing(node, detail);
        };
        self.enter(node, NodeState::Compensating, detail);
        self.schedule_retry(node, next);
    }

    fn fail_undoing(&mut self, node: usize, detail: Option<String>) {
        self.require(Durability::Power);
        self.enter(node, NodeState::CompensationFailed, detail);
    }

    /// A former host died while it undid a node: what its guard left behind counts, else it is done again. Three lost
    /// attempts in a row fail it: something in it kills hosts.
    pub(super) fn take_undoing_over(&mut self, node: usize, outcome: Option<AttemptOutcome>) {
        let stop = self.state().node(node).and_then(|standing| standing.undo_stop);
        match (outcome, stop) {
            (Some(outcome), _) => return self.end_undoing_attempt(node, outcome),
            (None, Some(cause)) => return self.end_stopped_undoing(node, cause, Evidence::default()),
            (None, None) => {}
        }
        self.journal_end(node, AttemptEnd::Lost, Evidence::default());
        let losses = self.state().node(node).map_or(0, |standing| standing.lost_in_a_row);
        if losses >= LOST_ATTEMPTS {
            let detail = format!("its host died {losses} times in a row while it was undone");
            self.fail_undoing(node, Some(detail));
        }
    }

    /// Sets the timer of a former host again.
    pub(super) fn set_undoing_timer(&mut self) {
        let Some(node) = self.state().undo.as_ref().and_then(Undo::current) else { return };
        if let Some(next) = self.state().node(node).and_then(|standing| standing.next_try) {
            self.set_retry_timer(node, next.left(self.now_ms()));
        }
    }
}
