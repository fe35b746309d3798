//! How a node's end looks to its dependents (ENGINE, section 2).

use crate::event::NodeState;

/// Class of a terminal node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Succeeded, or an earlier result was used.
    Ok,
    /// Failed with `continue_on_error`: counts as ok, its outputs are undefined.
    Tolerated,
    /// Chosen not to run.
    Skip,
    /// Failed, blocked, or cancelled.
    Bad,
}

impl Class {
    /// Class of a node in `state`; none while it is not over. Tolerance covers failures alone: a node that was
    /// cancelled or blocked did not fail.
    ///
    /// A compensated node is bad: its work was undone, whatever it was before.
    pub fn of(state: NodeState, continue_on_error: bool) -> Option<Self> {
        match state {
            NodeState::Succeeded | NodeState::Reused => Some(Self::Ok),
            NodeState::Failed { .. } if continue_on_error => Some(Self::Tolerated),
            NodeState::Skipped => Some(Self::Skip),
            NodeState::Failed { .. }
            | NodeState::Blocked
            | NodeState::Cancelled
            | NodeState::Compensating
            | NodeState::Compensated
            | NodeState::CompensationFailed => Some(Self::Bad),
            NodeState::Pending
            | NodeState::Ready
            | NodeState::WaitingApproval
            | NodeState::Running
            | NodeState::Stopping { .. }
            | NodeState::Merging
            | NodeState::RetryWait
            | NodeState::Lost
            | NodeState::WaitingDecision
            | NodeState::Expanded => None,
        }
    }
}
