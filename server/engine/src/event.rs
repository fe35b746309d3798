//! The one event type that views and hosts exchange. Version 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::growth::Item;

use crate::amounts::{Amounts, Unit};

/// Version of [`Event`].
pub const EVENT_VERSION: u32 = 1;

/// An event with its place in the run's order. This is a line of `--json`, and the body of `divisi/runEvent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// [`EVENT_VERSION`].
    pub v: u32,
    /// The run.
    pub run: String,
    /// From 1, without gaps.
    pub seq: u64,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// A reader that does not know this event must not write to the store.
    pub critical: bool,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The plan is stored.
    RunPlanned {
        /// Name of the DAG.
        dag: String,
        /// Its file.
        file: String,
        /// Number of nodes that do work (groups do not count).
        nodes: usize,
        /// Slots.
        max_parallel: u32,
    },
    /// A host took the run over; `epoch` grows with each.
    HostStarted {
        /// Epoch of this host.
        epoch: u64,
        /// Its process.
        pid: u32,
    },
    /// A request was taken in.
    Requested {
        /// Row of the request table.
        id: u64,
        /// What was asked.
        request: Request,
    },
    /// A new host goes on with a run that was not over well: an earlier cancel or pause no longer holds.
    RunResumed {
        /// Row of the request table that asked for it.
        id: u64,
    },
    /// A node changed its state.
    NodeState {
        /// The node's path.
        node: String,
        /// Where it is now.
        state: NodeState,
        /// The attempt that led there; none where there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<u32>,
        /// Text for people: the error, the reason of a skip.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// Outputs, at `succeeded`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        outputs: BTreeMap<String, OutputValue>,
    },
    /// What makes the result of a ready node is known, and no earlier result is used: it may start.
    NodeIdentified {
        /// The node's path.
        node: String,
        /// Names everything that its result follows from, hex.
        identity: String,
        /// Why no earlier result is used; none where none was looked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        miss: Option<Miss>,
    },
    /// An earlier result of a ready node stands for one of its own; its next state is `reused`.
    NodeReused {
        /// The node's path.
        node: String,
        /// The result.
        source: ReusedResult,
    },
    /// The items of a `for_each` node are known: from here on the plan has an instance for each.
    GroupExpanded {
        /// The node's path.
        node: String,
        /// Its items, in order.
        items: Vec<Item>,
    },
    /// The arguments of a DAG that is a node are known.
    ArgumentsBound {
        /// The node's path.
        node: String,
        /// The arguments that depend on what was made in the run, by name.
        args: Map<String, Value>,
    },
    /// The time of a DAG that is a node is over.
    GroupTimedOut {
        /// The node's path.
        node: String,
    },
    /// The right to start was given: slot, locks, budget are held from here on.
    AttemptGranted {
        /// The node's path.
        node: String,
        /// From 1; only grows.
        attempt: u32,
        /// What it holds of its budgets until it ends.
        #[serde(default, skip_serializing_if = "Amounts::is_empty")]
        reserved: Amounts,
    },
    /// The process is there.
    AttemptStarted {
        /// The node's path.
        node: String,
        /// Its number.
        attempt: u32,
        /// Root process.
        pid: u32,
        /// Identity of the machine's boot.
        boot_id: String,
        /// Start time of the root process, in the system's own unit.
        start_time: u64,
    },
    /// The stop sequence begins; the cause is fixed from here on.
    AttemptStopping {
        /// The node's path.
        node: String,
        /// Its number.
        attempt: u32,
        /// Why.
        cause: StopCause,
    },
    /// The one end of an attempt.
    AttemptEnded {
        /// The node's path.
        node: String,
        /// Its number.
        attempt: u32,
        /// How.
        end: AttemptEnd,
        /// Exit code or signal, time, usage: evidence.
        evidence: Evidence,
    },
    /// The attempt that ended just now failed, and the node is tried again.
    RetryScheduled {
        /// The node's path.
        node: String,
        /// The failure that is tried again.
        kind: FailKind,
        /// When, in milliseconds since the epoch.
        due_at: i64,
        /// The whole wait in milliseconds.
        wait_ms: u64,
    },
    /// A person is asked. The node waits for the answer, and holds nothing meanwhile.
    ApprovalAsked {
        /// The node's path.
        node: String,
        /// The question.
        question: String,
        /// What the answer will be about: the question, and what the node's dependencies made.
        about: String,
        /// When nobody's answer counts any more, milliseconds since the epoch; none where it waits for as long as it
        /// takes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<i64>,
    },
    /// Every node is over, and from here on the run undoes what it did.
    CompensationStarted {
        /// What is undone, by paths, in this order.
        nodes: Vec<String>,
    },
    /// A runner's service gives no more for now, or it failed too often in a row: its nodes wait, all others go on.
    RunnerClosed {
        /// The runner's name.
        runner: String,
        /// When it is tried again, milliseconds since the epoch.
        until: i64,
        /// How often in a row.
        closures: u32,
        /// Whether the service named that moment.
        is_known: bool,
        /// Why.
        #[serde(default, skip_serializing_if = "ClosedBy::is_quota")]
        by: ClosedBy,
        /// For people.
        detail: String,
    },
    /// A runner may be used again.
    RunnerOpened {
        /// The runner's name.
        runner: String,
        /// By one node at first.
        probing: bool,
    },
    /// A budget has too little left for what could start, and nothing that is live will give any back.
    BudgetExhausted {
        /// Path of the node whose part of the run it limits; empty for the whole run.
        scope: String,
        /// What there is too little of.
        unit: Unit,
        /// What was spent of it.
        spent: u64,
        /// How much may be spent.
        limit: u64,
    },
    /// A node could start but for something that another run has; the run asks for it several times a second.
    Withheld {
        /// The node's path.
        node: String,
        /// For people: `the lock db`.
        what: String,
        /// Who has it, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Holder>,
    },
    /// Nothing is live and nothing can start.
    RunEnded {
        /// How it ended.
        verdict: Verdict,
    },
    /// The core asked for a transition that its table forbids and was refused: a fault of ours, kept for the report.
    Refused {
        /// What was refused.
        detail: String,
    },
    /// From a newer version; kept, and ignored where it is not critical.
    #[serde(other)]
    Unknown,
}

