//! What a host tells the core.

use std::collections::BTreeMap;

use super::effect::{AttemptKey, IdentityKey, TimerId};
use super::merging::MergeEnd;
use crate::event::{Evidence, FailKind, Miss, OutputValue, Request, ReusedResult};

/// Something that happened outside. Reports about attempts that are over, or of another epoch, change nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The first input of every host, new run or takeover. By then the trees of the former host are dead.
    HostStarted {
        /// Epoch of the host, as [`Journal::open_owner`](crate::journal::Journal::open_owner) gave it.
        epoch: u64,
        /// Its process.
        pid: u32,
        /// Outcomes that a guard wrote, of attempts that [`State::live`](super::State::live) still lists; an
        /// attempt without one is lost.
        recovered: Vec<Recovered>,
        /// Rows of the request table that wait; a resume among them takes effect before anything starts.
        requests: Vec<RequestRow>,
    },
    /// The process of an attempt is there.
    AttemptStarted {
        /// The attempt.
        key: AttemptKey,
        /// Root process.
        pid: u32,
        /// Identity of the machine's boot.
        boot_id: String,
        /// Start time of the root process, in the system's own unit.
        start_time: u64,
    },
    /// An attempt's tree is dead and its outputs are collected.
    AttemptExited {
        /// The attempt.
        key: AttemptKey,
        /// How it ended.
        outcome: AttemptOutcome,
    },
    /// The identity of a ready node is known, or an earlier result of it stands in its place.
    Identified {
        /// The search.
        key: IdentityKey,
        /// What was found.
        found: Found,
    },
    /// The program of an attempt could not be started.
    SpawnFailed {
        /// The attempt.
        key: AttemptKey,
        /// For people.
        detail: String,
    },
    /// The launcher saw nothing from the attempt for its `idle_timeout`.
    IdleElapsed {
        /// The attempt.
        key: AttemptKey,
    },
    /// What [`Effect::Merge`](super::Effect::Merge) came to.
    Merged {
        /// The attempt.
        key: AttemptKey,
        /// How it ended.
        end: MergeEnd,
    },
    /// A timer's time has come.
    Timer {
        /// The timer.
        timer: TimerId,
        /// As it was set.
        generation: u64,
    },
    /// A row of the request table. One that was taken in already changes nothing.
    Request(RequestRow),
    /// Nothing happened here; whatever can start or end does, and other runs are asked again for what they had.
    Tick,
}

/// What the search for an earlier result found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A result, and its files stand where they belong.
    Hit {
        /// The result.
        source: ReusedResult,
        /// Its outputs.
        outputs: BTreeMap<String, OutputValue>,
    },
    /// None that can be used.
    Miss {
        /// The node's identity, hex.
        identity: String,
        /// Why; none where none was looked for.
        miss: Option<Miss>,
    },
    /// The identity could not be computed; for people.
    Failed {
        /// Why.
        detail: String,
    },
}

/// A row of the request table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Its number; grows.
    pub id: u64,
    /// What is asked.
    pub request: Request,
    /// When it was asked, milliseconds since the epoch.
    pub at: i64,
}

/// How an attempt ended, judged by the launcher from exit status, runner and outputs. Where the core had it stopped,
/// the cause that was journaled wins and this is evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptOutcome {
    /// How it ended.
    pub outcome: Outcome,
    /// Exit code or signal, time, usage.
    pub evidence: Evidence,
}

/// Success with outputs, or a fault.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Exit status and runner say success and every required output is there.
    Succeeded {
        /// The outputs, by name.
        outputs: BTreeMap<String, OutputValue>,
    },
    /// Anything else.
    Failed {
        /// Kind of failure: exit, output_missing, output_too_large, output_invalid, runner or spawn.
        kind: FailKind,
        /// For people.
        detail: String,
    },
    /// The service of its runner gives no more for now: the attempt counts as not made, the node will have another.
    Interrupted {
        /// For people.
        detail: String,
        /// When there will be some again, milliseconds since the epoch; none where nobody said.
        resets_at: Option<i64>,
    },
}

/// An outcome that the guard wrote before its host was gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    /// The node's index.
    pub node: usize,
    /// The attempt's number.
    pub attempt: u32,
    /// How it ended.
    pub outcome: AttemptOutcome,
}
