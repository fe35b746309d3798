//! Truth table 3: what the mode of the run does to a node (ENGINE, section 2). A pause is beside the mode: it keeps
//! what is ready from starting and changes nothing else.

use divisi_model::{OnFailure, TriggerRule};

/// Mode of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// No untolerated failure, or `on_failure: continue`.
    Normal,
    /// `on_failure: stop` after an untolerated failure.
    Stopping,
    /// `on_failure: abort` after the same.
    Aborting,
    /// `on_failure: compensate` after the same.
    Compensating,
    /// A request to cancel the run.
    Cancelling,
}

/// What becomes of a node that has not started, in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unstarted {
    /// Nothing is in its way.
    GoesOn,
    /// It is blocked.
    Blocked,
    /// It is cancelled.
    Cancelled,
}

/// What becomes of a node that waits for its next try, in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// It waits on.
    GoesOn,
    /// It fails with its last error.
    Failed,
    /// It is cancelled.
    Cancelled,
}

impl Mode {
    /// A cancel wins over a failure, whichever came first.
    pub fn of(on_failure: OnFailure, cancel_requested: bool, untolerated_failure: bool) -> Self {
        match (cancel_requested, untolerated_failure, on_failure) {
            (true, _, _) => Self::Cancelling,
            (false, false, _) | (false, true, OnFailure::Continue) => Self::Normal,
            (false, true, OnFailure::Stop) => Self::Stopping,
            (false, true, OnFailure::Abort) => Self::Aborting,
            (false, true, OnFailure::Compensate) => Self::Compensating,
        }
    }

    /// A node of which the rule says run, or which is ready, or which waits for an approval.
    pub fn unstarted(self, rule: TriggerRule) -> Unstarted {
        match self {
            Self::Normal => Unstarted::GoesOn,
            Self::Stopping | Self::Aborting if rule == TriggerRule::AllDone => Unstarted::GoesOn,
            Self::Stopping | Self::Aborting | Self::Compensating => Unstarted::Blocked,
            Self::Cancelling => Unstarted::Cancelled,
        }
    }

    /// Whether live attempts are stopped (as cancelled); otherwise they run to their end.
    pub fn stops_live_attempts(self) -> bool {
        matches!(self, Self::Aborting | Self::Cancelling)
    }

    /// Whether an attempt that failed may be tried again.
    pub fn allows_retry(self) -> bool {
        self == Self::Normal
    }

    /// A node in retry_wait.
    pub fn waiting_for_retry(self) -> Waiting {
        match self {
            Self::Normal => Waiting::GoesOn,
            Self::Stopping | Self::Aborting | Self::Compensating => Waiting::Failed,
            Self::Cancelling => Waiting::Cancelled,
        }
    }
}