impl Event {
    /// Whether a reader that does not know this event would get the run's state wrong.
    pub fn is_critical(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::Unknown)
    }
}

/// Why a runner is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// Its service gives no more.
    #[default]
    Quota,
    /// Several attempts in a row failed by it.
    Faults,
}

impl ClosedBy {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    const fn is_quota(&self) -> bool {
        matches!(self, Self::Quota)
    }
}

/// Why no earlier result is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Kind of miss.
    pub kind: MissKind,
    /// The first difference, for people: `reads changed: src/a.rs`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Kind of a miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissKind {
    /// No result of this node is kept.
    New,
    /// Something that the result follows from is not what it was.
    Changed,
    /// The result is older than its `ttl`.
    Stale,
    /// A file that the result would be put over is somebody's work.
    Edited,
    /// What was kept is no longer whole.
    Lost,
}

/// An earlier result that is used.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReusedResult {
    /// What it follows from, hex; empty where a run takes a node of its parent over.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identity: String,
    /// Names the result, hex.
    pub result_id: String,
    /// The run that made it.
    pub run: String,
    /// Time that its making took in milliseconds.
    pub saved_ms: u64,
    /// What its making cost in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_usd: Option<f64>,
    /// Bytes of its outputs and files.
    pub bytes: u64,
}

/// What became of the result of an attempt that could be used again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptResult {
    /// Names the result, hex.
    pub result_id: String,
    /// Bytes of its outputs and files.
    pub bytes: u64,
    /// Results that had to go to make room for it.
    #[serde(skip_serializing_if = "is_zero")]
    pub evicted: u64,
    /// Why it is not kept, for people; empty where it is. Then it serves this run alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub not_kept: String,
}

