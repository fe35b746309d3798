//! Where a run stands: derived, never stored.

use serde::Serialize;

use super::mode::Mode;
use super::state::State;
use crate::event::Verdict;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Stored, no host yet.
    Planned,
    /// A host owns it.
    Running,
    /// A host owns it and starts nothing: somebody asked for that, or has to decide, or no runner has quota left.
    Paused,
    /// A host owns it and it is on its way to failed.
    Stopping,
    /// A host owns it and it is on its way to cancelled.
    Cancelling,
    /// Not over, and nobody owns it: `resume` takes it.
    Orphaned,
    /// Over.
    Ended(Verdict),
}

/// Where the run stands; `is_owned` tells whether a host holds the run's lock.
pub fn status(state: &State, is_owned: bool) -> RunStatus {
    if let Some(verdict) = state.verdict {
        return RunStatus::Ended(verdict);
    }
    if !is_owned {
        return if state.epoch == 0 { RunStatus::Planned } else { RunStatus::Orphaned };
    }
    let waits_for_a_decision =
        state.undecided > 0 && state.live.is_empty() && state.ready.is_empty() && state.retrying.is_empty();
    match state.mode() {
        Mode::Cancelling => RunStatus::Cancelling,
        _ if state.paused || waits_for_a_decision || state.waits_for_quota() => RunStatus::Paused,
        Mode::Stopping | Mode::Aborting | Mode::Compensating => RunStatus::Stopping,
        Mode::Normal => RunStatus::Running,
    }
}
