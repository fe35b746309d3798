//! What a host is told to do.

use std::collections::BTreeMap;

use crate::amounts::Amounts;
use crate::event::{Event, OutputValue, StopCause, Verdict};

/// What [`decide`](super::decide()) found: the events to journal, then the effects to perform.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// To be committed in one transaction, before any effect and any telling.
    pub events: Vec<Event>,
    /// To be performed after the commit, in order.
    pub effects: Vec<Effect>,
    /// How durable the commit has to be.
    pub durability: Durability,
}

/// What a commit must survive (ENGINE, section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Durability {
    /// The death of the process: in SQLite's WAL.
    #[default]
    Crash,
    /// A power cut: the WAL is flushed to the disk before the commit returns.
    Power,
}

/// Something to do outside. Effects are idempotent by their key: one that is performed twice (the host crashed after
/// the commit) must do nothing the second time.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start an attempt.
    Start(Box<StartAttempt>),
    /// Find what the result of a ready node follows from, and an earlier result of the same; answer with
    /// [`Input::Identified`](super::Input::Identified). The node holds no slot meanwhile.
    Identify(Box<IdentifyNode>),
    /// Begin the runner's stop sequence, even when the attempt is still being started.
    Stop {
        /// The attempt.
        key: AttemptKey,
        /// Why; evidence for the log, the journal has it.
        cause: StopCause,
    },
    /// Kill the whole tree now: a second cancel.
    Kill {
        /// The attempt.
        key: AttemptKey,
    },
    /// Bring what the attempt made on its copy of the workspace back into it, and answer with
    /// [`Input::Merged`](super::Input::Merged).
    Merge {
        /// The attempt.
        key: AttemptKey,
    },
    /// Answer with [`Input::Timer`](super::Input::Timer) when the time has come.
    SetTimer {
        /// The timer; setting it again replaces it.
        timer: TimerId,
        /// Comes back with the timer: an old one never matches.
        generation: u64,
        /// Milliseconds from now (monotonic).
        after_ms: u64,
    },
    /// Forget a timer; one that is not set is no error.
    CancelTimer {
        /// The timer.
        timer: TimerId,
        /// The generation it was set with.
        generation: u64,
    },
    /// The run is over: give everything back and end.
    Finish {
        /// How it ended.
        verdict: Verdict,
    },
}

/// Names an attempt within its run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptKey {
    /// Index into [`StoredPlan::nodes`](crate::plan::StoredPlan::nodes).
    pub node: usize,
    /// From 1; only grows, also over resumes.
    pub attempt: u32,
    /// The host that started it.
    pub epoch: u64,
}

/// Names one search for the identity of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey {
    /// Index into [`StoredPlan::nodes`](crate::plan::StoredPlan::nodes).
    pub node: usize,
    /// How often the node became ready.
    pub round: u32,
    /// The host that searches.
    pub epoch: u64,
}

/// What of a node's identity depends on the run's past; the rest stands in the plan and on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct IdentifyNode {
    /// The search.
    pub key: IdentityKey,
    /// Its work, rendered.
    pub command: RenderedCommand,
    /// Values of its `inputs`, by local name.
    pub inputs: BTreeMap<String, OutputValue>,
    /// `cache.key`, rendered.
    pub cache_key: Option<String>,
    /// What it waits for or names: index, and the result's name or, where that did not end well, its state.
    pub results: Vec<(usize, String)>,
    /// Whether an earlier result may be used; else only the identity is wanted.
    pub looks_up: bool,
}

/// A clock of the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerId {
    /// `timeout` of the node's live attempt. Its generation is the attempt's number.
    AttemptTimeout {
        /// The node's index.
        node: usize,
    },
    /// What the node's own budget allows its live attempt of time. Its generation is the attempt's number.
    AttemptBudget {
        /// The node's index.
        node: usize,
    },
    /// `timeout` of a DAG that is a node. Its generation is the moment at which it was opened.
    GroupTimeout {
        /// The node's index.
        node: usize,
    },
    /// The node's next try. Its generation is the number of the attempt that failed.
    Retry {
        /// The node's index.
        node: usize,
    },
    /// The moment from which on nobody's answer to the node's question counts. Its generation is that moment.
    Approval {
        /// The node's index.
        node: usize,
    },
    /// The moment at which a runner may be used again. Its generation is that moment.
    RunnerOpens {
        /// The runner's place among those of the plan.
        runner: usize,
    },
}

/// Everything a launcher needs that depends on the run's past; the rest stands in the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct StartAttempt {
    /// The attempt.
    pub key: AttemptKey,
    /// It undoes the node.
    pub undoes: bool,
    /// What to run.
    pub command: RenderedCommand,
    /// Values of the node's `inputs`, by local name.
    pub inputs: BTreeMap<String, OutputValue>,
    /// What it may spend of the run's budgets: its runner's hard cap, beside the node's own.
    pub reserved: Amounts,
}

/// A node's work with its templates filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderedCommand {
    /// Program and arguments.
    Argv {
        /// Each element is one argument.
        argv: Vec<String>,
    },
    /// A text that is not a template.
    Line {
        /// The text.
        line: String,
        /// The shell that gets it as its last argument; none: split into words and executed directly.
        shell: Option<Vec<String>>,
    },
    /// A prompt for the agent that the plan's node names, else for the runner's own.
    Agent {
        /// The prompt.
        prompt: String,
    },
}