/// Who has something that others wait for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holder {
    /// The run.
    pub run: String,
    /// Its node; none where the run has it as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The run's host.
    pub pid: u32,
    /// Since when, in milliseconds since the epoch.
    pub since: i64,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "run {}", self.run)?;
        match &self.node {
            Some(node) => write!(formatter, " node {node}"),
            None => Ok(()),
        }
    }
}

/// What can be asked of a run, through rows of the request table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Stop everything; a second one kills at once.
    Cancel,
    /// Stop everything, and undo what was done; of a run that failed or was cancelled, undo it.
    Compensate,
    /// Cancel one node.
    CancelNode {
        /// Its path.
        node: String,
    },
    /// A person's word on what a lost attempt counts as. A node that waits for none is left alone.
    Decide {
        /// Its path.
        node: String,
        /// The word.
        decision: LostDecision,
    },
    /// A person's answer to the question of a node. One about something else than what is asked now is left alone.
    Approve {
        /// Its path.
        node: String,
        /// The answer.
        approved: bool,
        /// Who gave it.
        by: String,
        /// What they said beside it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// What it is about, as the question said.
        about: String,
    },
    /// Beside a resume: do a node and everything that waits for it again, whatever came of it.
    Forget {
        /// Its path.
        node: String,
    },
    /// Beside a resume: do a node again, and hold back everything else until the next resume.
    Only {
        /// Its path.
        node: String,
    },
    /// Start nothing new.
    Pause,
    /// Go on.
    Unpause,
    /// Let a budget of the run have more.
    Raise {
        /// Path of the node whose part of the run it limits; empty for the whole run.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        scope: String,
        /// How much more.
        more: Amounts,
    },
    /// Make an unfinished run go on under a new host: what failed, was cancelled, skipped or blocked is pending again.
    Resume,
}

/// What a person makes of a lost attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostDecision {
    /// The node runs again.
    Retry,
    /// Its work was done; it has no outputs.
    Succeeded,
    /// Its work was not done.
    Failed,
}

/// State of a node (ENGINE, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum NodeState {
    /// Waits for dependencies.
    Pending,
    /// May start.
    Ready,
    /// Waits for a person.
    WaitingApproval,
    /// An attempt is live.
    Running,
    /// Its attempt is being stopped.
    Stopping {
        /// Why.
        cause: StopCause,
    },
    /// Its result is being merged.
    Merging,
    /// Waits for its next try.
    RetryWait,
    /// Its attempt's end is unknown.
    Lost,
    /// A person decides what a lost attempt counts as.
    WaitingDecision,
    /// Its state is derived from its children.
    Expanded,
    /// Done.
    Succeeded,
    /// An earlier result was used.
    Reused,
    /// Not done.
    Failed {
        /// Kind of failure.
        kind: FailKind,
    },
    /// Chosen not to run.
    Skipped,
    /// Could not run: something it needs is bad.
    Blocked,
    /// Stopped by a request.
    Cancelled,
    /// Its work is being undone.
    Compensating,
    /// Its work is undone.
    Compensated,
    /// Its work could not be undone.
    CompensationFailed,
}

impl NodeState {
    /// Over, as far as this pass of the run goes (`T` in ENGINE, section 3). A compensation is not an end of the
    /// node's own work: it begins after every node is over.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::Succeeded
                | Self::Reused
                | Self::Failed { .. }
                | Self::Skipped
                | Self::Blocked
                | Self::Cancelled
                | Self::Compensating
                | Self::Compensated
                | Self::CompensationFailed
        )
    }

    /// Whether an attempt of the node may have a living process.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Running | Self::Stopping { .. })
    }
}

/// Why an attempt is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// `timeout` is over.
    TimedOut,
    /// `idle_timeout` is over.
    Idle,
    /// A request, or `on_failure: abort`.
    Cancelled,
    /// The budget is used up.
    Budget,
}

/// Kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailKind {
    /// The program's exit status.
    Exit,
    /// `timeout`.
    TimedOut,
    /// `idle_timeout`.
    Idle,
    /// A declared output is not there.
    OutputMissing,
    /// An output is over its limit.
    OutputTooLarge,
    /// An output holds a secret, or is not the JSON it should be.
    OutputInvalid,
    /// The runner says so.
    Runner,
    /// The program could not be started.
    Spawn,
    /// `when` or `for_each` could not be evaluated.
    Expression,
    /// A template could not be rendered.
    Template,
    /// An input is not there.
    Input,
    /// The identity could not be computed.
    Identity,
    /// The budget.
    Budget,
    /// Its end is unknown.
    Lost,
    /// Merging met a conflict.
    MergeConflict,
    /// An approval was refused.
    Rejected,
    /// A person marked it so.
    Marked,
    /// Children failed.
    Children,
}

/// The one end of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AttemptEnd {
    /// Done, outputs and all.
    Succeeded,
    /// Not done.
    Failed {
        /// Kind of failure.
        kind: FailKind,
    },
    /// Stopped: `timeout`.
    TimedOut,
    /// Stopped: `idle_timeout`.
    Idle,
    /// Stopped: a request or `abort`.
    Cancelled,
    /// By its runner and not by its task, for want of quota or while the runner was closed: no try used.
    Interrupted,
    /// Unknown.
    Lost,
}

/// What is known of an attempt's end.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Signal that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Wall time in milliseconds.
    pub wall_ms: u64,
    /// What the runner reports of tokens and cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The agent's own name for its conversation: with it the agent's program finds it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Tools that the agent asked for and that were refused, each time they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
    /// What went wrong, where the runner says so in a structured field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<RunnerFault>,
    /// Of a success whose result could be used again: what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<KeptResult>,
    /// Text for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Tokens and cost, as a runner reports them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens read, those from a cache included.
    pub input_tokens: u64,
    /// Of the tokens read, those that came from a cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Answers of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns: Option<u32>,
    /// US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

impl Usage {
    /// What several used together; none for none.
    pub fn sum<'a>(usages: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        usages.into_iter().fold(None, |sum: Option<Self>, usage| {
            let mut sum = sum.unwrap_or_default();
            sum.add(usage);
            Some(sum)
        })
    }

    /// Tokens read and written.
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }

    /// Adds what another attempt used.
    pub fn add(&mut self, other: &Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        if let Some(turns) = other.turns {
            self.turns = Some(self.turns.unwrap_or(0).saturating_add(turns));
        }
        if let Some(usd) = other.usd {
            self.usd = Some(self.usd.unwrap_or(0.0) + usd);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What went wrong in an attempt of an agent, as its program says in a structured field, never by its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunnerFault {
    /// The service gives no more for now.
    Quota,
    /// The service does not know the key, or nobody pays for it.
    Auth,
    /// The cap on its cost.
    Budget,
    /// The cap on its turns.
    Turns,
    /// The service failed or refused.
    Service,
    /// The program ended without a last word: a flag it does not know, a crash.
    BrokeOff,
    /// Anything else that the program reports.
    Other,
}

/// An output, as dependents see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputValue {
    /// Text or JSON (256 KiB of text at most in an event; larger ones are blobs).
    Value(Value),
    /// A file in the workspace.
    File {
        /// Absolute path: what `.outputs.x` is.
        path: String,
        /// BLAKE3 of its bytes, hex.
        digest: String,
        /// Its contents where they are text of 256 KiB at most: what `.outputs.x.text` is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A large text, kept in the run's folder.
    Blob {
        /// Absolute path.
        path: String,
        /// BLAKE3 of its bytes, hex.
        digest: String,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All went well (tolerated failures are listed).
    Succeeded,
    /// Something failed without tolerance.
    Failed,
    /// One node ran alone, as was asked; the others wait for a resume.
    Halted,
    /// A request.
    Cancelled,
    /// Undone.
    Compensated,
    /// Could not be undone.
    CompensationFailed,
}
