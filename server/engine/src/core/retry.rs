//! When a failed node is tried again (ENGINE, sections 3 and 4).

use divisi_model::Backoff;

use super::draft::Draft;
use super::effect::{Effect, TimerId};
use super::mode::Waiting;
use super::state::State;
use crate::event::{Event, FailKind, NodeState};
use crate::plan::PlanRetry;

/// The longest share of a wait that jitter takes away, in thousandths: a wait never comes before its half.
const JITTER: u64 = 500;

/// A node's next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextTry {
    /// The kind of the failure that is tried again: what the node fails with where no try comes.
    pub(crate) kind: FailKind,
    /// Milliseconds since the epoch.
    pub(crate) due_at: i64,
    /// The whole wait in milliseconds: no clock that jumped makes it longer.
    pub(crate) wait_ms: u64,
}

impl NextTry {
    /// What is left of the wait, in milliseconds.
    pub(crate) fn left(self, now: i64) -> u64 {
        u64::try_from(self.due_at.saturating_sub(now)).unwrap_or(0).min(self.wait_ms)
    }
}

/// The wait before try number `tries + 1`, where `tries` were made, before it is varied. In milliseconds.
pub fn backoff_ms(retry: &PlanRetry, tries: u32) -> u64 {
    let step = tries.max(1);
    let wait = match retry.backoff {
        Backoff::Immediate => 0,
        Backoff::Linear => retry.initial_ms.saturating_mul(u64::from(step)),
        Backoff::Exponential => grown(retry.initial_ms, retry.multiplier, step - 1),
        Backoff::Fibonacci => retry.initial_ms.saturating_mul(fibonacci(step)),
    };
    wait.min(retry.max_ms)
}

/// `as` saturates: a factor that is no number or below 0 gives no wait, one beyond all bounds the longest.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait of 285,000 years may be rounded"
)]
fn grown(initial_ms: u64, multiplier: f64, times: u32) -> u64 {
    let times = i32::try_from(times).unwrap_or(i32::MAX);
    (initial_ms as f64 * multiplier.powi(times)) as u64
}

/// The place from which on Fibonacci numbers are longer than 64 bits.
const FIBONACCI_END: u32 = 94;

/// 1, 1, 2, 3, 5 …
fn fibonacci(place: u32) -> u64 {
    let (mut now, mut next) = (1_u64, 1_u64);
    for _ in 1..place.min(FIBONACCI_END) {
        (now, next) = (next, now.saturating_add(next));
    }
    now
}

/// Takes up to half of a wait away. Where in that half a node comes back follows from the run's id, which is random,
/// the node and the attempt: two nodes differ, and a replay does not.
fn jittered(state: &State, node: usize, attempt: u32, wait_ms: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in [state.run().as_bytes(), state.path(node).as_bytes(), &attempt.to_le_bytes()] {
        hasher.update(part).update(&[0]);
    }
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    let share = u64::from_le_bytes(first) % (JITTER + 1);
    wait_ms - wait_ms / 1_000 * share - wait_ms % 1_000 * share / 1_000
}

impl Draft<'_> {
    /// The next try of a node whose attempt just ended in a failure of `kind`; none where there is none to come.
    pub(super) fn next_try(&self, node: usize, kind: FailKind) -> Option<NextTry> {
        let retry = self.state().plan.nodes.get(node)?.retry.as_ref()?;
        if self.state().allows_retry(node) { self.next_try_by(retry, node, kind) } else { None }
    }

    /// The next try by `retry`, which is the node's own or that of what undoes it.
    pub(super) fn next_try_by(&self, retry: &PlanRetry, node: usize, kind: FailKind) -> Option<NextTry> {
        let state = self.state();
        let standing = state.node(node)?;
        let is_retried = retry.on.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        if !is_retried || standing.tries >= retry.attempts {
            return None;
        }
        let wait_ms = backoff_ms(retry, standing.tries);
        let wait_ms = if retry.jitter { jittered(state, node, standing.attempt, wait_ms) } else { wait_ms };
        let due_at = self.now_ms().saturating_add_unsigned(wait_ms);
        Some(NextTry { kind, due_at, wait_ms })
    }

    /// Lets a node wait for its next try. It holds neither slot nor locks meanwhile.
    pub(super) fn await_retry(&mut self, node: usize, next: NextTry, detail: Option<String>) {
        self.schedule_retry(node, next);
        self.enter(node, NodeState::RetryWait, detail);
    }

    /// Journals when the next try is, and sets its timer.
    pub(super) fn schedule_retry(&mut self, node: usize, next: NextTry) {
        let NextTry { kind, due_at, wait_ms } = next;
        let path = self.state().path(node).to_owned();
        self.emit(Event::RetryScheduled { node: path, kind, due_at, wait_ms });
        self.set_retry_timer(node, wait_ms);
    }

    /// The timer of a node's next try has fired. What waited for another try is told by the generation.
    pub(super) fn retry(&mut self, node: usize, generation: u64) {
        let Some(standing) = self.state().node(node) else { return };
        if standing.next_try.is_none() || u64::from(standing.attempt) != generation {
            return;
        }
        match standing.state {
            NodeState::RetryWait => self.enter(node, NodeState::Ready, None),
            NodeState::Compensating => self.enter(node, NodeState::Compensating, None),
            _ => {}
        }
    }

    /// Sets the timers of a former host again: for what is left of each wait.
    pub(super) fn set_retry_timers(&mut self) {
        let now = self.now_ms();
        let waiting: Vec<(usize, NextTry)> = self.state().retrying().collect();
        for (node, next) in waiting {
            self.set_retry_timer(node, next.left(now));
        }
    }

    /// Truth table 3, column retry_wait.
    pub(super) fn sweep_retries(&mut self) {
        let waiting: Vec<usize> = self.state().retrying().map(|(node, _)| node).collect();
        for node in waiting {
            self.apply_mode_to_retry(node);
        }
    }

    /// The same for one node.
    pub(super) fn apply_mode_to_retry(&mut self, node: usize) {
        let Some(standing) = self.state().node(node) else { return };
        let Some(next) = standing.next_try else { return };
        let last_error = standing.detail.as_deref().map(str::to_owned);
        match self.state().waiting_for_retry(node) {
            Waiting::GoesOn => {}
            Waiting::Failed => self.enter(node, NodeState::Failed { kind: next.kind }, last_error),
            Waiting::Cancelled => self.enter(node, NodeState::Cancelled, last_error),
        }
    }

    pub(super) fn set_retry_timer(&mut self, node: usize, after_ms: u64) {
        let attempt = self.state().node(node).map_or(0, |standing| standing.attempt);
        let timer = TimerId::Retry { node };
        self.perform(Effect::SetTimer { timer, generation: u64::from(attempt), after_ms });
    }

    /// A node leaves the wait for its next try in another way than by its timer.
    pub(super) fn void_retry_timer(&mut self, node: usize) {
        let attempt = self.state().node(node).map_or(0, |standing| standing.attempt);
        let timer = TimerId::Retry { node };
        self.perform(Effect::CancelTimer { timer, generation: u64::from(attempt) });
    }
}
