//! Truth table 4: how a run ended, when nothing is live and nothing can start (ENGINE, section 2).

use crate::event::Verdict;

/// What the table asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// A cancel was applied before the last node ended.
    pub cancelled: bool,
    /// A node failed without tolerance, or was cancelled alone, or is blocked.
    pub untolerated: bool,
}

/// The first line that holds. With `on_failure: compensate` a run that failed goes on to compensate; until that is
/// built, plans that ask for it are refused, and a failure is said to be one.
pub fn verdict(facts: Facts) -> Verdict {
    if facts.cancelled {
        return Verdict::Cancelled;
    }
    if facts.untolerated {
        return Verdict::Failed;
    }
    Verdict::Succeeded
}
