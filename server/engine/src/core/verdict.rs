//! Truth table 4: how a run ends, when nothing is live and nothing can start (ENGINE, section 2).

use crate::event::Verdict;

/// What the table asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// A cancel was applied before the last node ended.
    pub cancelled: bool,
    /// A node failed without tolerance, or was cancelled alone, or is blocked.
    pub untolerated: bool,
    /// `on_failure: compensate`.
    pub undoes_failures: bool,
    /// Somebody asked to undo what was done: a cancel as well, of a run that goes on.
    pub undo_requested: bool,
    /// One node ran alone, and others are still to come.
    pub unfinished: bool,
}

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The run is over.
    Over(Verdict),
    /// It undoes what it did, and ends compensated or compensation_failed.
    IsUndone,
}

/// The first line that holds. A cancel undoes nothing unless that was asked for.
pub fn ending(facts: Facts) -> Ending {
    match facts {
        Facts { undo_requested: true, .. } => Ending::IsUndone,
        Facts { cancelled: true, .. } => Ending::Over(Verdict::Cancelled),
        Facts { untolerated: true, undoes_failures: true, .. } => Ending::IsUndone,
        Facts { untolerated: true, .. } => Ending::Over(Verdict::Failed),
        Facts { unfinished: true, .. } => Ending::Over(Verdict::Halted),
        _ => Ending::Over(Verdict::Succeeded),
    }
}
