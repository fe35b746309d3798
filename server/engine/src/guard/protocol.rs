//! What host and guard say to each other, one JSON value a line.

use serde::{Deserialize, Serialize};

use crate::launch::{Outcome, ProcessSpec};

/// Names an attempt between host and guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptName {
    /// Index of the node in the plan.
    pub node: usize,
    /// From 1.
    pub attempt: u32,
}

/// From the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToGuard {
    /// Start an attempt.
    Start {
        /// Which.
        name: AttemptName,
        /// What.
        spec: Box<ProcessSpec>,
    },
    /// Begin its stop sequence.
    Stop {
        /// Which.
        name: AttemptName,
    },
    /// Kill its tree at once.
    Kill {
        /// Which.
        name: AttemptName,
    },
}

/// From the guard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromGuard {
    /// The process is there.
    Started {
        /// Which.
        name: AttemptName,
        /// Root process.
        pid: u32,
        /// When it started, in the system's own unit.
        start_time: u64,
    },
    /// It could not be started.
    NotStarted {
        /// Which.
        name: AttemptName,
        /// For people.
        detail: String,
    },
    /// No byte for its idle time.
    Idle {
        /// Which.
        name: AttemptName,
    },
    /// It is over, its tree is dead, its outcome is on disk.
    Over {
        /// Which.
        name: AttemptName,
        /// How it ended.
        outcome: Outcome,
    },
}
