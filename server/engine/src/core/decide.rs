//! `decide(state, now, input) → (events, effects)`.

use super::draft::Draft;
use super::effect::{AttemptKey, Decision, TimerId};
use super::evaluate::Evaluate;
use super::input::{AttemptOutcome, Input, Outcome};
use super::state::State;
use super::{request, takeover};
use crate::event::{Event, Evidence, FailKind, NodeState, StopCause};

/// What follows from `input`. Pure: the state is not changed, the same arguments give the same decision.
///
/// `now_ms` is milliseconds since the epoch; it stamps what the draft holds and decides nothing.
///
/// Before the first [`Input::HostStarted`] and after the end of the run every other input changes nothing.
pub fn decide(state: &State, now_ms: i64, input: Input, evaluate: &dyn Evaluate) -> Decision {
    advance(&mut state.clone(), now_ms, input, evaluate)
}

/// What [`decide`] says, and `state` moved on by it: as if each of its events had been applied. For those who need no
/// longer what was before; a state that nobody shares is changed in place.
pub fn advance(state: &mut State, now_ms: i64, input: Input, evaluate: &dyn Evaluate) -> Decision {
    let is_takeover = matches!(input, Input::HostStarted { .. });
    if !is_takeover && (state.epoch == 0 || state.verdict.is_some()) {
        return Decision::default();
    }
    let mut draft = Draft::new(state, now_ms, evaluate);
    take_in(&mut draft, input);
    draft.settle();
    draft.into_decision()
}

fn take_in(draft: &mut Draft<'_>, input: Input) {
    match input {
        Input::HostStarted { epoch, pid, recovered, requests } => {
            takeover::host_started(draft, epoch, pid, recovered, requests);
        }
        Input::AttemptStarted { key, pid, boot_id, start_time } => {
            if is_current(draft.state(), key) {
                attempt_started(draft, key, pid, boot_id, start_time);
            }
        }
        Input::AttemptExited { key, outcome } => {
            if is_current(draft.state(), key) {
                draft.end_attempt(key.node, outcome);
            }
        }
        Input::Identified { key, found } => draft.take_found(key, found),
        Input::SpawnFailed { key, detail } => {
            if is_current(draft.state(), key) {
                let evidence = Evidence { detail: Some(detail.clone()), ..Evidence::default() };
                let outcome = Outcome::Failed { kind: FailKind::Spawn, detail };
                draft.end_attempt(key.node, AttemptOutcome { outcome, evidence });
            }
        }
        Input::IdleElapsed { key } => {
            if is_current(draft.state(), key) {
                draft.stop(key.node, StopCause::Idle);
            }
        }
        Input::Merged { key, end } => draft.end_merge(key, end),
        Input::Timer { timer: TimerId::AttemptTimeout { node }, generation } => {
            attempt_is_due(draft, node, generation, StopCause::TimedOut);
        }
        Input::Timer { timer: TimerId::AttemptBudget { node }, generation } => {
            attempt_is_due(draft, node, generation, StopCause::Budget);
        }
        Input::Timer { timer: TimerId::GroupTimeout { node }, generation } => {
            draft.group_is_overdue(node, generation);
        }
        Input::Timer { timer: TimerId::Retry { node }, generation } => draft.retry(node, generation),
        Input::Timer { timer: TimerId::Approval { node }, generation } => draft.expire(node, generation),
        Input::Timer { timer: TimerId::RunnerOpens { runner }, generation } => {
            draft.opening_is_due(runner, generation);
        }
        Input::Request(row) => request::take_in(draft, row),
        Input::Tick => draft.ask_others(),
    }
}

/// A clock of an attempt has run out.
fn attempt_is_due(draft: &mut Draft<'_>, node: usize, generation: u64, cause: StopCause) {
    let attempt = draft.state().node(node).map(|standing| u64::from(standing.attempt));
    if attempt == Some(generation) {
        draft.stop(node, cause);
    }
}

/// A report counts only while its attempt lives under the present host.
fn is_current(state: &State, key: AttemptKey) -> bool {
    let attempt = state.node(key.node).map(|standing| standing.attempt);
    key.epoch == state.epoch && attempt == Some(key.attempt) && state.live.contains(&key.node)
}

fn attempt_started(draft: &mut Draft<'_>, key: AttemptKey, pid: u32, boot_id: String, start_time: u64) {
    let Some(standing) = draft.state().node(key.node) else { return };
    if standing.process.is_some() {
        return;
    }
    let is_undoing = standing.state == NodeState::Compensating && standing.undo_stop.is_none();
    let is_running = standing.state == NodeState::Running || is_undoing;
    let node = draft.state().path(key.node).to_owned();
    draft.emit(Event::AttemptStarted { node, attempt: key.attempt, pid, boot_id, start_time });
    if is_running {
        draft.set_attempt_timers(key.node);
    }
}
