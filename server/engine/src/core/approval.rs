//! Nodes that wait for a person (ENGINE, sections 2, 3 and 7): asked once their turn has come, answered by a request,
//! bound to what their dependencies made. They hold no slot, and only their own time-out ends the wait.

use std::sync::Arc;

use super::draft::Draft;
use super::effect::{Durability, Effect, TimerId};
use super::state::State;
use crate::event::{Event, FailKind, NodeState};
use crate::plan::PlanWork;

/// A question that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// What the answer has to be about.
    pub(crate) about: Arc<str>,
    /// Milliseconds since the epoch.
    pub(crate) asked_at: i64,
    /// From when on no answer counts; milliseconds since the epoch.
    pub(crate) expires_at: Option<i64>,
}

/// What a person said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) approved: bool,
    pub(super) by: &'a str,
    pub(super) comment: Option<&'a str>,
    pub(super) about: &'a str,
}

impl State {
    pub(crate) fn is_approval(&self, node: usize) -> bool {
        matches!(self.plan.nodes.get(node).map(|node| &node.work), Some(PlanWork::Approve { .. }))
    }

    /// What an answer to the question of `node` has to be about; none while it asks nothing.
    pub fn asked_about(&self, node: usize) -> Option<&str> {
        self.node(node)?.question.as_ref().map(|question| &*question.about)
    }

    /// Names a question and what the node's dependencies made: an answer to another question, or about other results,
    /// is none to this one.
    fn subject_of(&self, node: usize, question: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        let dependencies = self.plan.nodes.get(node).map_or(&[][..], |node| &node.dependencies);
        let group = self.plan.nodes.get(node).and_then(|node| node.group);
        let of_group =
            group.and_then(|group| self.plan.nodes.get(group)).map_or(&[][..], |g| &g.dependencies);
        let results = dependencies.iter().chain(of_group).map(|dependency| self.result_id(*dependency));
        for part in [self.run(), self.path(node), question].map(str::to_owned).into_iter().chain(results) {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        hasher.finalize().to_hex().as_str().get(..32).unwrap_or_default().to_owned()
    }
}

impl Draft<'_> {
    /// Asks the question of a node that is ready. A pause starts nothing, so it asks nothing.
    pub(super) fn ask(&mut self, node: usize) {
        if self.state().paused {
            return;
        }
        let question = match self.question(node) {
            Ok(question) => question,
            Err(error) => return self.fail_unrendered(node, error),
        };
        let timeout = self.state().plan.nodes.get(node).and_then(|node| node.timeout_ms);
        let expires_at = timeout.map(|timeout| self.now_ms().saturating_add_unsigned(timeout));
        let about = self.state().subject_of(node, &question);
        let path = self.state().path(node).to_owned();
        self.require(Durability::Power);
        self.emit(Event::ApprovalAsked { node: path, question: question.clone(), about, expires_at });
        self.enter(node, NodeState::WaitingApproval, Some(question));
        if let (Some(expires_at), Some(after_ms)) = (expires_at, timeout) {
            self.set_approval_timer(node, expires_at, after_ms);
        }
    }

    /// A pause is over: what became ready in it is asked now.
    pub(super) fn ask_what_is_ready(&mut self) {
        let ready: Vec<usize> = self.state().ready().collect();
        ready.into_iter().for_each(|node| self.consider(node));
    }

    /// A person answered. An answer to what is not asked, or is not asked any more, changes nothing.
    pub(super) fn take_answer(&mut self, path: &str, answer: &Answer<'_>) {
        let Some(node) = self.state().index(path) else { return };
        if self.state().asked_about(node) != Some(answer.about) {
            return;
        }
        self.require(Durability::Power);
        let word = if answer.approved { "approved" } else { "rejected" };
        let comment = answer.comment.map(|comment| format!(": {comment}")).unwrap_or_default();
        let detail = Some(format!("{word} by {}{comment}", answer.by));
        let end = match answer.approved {
            true => NodeState::Succeeded,
            false => NodeState::Failed { kind: FailKind::Rejected },
        };
        self.enter(node, end, detail);
    }

    /// Nobody answered in time. An old timer names another moment.
    pub(super) fn expire(&mut self, node: usize, generation: u64) {
        let question = self.state().node(node).and_then(|standing| standing.question.as_deref());
        let Some(expires_at) = question.and_then(|question| question.expires_at) else { return };
        if generation_of(expires_at) != generation {
            return;
        }
        self.require(Durability::Power);
        let detail = "nobody answered in time".to_owned();
        self.enter(node, NodeState::Failed { kind: FailKind::TimedOut }, Some(detail));
    }

    /// Truth table 3, column waiting_approval.
    pub(super) fn sweep_approvals(&mut self) {
        let asking: Vec<usize> = self.state().asking.iter().copied().collect();
        for node in asking {
            self.apply_mode_to_ready(node);
        }
    }

    /// Sets the timers of a former host again: for what is left of each wait, and never for more than the whole,
    /// however the clock was set in between.
    pub(super) fn set_approval_timers(&mut self) {
        let now = self.now_ms();
        let asking = self.state().asking.iter();
        let questions: Vec<(usize, i64, u64)> = asking
            .filter_map(|node| {
                let question = self.state().node(*node)?.question.as_deref()?;
                let expires_at = question.expires_at?;
                let left = u64::try_from(expires_at.saturating_sub(now)).unwrap_or(0);
                let whole = u64::try_from(expires_at.saturating_sub(question.asked_at)).unwrap_or(0);
                Some((*node, expires_at, left.min(whole)))
            })
            .collect();
        for (node, expires_at, after_ms) in questions {
            self.set_approval_timer(node, expires_at, after_ms);
        }
    }

    /// The node leaves its question, however.
    pub(super) fn void_approval_timer(&mut self, node: usize) {
        let question = self.state().node(node).and_then(|standing| standing.question.as_deref());
        let is_asked = self.state().asking.contains(&node);
        if let Some(expires_at) = question.and_then(|question| question.expires_at).filter(|_| is_asked) {
            let timer = TimerId::Approval { node };
            self.perform(Effect::CancelTimer { timer, generation: generation_of(expires_at) });
        }
    }

    fn set_approval_timer(&mut self, node: usize, expires_at: i64, after_ms: u64) {
        let timer = TimerId::Approval { node };
        self.perform(Effect::SetTimer { timer, generation: generation_of(expires_at), after_ms });
    }
}

/// A moment is a generation: what is asked anew expires at another one.
fn generation_of(moment: i64) -> u64 {
    u64::try_from(moment).unwrap_or(0)
}
