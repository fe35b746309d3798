//! Groups within groups: what the modes of all DAGs around a node make of it (ENGINE, sections 2 and 10).
//!
//! A DAG that is a node has a mode of its own: its `on_failure` after an untolerated failure among its nodes, and
//! cancelling once its time is over. A node goes on only as far as every DAG around it lets it.

use divisi_model::{OnFailure, TriggerRule};

use super::draft::Draft;
use super::effect::{Effect, TimerId};
use super::mode::{Mode, Unstarted, Waiting};
use super::state::State;
use crate::event::{Event, NodeState, StopCause};
use crate::plan::PlanWork;

impl State {
    /// The mode of a DAG that is a node.
    pub(super) fn mode_of(&self, dag: usize) -> Mode {
        let Some(standing) = self.nodes.get(dag) else { return Mode::Normal };
        let scope = match self.plan.nodes.get(dag).map(|node| &node.work) {
            Some(PlanWork::Dag { scope, .. }) => self.plan.scope(*scope),
            _ => None,
        };
        let on_failure = scope.map_or(OnFailure::Stop, |scope| scope.on_failure);
        Mode::of(on_failure, standing.overdue, standing.untolerated_children > 0)
    }

    /// The modes around a node, the nearest first, each with the rule by which the node stands there: a group that may
    /// go on (`all_done`) takes what it holds along.
    fn modes_around(&self, node: usize) -> impl Iterator<Item = (Mode, TriggerRule)> + '_ {
        let mut at = Some(node);
        let mut goes_on = false;
        std::iter::from_fn(move || {
            let mut inner = at?;
            loop {
                let planned = self.plan.nodes.get(inner)?;
                goes_on |= planned.rule == TriggerRule::AllDone;
                let rule = if goes_on { TriggerRule::AllDone } else { TriggerRule::AllSuccess };
                let Some(group) = planned.group else {
                    at = None;
                    return Some((self.mode(), rule));
                };
                if matches!(self.plan.nodes.get(group)?.work, PlanWork::Dag { .. }) {
                    at = Some(group);
                    return Some((self.mode_of(group), rule));
                }
                inner = group;
            }
        })
    }

    /// Truth table 3 for a node that has not started.
    pub(super) fn unstarted(&self, node: usize) -> Unstarted {
        let mut worst = Unstarted::GoesOn;
        for (mode, rule) in self.modes_around(node) {
            match mode.unstarted(rule) {
                Unstarted::Cancelled => return Unstarted::Cancelled,
                Unstarted::Blocked => worst = Unstarted::Blocked,
                Unstarted::GoesOn => {}
            }
        }
        worst
    }

    /// Whether an attempt that failed may be tried again.
    pub(super) fn allows_retry(&self, node: usize) -> bool {
        self.modes_around(node).all(|(mode, _)| mode.allows_retry())
    }

    /// Truth table 3 for a node that waits for its next try.
    pub(super) fn waiting_for_retry(&self, node: usize) -> Waiting {
        let mut worst = Waiting::GoesOn;
        for (mode, _) in self.modes_around(node) {
            match mode.waiting_for_retry() {
                Waiting::Cancelled => return Waiting::Cancelled,
                Waiting::Failed => worst = Waiting::Failed,
                Waiting::GoesOn => {}
            }
        }
        worst
    }

    /// A node and all that it holds.
    pub(super) fn subtree(&self, node: usize) -> Vec<usize> {
        let mut found = vec![node];
        let mut next = 0;
        while let Some(node) = found.get(next).copied() {
            next += 1;
            found.extend_from_slice(self.children(node));
        }
        found
    }

    /// The groups around a node, the nearest first.
    pub(super) fn groups_around(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let group_of = |node: usize| self.plan.nodes.get(node).and_then(|node| node.group);
        std::iter::successors(group_of(node), move |group| group_of(*group))
    }
}

impl Draft<'_> {
    /// Truth table 3 for all that a DAG holds, where its mode has just begun.
    pub(super) fn sweep_group(&mut self, dag: usize) {
        let mode = self.state().mode_of(dag);
        for node in self.state().subtree(dag) {
            match self.state().node(node).map(|standing| standing.state) {
                Some(NodeState::Ready | NodeState::WaitingApproval) => self.apply_mode_to_ready(node),
                Some(NodeState::RetryWait) => self.apply_mode_to_retry(node),
                Some(NodeState::Running) if mode.stops_live_attempts() => {
                    self.stop(node, StopCause::Cancelled)
                }
                Some(NodeState::WaitingDecision) if mode == Mode::Cancelling => {
                    self.enter(node, NodeState::Cancelled, None);
                }
                _ => {}
            }
        }
    }

    /// A DAG that was opened has so much time.
    pub(super) fn set_deadline(&mut self, dag: usize) {
        let Some((opened_at, timeout)) = self.deadline(dag) else { return };
        let spent = u64::try_from(self.now_ms().saturating_sub(opened_at)).unwrap_or(0);
        let timer = TimerId::GroupTimeout { node: dag };
        let after_ms = timeout.saturating_sub(spent);
        self.perform(Effect::SetTimer { timer, generation: opened_at.unsigned_abs(), after_ms });
    }

    /// An open DAG is over before its time, or taken back.
    pub(super) fn void_deadline(&mut self, dag: usize) {
        if self.state().node(dag).is_none_or(|standing| standing.state != NodeState::Expanded) {
            return;
        }
        let Some((opened_at, _)) = self.deadline(dag) else { return };
        let timer = TimerId::GroupTimeout { node: dag };
        self.perform(Effect::CancelTimer { timer, generation: opened_at.unsigned_abs() });
    }

    /// The run ends while groups are open, since one node ran alone.
    pub(super) fn void_deadlines(&mut self) {
        if self.state().unfinished > 0 {
            (0..self.state().plan.nodes.len()).for_each(|node| self.void_deadline(node));
        }
    }

    /// Of a DAG with a time-out: when it was opened, and its time.
    fn deadline(&self, dag: usize) -> Option<(i64, u64)> {
        let planned = self.state().plan.nodes.get(dag)?;
        let timeout = planned.timeout_ms.filter(|_| matches!(planned.work, PlanWork::Dag { .. }))?;
        Some((self.state().node(dag)?.opened_at?, timeout))
    }

    /// The time of a DAG is over: what runs in it is stopped, nothing in it starts.
    pub(super) fn group_is_overdue(&mut self, dag: usize, generation: u64) {
        let Some(standing) = self.state().node(dag) else { return };
        let is_this_time = standing.opened_at.is_some_and(|at| at.unsigned_abs() == generation);
        if standing.state != NodeState::Expanded || standing.overdue || !is_this_time {
            return;
        }
        let node = self.state().path(dag).to_owned();
        self.emit(Event::GroupTimedOut { node });
        self.sweep_group(dag);
    }

    /// The deadlines of a former host, and the modes that had begun under it.
    pub(super) fn take_groups_over(&mut self) {
        for node in 0..self.state().plan.nodes.len() {
            if self.state().node(node).is_some_and(|standing| standing.state == NodeState::Expanded) {
                self.set_deadline(node);
                if self.state().mode_of(node) != Mode::Normal {
                    self.sweep_group(node);
                }
            }
        }
    }
}
