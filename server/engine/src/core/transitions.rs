//! Which state of a node may follow which (ENGINE, section 3). States that later features use stand in the table, too.

use crate::event::{FailKind, NodeState, StopCause};

/// Whether a node in `from` may become `to`. A state never follows itself, but where work is re-done after a crash.
///
/// Beyond ENGINE's table a resume may take `ready`, `waiting_approval`, `retry_wait` and `expanded` back to `pending`:
/// their rule was evaluated on ends that the resume takes back (a tolerated failure, a skip), so it has to be evaluated
/// again, and a question was about what these ends made. What waits for a
/// person's word then goes there by that word.
pub fn is_allowed(from: NodeState, to: NodeState) -> bool {
    use NodeState as S;
    match (from, to) {
        (S::Pending, S::Ready | S::Skipped | S::Blocked | S::Cancelled | S::Expanded) => true,
        (S::Pending, S::Failed { kind }) => kind == FailKind::Expression,

        (S::Ready, S::Running | S::Reused | S::WaitingApproval | S::Blocked | S::Cancelled | S::Pending) => {
            true
        }
        (S::Ready, S::Failed { kind }) => {
            matches!(kind, FailKind::Template | FailKind::Input | FailKind::Identity)
        }

        (S::WaitingApproval, S::Succeeded | S::Blocked | S::Cancelled | S::Pending) => true,
        (S::WaitingApproval, S::Failed { kind }) => matches!(kind, FailKind::Rejected | FailKind::TimedOut),

        (S::Running, S::Succeeded | S::Merging | S::Stopping { .. } | S::RetryWait | S::Ready | S::Lost) => {
            true
        }
        (S::Running, S::Failed { kind }) => is_reported(kind),

        (S::Stopping { cause }, S::RetryWait) => matches!(cause, StopCause::TimedOut | StopCause::Idle),
        (S::Stopping { cause }, S::Failed { kind }) => stop_failure(cause) == Some(kind),
        (S::Stopping { cause }, S::Cancelled) => cause == StopCause::Cancelled,
        (S::Stopping { .. }, S::Lost) => true,

        (S::Merging, S::Succeeded | S::Merging) => true,
        (S::Merging, S::Failed { kind }) => kind == FailKind::MergeConflict,

        (S::RetryWait, S::Ready | S::Failed { .. } | S::Cancelled | S::Pending) => true,

        (
            S::Lost,
            S::Succeeded | S::Merging | S::RetryWait | S::Cancelled | S::Ready | S::WaitingDecision,
        ) => true,
        (S::Lost, S::Failed { kind }) => is_reported(kind) || kind == FailKind::Lost,

        (S::WaitingDecision, S::Ready | S::Succeeded | S::Cancelled | S::Pending) => true,
        (S::WaitingDecision, S::Failed { kind }) => kind == FailKind::Marked,

        (S::Expanded, S::Succeeded | S::Blocked | S::Skipped | S::Cancelled | S::Pending) => true,
        (S::Expanded, S::Failed { kind }) => matches!(kind, FailKind::Children | FailKind::TimedOut),

        (S::Succeeded, S::Compensating | S::Pending) => true,
        (S::Reused, S::Pending) => true,
        (S::Failed { .. } | S::Cancelled, S::Compensating | S::Pending) => true,
        (S::Skipped | S::Blocked, S::Pending) => true,

        (S::Compensating, S::Compensated | S::CompensationFailed | S::Compensating) => true,
        (S::Compensated, S::Pending) => true,
        (S::CompensationFailed, S::Compensating) => true,
        _ => false,
    }
}

/// Kinds of failure that a launcher reports of an attempt that nobody stopped.
pub(crate) fn is_reported(kind: FailKind) -> bool {
    matches!(
        kind,
        FailKind::Exit
            | FailKind::OutputMissing
            | FailKind::OutputTooLarge
            | FailKind::OutputInvalid
            | FailKind::Runner
            | FailKind::Spawn
    )
}

/// The failure that a stop ends in; none where it ends in cancelled.
pub(crate) fn stop_failure(cause: StopCause) -> Option<FailKind> {
    match cause {
        StopCause::TimedOut => Some(FailKind::TimedOut),
        StopCause::Idle => Some(FailKind::Idle),
        StopCause::Budget => Some(FailKind::Budget),
        StopCause::Cancelled => None,
    }
}
