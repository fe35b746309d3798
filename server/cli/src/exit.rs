//! The exit statuses of the command line (docs/guide/command-line.md lists them for people).

use std::process::ExitCode;

use divisi_engine::event::Verdict;

/// How a command ended, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Good,
    /// Findings of severity error, or a failed run.
    Failed,
    /// Wrong use, an unreadable file, a refused run.
    Refused,
    /// The run failed and its finished work was undone.
    Compensated,
    /// The run failed and could not be undone.
    CompensationFailed,
    /// The run is paused and waits for a person, or for its next resume.
    Waiting,
    /// The run was cancelled.
    Cancelled,
}

impl Exit {
    /// The status itself.
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Failed => 1,
            Self::Refused => 2,
            Self::Compensated => 3,
            Self::CompensationFailed => 4,
            Self::Waiting => 75,
            Self::Cancelled => 130,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Succeeded => Self::Good,
            Verdict::Failed => Self::Failed,
            Verdict::Halted => Self::Waiting,
            Verdict::Cancelled => Self::Cancelled,
            Verdict::Compensated => Self::Compensated,
            Verdict::CompensationFailed => Self::CompensationFailed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}
