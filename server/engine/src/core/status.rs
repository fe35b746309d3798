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
    /// A host owns it and starts nothing.
    Paused(PauseCause),
    /// A host owns it and it is on its way to failed.
    Stopping,
    /// A host owns it and it is on its way to cancelled.
    Cancelling,
    /// A host owns it, and it undoes what it did.
    Compensating,
    /// Not over, and nobody owns it: `resume` takes it.
    Orphaned,
    /// Over.
    Ended(Verdict),
}

impl RunStatus {
    /// Whether a host owns the run, so that there is something to follow.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Running | Self::Paused(_) | Self::Stopping | Self::Cancelling | Self::Compensating
        )
    }
}

/// Why a run starts nothing. All but the first hold only where nothing else can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseCause {
    /// Somebody asked for it.
    User,
    /// A person has to say what a lost attempt counts as.
    Decision,
    /// A person is asked.
    Approval,
    /// A budget has too little left.
    Budget,
    /// No runner that is needed has quota left or works; the run goes on by itself.
    Quota,
}

/// The moment does not matter: where nothing is live, no time of a budget goes by.
const NOTHING_LIVES: i64 = 0;

impl State {
    /// Why the run starts nothing; none where it does.
    fn pause(&self) -> Option<PauseCause> {
        if self.paused {
            return Some(PauseCause::User);
        }
        if self.undo.is_some() {
            return self.undoing_waits_for_quota().then_some(PauseCause::Quota);
        }
        let goes_on = !self.live.is_empty()
            || self.merging > 0
            || !self.retrying.is_empty()
            || !self.unidentified.is_empty()
            || self.waits_for_others();
        if goes_on || self.startable(NOTHING_LIVES).is_some() {
            return None;
        }
        let causes = [
            (self.undecided > 0, PauseCause::Decision),
            (!self.asking.is_empty(), PauseCause::Approval),
            (
                !self.ready.is_empty() && self.budgets.iter().any(|budget| budget.is_exhausted),
                PauseCause::Budget,
            ),
            (!self.ready.is_empty(), PauseCause::Quota),
        ];
        causes.into_iter().find(|(holds, _)| *holds).map(|(_, cause)| cause)
    }
}

/// Where the run stands; `is_owned` tells whether a host holds the run's lock.
pub fn status(state: &State, is_owned: bool) -> RunStatus {
    if let Some(verdict) = state.verdict {
        return RunStatus::Ended(verdict);
    }
    if !is_owned {
        return if state.epoch == 0 { RunStatus::Planned } else { RunStatus::Orphaned };
    }
    if state.undo.is_some() {
        return state.pause().map_or(RunStatus::Compensating, RunStatus::Paused);
    }
    match (state.mode(), state.pause()) {
        (Mode::Cancelling, _) => RunStatus::Cancelling,
        (_, Some(cause)) => RunStatus::Paused(cause),
        (Mode::Stopping | Mode::Aborting | Mode::Compensating, None) => RunStatus::Stopping,
        (Mode::Normal, None) => RunStatus::Running,
    }
}
