//! What the command line and the language server use: start a run, list runs, follow one, ask something of it.
//! Everything goes through files under `.divisi/`; nothing here needs the host to answer.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_workspace::{Document, Snapshot};
use serde::Serialize;
use serde_json::Value;

use crate::amounts::{Amounts, Unit};
pub use crate::core::status::{PauseCause, RunStatus};
use crate::core::{NodeStanding, State, replay, status};
pub use crate::edited::Edit;
use crate::environment::own_environment;
use crate::event::{Event, EventRecord, LostDecision, NodeState, Request, Verdict};
use crate::host::{READY, now_ms};
use crate::journal::{self, Journal, JournalError, Reader, SigningKey};
use crate::launch::belongs_to_an_attempt;
use crate::logs::{Step, read_log};
use crate::outside::{Ancestry, refuse_what_an_ancestor_holds};
use crate::plan::{Reuse, StoredPlan};
use crate::run_folder::{RunFolder, runs_folder};
use crate::view::RunView;
use crate::{edited, make_plan, state_folder};

/// Why something could not be done: what, where, what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// For people.
    pub message: String,
    /// Places in the DAG file that cause it.
    pub places: Vec<(divisi_syntax::Span, String)>,
}

impl EngineError {
    /// One without a place in the file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), places: Vec::new() }
    }
}

impl From<JournalError> for EngineError {
    fn from(error: JournalError) -> Self {
        Self::new(error.to_string())
    }
}

/// What a user asks for when starting a run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// `--arg k=v`, as given; typed by the DAG's declarations.
    pub args: Vec<(String, String)>,
    /// Arguments from an editor, as JSON.
    pub json_args: serde_json::Map<String, Value>,
    /// `--max-parallel`.
    pub max_parallel: Option<u32>,
    /// `--to ID`: this node and its ancestors only.
    pub to: Option<String>,
    /// `--no-cache`, `--refresh`.
    pub reuse: Reuse,
    /// The plan is only looked at: no program is started to make it, and it must not be run.
    pub starts_nothing: bool,
    /// `--concurrent`: beside other runs in the same worktree, whatever they write.
    pub concurrent: bool,
}

/// Binds, resolves and freezes the DAG of `document`. Refuses findings of severity error, keys that a run cannot
/// perform yet (named with their place), unbound arguments, and settings that could not be read.
pub fn plan(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    options: &RunOptions,
) -> Result<StoredPlan, EngineError> {
    make_plan::make(snapshot, document, options)
}

/// Refuses settings that a run goes by and that could not be read. [`plan`] does so itself; what continues a stored
/// plan asks here.
///
/// # Errors
/// The first such fault, with its file and place.
pub fn check_settings(snapshot: &Snapshot) -> Result<(), EngineError> {
    make_plan::refuse::settings(snapshot)
}

/// The runs of one workspace: the folder `.divisi/` under its root.
#[derive(Debug, Clone)]
pub struct Runs {
    root: PathBuf,
}

/// A person's answer to the question of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    /// Yes or no.
    pub approved: bool,
    /// What they said beside it.
    pub comment: Option<String>,
    /// The question they saw, by [`NodeView::asked_about`](crate::view::NodeView::asked_about); none for whatever is
    /// asked at this moment.
    pub about: Option<String>,
}

/// One of a node's attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichAttempt {
    /// The latest at its own work.
    Latest,
    /// The latest to undo it.
    Undoing,
    /// By its number, from 1; attempts to undo the node count on.
    Number(u32),
}

impl From<Option<u32>> for WhichAttempt {
    /// The latest where no number is given.
    fn from(number: Option<u32>) -> Self {
        number.map_or(Self::Latest, Self::Number)
    }
}

/// What is known of a run at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// Its id: sorts by time.
    pub run: String,
    /// Name of its DAG.
    pub dag: String,
    /// The DAG's file.
    pub file: PathBuf,
    /// Milliseconds since the epoch.
    pub started_at: i64,
    /// Milliseconds since the epoch; none while it goes on.
    pub ended_at: Option<i64>,
    /// Where it stands.
    pub status: RunStatus,
    /// Nodes that are over.
    pub done: usize,
    /// Nodes that do work.
    pub nodes: usize,
    /// Nodes that failed.
    pub failed: usize,
}

impl Runs {
    /// The runs of the workspace at `root`. Refuses a `.divisi/` that is a symlink, another user's, or tracked by git.
    pub fn open(root: &Path) -> Result<Self, EngineError> {
        state_folder::check(root).map_err(EngineError::new)?;
        Ok(Self { root: root.to_owned() })
    }

    /// The workspace's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Stores a plan as a new run; its id.
    ///
    /// # Errors
    /// This process runs inside a node that holds what the plan needs, or the files cannot be written.
    pub fn create(&self, plan: &StoredPlan) -> Result<String, EngineError> {
        refuse_inside_of_a_holder(plan)?;
        let folder =
            |error: io::Error| EngineError::new(format!("{}: {error}", runs_folder(&self.root).display()));
        state_folder::make(&self.root).map_err(folder)?;
        let key = signing_key()?;
        loop {
            let run = new_run_id();
            let dir = runs_folder(&self.root).join(&run);
            match fs::create_dir(&dir) {
                Ok(()) => {
                    Journal::create(&dir, &run, plan, &key, now_ms())?;
                    return Ok(run);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(folder(error)),
            }
        }
    }

    /// Starts `divisi host DIR` in a session of its own. `divisi` is the program to run (the current executable).
    /// Returns when the host holds the run's lock and the journal says so.
    pub fn start_host(&self, run: &str, divisi: &Path) -> Result<(), EngineError> {
        let folder = self.folder(run)?;
        refuse_inside_of_a_holder(&self.plan(run)?)?;
        let log = open_log(&folder.host_log())?;
        let already = log.metadata().map_or(0, |metadata| metadata.len());
        let mut command = Command::new(divisi);
        command.arg("host").arg(folder.path()).current_dir(&self.root);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut host = command.spawn().map_err(|error| {
            EngineError::new(format!("{} could not be started: {error}", divisi.display()))
        })?;
        let mut word = String::new();
        if let Some(output) = host.stdout.take() {
            // An error here is an end without the word.
            let _ = BufReader::new(output).read_line(&mut word);
        }
        // Whoever waits for the host frees its entry in the process table; nobody else does while we live.
        let reaper = std::thread::Builder::new().name("divisi-host-reaper".to_owned());
        let reaper = reaper.spawn(move || host.wait());
        if word.trim_end() == READY {
            return Ok(());
        }
        if let Ok(reaper) = reaper {
            let _ = reaper.join();
        }
        Err(EngineError::new(format!(
            "the host of the run {run} did not start: {}",
            tail(&folder.host_log(), already)
        )))
    }

    /// All runs, the latest first. A run that cannot be read is left out of the list and named in the second part.
    pub fn list(&self) -> Result<(Vec<RunSummary>, Vec<EngineError>), EngineError> {
        self.latest(usize::MAX)
    }

    /// As [`Runs::list`], but `most` at most: no further journal is read.
    pub fn latest(&self, most: usize) -> Result<(Vec<RunSummary>, Vec<EngineError>), EngineError> {
        let mut summaries = Vec::new();
        let mut faults = Vec::new();
        for run in self.ids()?.into_iter().rev() {
            if summaries.len() >= most {
                break;
            }
            match self.summary_of(&run) {
                Ok(summary) => summaries.push(summary),
                Err(fault) => faults.push(EngineError::new(format!("the run {run} cannot be read: {fault}"))),
            }
        }
        Ok((summaries, faults))
    }

    /// One run at a glance; `run` may be a unique prefix.
    pub fn summary(&self, run: &str) -> Result<RunSummary, EngineError> {
        self.summary_of(&self.resolve(run)?)
    }

    /// Its plan.
    pub fn plan(&self, run: &str) -> Result<StoredPlan, EngineError> {
        Ok(Arc::unwrap_or_clone(self.reader(run)?.plan()?))
    }

    /// Events after `seq`, in order. Cheap to poll.
    pub fn events(&self, run: &str, after: u64) -> Result<Vec<EventRecord>, EngineError> {
        Ok(self.reader(run)?.events(after)?)
    }

    /// The run as its events so far tell it, and these events.
    pub fn view(&self, run: &str) -> Result<(RunView, Vec<EventRecord>), EngineError> {
        let reader = self.reader(run)?;
        let records = reader.events(0)?;
        let mut view = RunView::new(reader.plan().ok().as_deref());
        records.iter().for_each(|record| view.apply(record));
        Ok((view, records))
    }

    /// The latest runs of the DAG in `file` that are over, the latest first: `most` of them at most, and none that is
    /// further back than [`Runs::LOOK_BACK`]. What cannot be read is passed over.
    pub fn past(&self, file: &Path, most: usize) -> Result<Vec<RunView>, EngineError> {
        let ids = self.ids()?.into_iter().rev().take(Self::LOOK_BACK);
        let of_file = ids.filter(|run| {
            let plan = self.reader(run).and_then(|reader| Ok(reader.plan()?));
            plan.is_ok_and(|plan| plan.file == file)
        });
        let views = of_file.filter_map(|run| self.view(&run).ok()).map(|(view, _)| view);
        Ok(views.filter(|view| view.verdict().is_some()).take(most).collect())
    }

    /// How many runs of a workspace are looked through for those of one DAG.
    pub const LOOK_BACK: usize = 200;

    /// Asks; the host takes it in within 200 ms. The request's number. An error where the run is over, nobody owns it,
    /// or it has no such node.
    pub fn ask(&self, run: &str, request: Request) -> Result<u64, EngineError> {
        let run = self.resolve(run)?;
        match self.summary_of(&run)?.status {
            RunStatus::Ended(_) => Err(EngineError::new(format!("the run {run} is over"))),
            RunStatus::Planned | RunStatus::Orphaned => Err(EngineError::new(format!(
                "nobody hosts the run {run}; `divisi resume {run}` continues it"
            ))),
            _ => {
                if let Request::CancelNode { node } | Request::Decide { node, .. } = &request {
                    index_of(&self.state(&run)?, &run, node)?;
                }
                Ok(journal::ask(self.folder(&run)?.path(), &request, now_ms())?)
            }
        }
    }

    /// Waits until the run has taken a request in, `patience` at most; whether it has.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn await_request(&self, run: &str, request: u64, patience: Duration) -> Result<bool, EngineError> {
        let deadline = Instant::now() + patience;
        let mut seen = 0;
        loop {
            for record in self.events(run, seen)? {
                seen = record.seq;
                if matches!(record.event, Event::Requested { id, .. } if id == request) {
                    return Ok(true);
                }
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            std::thread::sleep(Self::POLL);
        }
    }

    /// Asks to undo what a run did. Whether a host has to be started for it: one that is hosted is cancelled first,
    /// one that failed, was cancelled or lost its host is taken over.
    ///
    /// # Errors
    /// The run succeeded, is undone already or is being undone, or this user did not start it.
    pub fn prepare_compensation(&self, run: &str) -> Result<bool, EngineError> {
        let run = self.resolve(run)?;
        self.refuse_foreign(&run)?;
        let status = self.summary_of(&run)?.status;
        let refusal = match status {
            RunStatus::Ended(Verdict::Succeeded) => "has succeeded; only a run that did not can be undone",
            RunStatus::Ended(Verdict::Compensated) => "is undone already",
            RunStatus::Ended(Verdict::CompensationFailed) => {
                "could not be undone; `divisi resume` tries what failed again"
            }
            _ if self.state(&run)?.is_undoing() => "is being undone",
            _ => {
                journal::ask(self.folder(&run)?.path(), &Request::Compensate, now_ms())?;
                let is_hosted =
                    !matches!(status, RunStatus::Planned | RunStatus::Orphaned | RunStatus::Ended(_));
                return Ok(!is_hosted);
            }
        };
        Err(EngineError::new(format!("the run {run} {refusal}")))
    }

    /// Makes an unfinished run ready for a new host: what failed, was cancelled, skipped or blocked is pending again.
    /// Refuses a run that somebody hosts, one that succeeded, and one that this user did not start.
    pub fn prepare_resume(&self, run: &str) -> Result<(), EngineError> {
        let run = self.resolve(run)?;
        self.refuse_foreign(&run)?;
        match self.summary_of(&run)?.status {
            RunStatus::Ended(Verdict::Succeeded) => {
                Err(EngineError::new(format!("the run {run} has succeeded; there is nothing to resume")))
            }
            RunStatus::Planned | RunStatus::Orphaned | RunStatus::Ended(_) => {
                journal::ask(self.folder(&run)?.path(), &Request::Resume, now_ms())?;
                Ok(())
            }
            _ if journal::stays_run_owned(self.folder(&run)?.path()) => {
                let owner = self.reader(&run)?.owner()?;
                let owner = owner.map(|owner| format!(" in {owner}")).unwrap_or_default();
                Err(EngineError::new(format!("the run {run} goes on{owner}; `divisi attach {run}` shows it")))
            }
            // Its host died this moment.
            _ => self.prepare_resume(&run),
        }
    }

    /// Like [`Runs::prepare_resume`], and has `nodes` and everything that waits for them done again; so a run that
    /// succeeded can go on, too.
    ///
    /// # Errors
    /// The run has no such node, somebody hosts it, or this user did not start it.
    pub fn prepare_resume_from(&self, run: &str, nodes: &[String]) -> Result<(), EngineError> {
        let run = self.resolve(run)?;
        let state = self.state(&run)?;
        for node in nodes {
            index_of(&state, &run, node)?;
        }
        if !nodes.is_empty() {
            refuse_undoing(&run, &state)?;
        }
        self.reopen(&run, &state, !nodes.is_empty())?;
        for node in nodes {
            let request = Request::Forget { node: node.clone() };
            journal::ask(self.folder(&run)?.path(), &request, now_ms())?;
        }
        Ok(())
    }

    /// Has a run go on, also one that succeeded where some of its nodes are to be done again.
    fn reopen(&self, run: &str, state: &State, is_done_again: bool) -> Result<(), EngineError> {
        let has_succeeded = state.verdict() == Some(Verdict::Succeeded);
        if !has_succeeded || !is_done_again {
            return self.prepare_resume(run);
        }
        self.refuse_foreign(run)?;
        journal::ask(self.folder(run)?.path(), &Request::Resume, now_ms())?;
        Ok(())
    }

    /// Like [`Runs::prepare_resume`], and has `node` done again alone: everything else waits for the next resume.
    ///
    /// # Errors
    /// The run has no such node, somebody hosts it, this user did not start it, or something that the node waits for
    /// is not over.
    pub fn prepare_resume_only(&self, run: &str, node: &str) -> Result<(), EngineError> {
        let run = self.resolve(run)?;
        let state = self.state(&run)?;
        let index = index_of(&state, &run, node)?;
        refuse_undoing(&run, &state)?;
        if let Some(obstacle) = state.obstacle_to_run_alone(index) {
            return Err(EngineError::new(format!("the node {node} cannot run alone: {obstacle}")));
        }
        self.reopen(&run, &state, true)?;
        journal::ask(self.folder(&run)?.path(), &Request::Only { node: node.to_owned() }, now_ms())?;
        Ok(())
    }

    /// Refuses what [`Runs::decide_lost`] refuses, and asks nothing.
    ///
    /// # Errors
    /// The run has no such node, or its latest attempt was not lost.
    pub fn check_lost(&self, run: &str, decisions: &[(String, LostDecision)]) -> Result<(), EngineError> {
        let run = self.resolve(run)?;
        let state = self.state(&run)?;
        // What was live when a host died will be lost; what is live under a host is not.
        let is_hosted = !decisions.is_empty() && self.summary_of(&run)?.status.is_live();
        for (node, _) in decisions {
            let index = index_of(&state, &run, node)?;
            let at = state.node(index).map(|standing| standing.state());
            let is_lost = |at: NodeState| at == NodeState::WaitingDecision || (at.is_live() && !is_hosted);
            if !at.is_some_and(is_lost) {
                return Err(EngineError::new(format!(
                    "the node {node} lost no attempt, so there is nothing to decide about it"
                )));
            }
        }
        Ok(())
    }

    /// What is different in `today`, a plan of the same file, from what `run` was planned from.
    ///
    /// # Errors
    /// There is no such run, or it cannot be read.
    pub fn edits(&self, run: &str, today: &StoredPlan) -> Result<Vec<Edit>, EngineError> {
        Ok(edited::edits(today, &self.plan(run)?))
    }

    /// Makes `today` go on from `run`: what finished there, did not change and follows from nothing that did is taken
    /// over. The nodes that are; all others run.
    ///
    /// # Errors
    /// There is no such run, somebody hosts it, or this user did not start it.
    pub fn adopt(&self, run: &str, today: &mut StoredPlan) -> Result<Vec<String>, EngineError> {
        let run = self.resolve(run)?;
        self.refuse_foreign(&run)?;
        match self.summary_of(&run)?.status {
            RunStatus::Planned | RunStatus::Orphaned | RunStatus::Ended(_) => {}
            _ => {
                let message = format!("the run {run} goes on; cancel it first: `divisi cancel {run}`");
                return Err(EngineError::new(message));
            }
        }
        Ok(edited::adopt(today, &self.state(&run)?))
    }

    fn refuse_foreign(&self, run: &str) -> Result<(), EngineError> {
        if self.reader(run)?.is_signed_with(&signing_key()?)? {
            return Ok(());
        }
        Err(EngineError::new(format!(
            "the run {run} was not stored by you on this machine; it can be looked at, not resumed"
        )))
    }

    /// Puts a person's word on lost attempts into the run's table: behind a resume where the run is to be resumed, so
    /// that it is heard before anything starts.
    ///
    /// # Errors
    /// The run has no such node, or its latest attempt was not lost.
    pub fn decide_lost(&self, run: &str, decisions: &[(String, LostDecision)]) -> Result<(), EngineError> {
        let run = self.resolve(run)?;
        self.check_lost(&run, decisions)?;
        for (node, decision) in decisions {
            let request = Request::Decide { node: node.clone(), decision: *decision };
            journal::ask(self.folder(&run)?.path(), &request, now_ms())?;
        }
        Ok(())
    }

    /// Answers the question of a node; the number of the request.
    ///
    /// # Errors
    /// The run has no such node, the node asks nothing or something else by now, nobody hosts the run, or an attempt
    /// of a run tries to answer: no agent approves anything.
    pub fn approve(&self, run: &str, node: &str, answer: &GivenAnswer) -> Result<u64, EngineError> {
        if belongs_to_an_attempt() {
            return Err(EngineError::new(
                "this runs inside of a node, and what nodes start approves nothing: a person has to",
            ));
        }
        let run = self.resolve(run)?;
        let state = self.state(&run)?;
        let index = index_of(&state, &run, node)?;
        let Some(about) = state.asked_about(index) else {
            return Err(EngineError::new(format!("the node {node} asks nothing at this moment")));
        };
        if answer.about.as_deref().is_some_and(|seen| seen != about) {
            return Err(EngineError::new(format!(
                "the node {node} asks anew: what is before it was done again"
            )));
        }
        let GivenAnswer { approved, comment, .. } = answer.clone();
        let (node, about) = (node.to_owned(), about.to_owned());
        self.ask(&run, Request::Approve { node, approved, by: user(), comment, about })
    }

    /// Refuses what [`Runs::raise_budgets`] refuses, and asks nothing.
    ///
    /// # Errors
    /// The run has no such budget, or it does not limit that.
    pub fn check_budgets(&self, run: &str, raises: &[(String, Amounts)]) -> Result<(), EngineError> {
        let budgets = self.plan(run)?.budgets;
        for (scope, more) in raises {
            let budget = budgets.iter().find(|budget| budget.scope == *scope);
            let limits = |unit: &Unit| budget.is_some_and(|budget| budget.limit.get(*unit).is_some());
            let mut asked = Unit::ALL.into_iter().filter(|unit| more.get(*unit).is_some());
            if let Some(unit) = asked.find(|unit| !limits(unit)) {
                let whose = if scope.is_empty() { "the run".to_owned() } else { format!("`{scope}`") };
                let message = format!("{whose} has no budget in {}: there is nothing to raise", unit.key());
                return Err(EngineError::new(message));
            }
        }
        Ok(())
    }

    /// Lets budgets of a run have more, each named by the node whose part of the run it limits (empty for the whole
    /// run): behind a resume where the run is to be resumed, so that it is heard before anything starts.
    ///
    /// # Errors
    /// The run has no such budget, or it does not limit that.
    pub fn raise_budgets(&self, run: &str, raises: &[(String, Amounts)]) -> Result<(), EngineError> {
        let run = self.resolve(run)?;
        self.check_budgets(&run, raises)?;
        for (scope, more) in raises {
            let request = Request::Raise { scope: scope.clone(), more: *more };
            journal::ask(self.folder(&run)?.path(), &request, now_ms())?;
        }
        Ok(())
    }

    /// The captured output of a node's attempt, for people.
    ///
    /// # Errors
    /// The run has no such node, the node no such attempt, or its log cannot be read.
    pub fn log(&self, run: &str, node: &str, which: WhichAttempt) -> Result<Vec<u8>, EngineError> {
        let run = self.resolve(run)?;
        let state = self.state(&run)?;
        let index = index_of(&state, &run, node)?;
        let of_node = |number: fn(&NodeStanding) -> u32| state.node(index).map_or(0, number);
        let latest = of_node(NodeStanding::attempt);
        let attempt = match which {
            WhichAttempt::Latest => of_node(NodeStanding::worked),
            WhichAttempt::Undoing => of_node(NodeStanding::undone),
            WhichAttempt::Number(attempt) => attempt,
        };
        if attempt == 0 || attempt > latest {
            return Err(EngineError::new(match (latest, which) {
                (0, _) => match instances(state.plan(), node) {
                    instances if instances.is_empty() => format!("the node {node} was not started"),
                    instances => format!("the node {node} ran as {}", instances.join(", ")),
                },
                (_, WhichAttempt::Undoing) => format!("nothing has undone the node {node}"),
                _ => format!("the node {node} has the attempts 1 to {latest}"),
            }));
        }
        let path = self.folder(&run)?.attempt(index, node, attempt).log();
        read_log(&path).map_err(|error| EngineError::new(format!("{}: {error}", path.display())))
    }

    /// What the agent of a live node does at the moment; nothing for a program. `run` is a whole id, and `view` knows its
    /// plan. Cheap to poll.
    pub fn step(&self, run: &str, view: &RunView, node: &str) -> Step {
        let place = view.index(node).zip(view.node(node));
        let Some((index, standing)) = place else { return Step::default() };
        let folder = RunFolder::new(runs_folder(&self.root).join(run)).attempt(index, node, standing.attempt);
        if !folder.stream().exists() {
            return Step::default();
        }
        Step::read(&folder.log(), &self.root)
    }

    /// How long to wait between two looks at a live journal.
    pub const POLL: Duration = Duration::from_millis(50);

    pub(crate) fn ids(&self) -> Result<Vec<String>, EngineError> {
        let folder = runs_folder(&self.root);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(EngineError::new(format!("{}: {error}", folder.display()))),
        };
        let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut ids: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// The run called `run`, or the only one that begins so.
    fn resolve(&self, run: &str) -> Result<String, EngineError> {
        let ids = self.ids()?;
        if ids.iter().any(|id| id == run) {
            return Ok(run.to_owned());
        }
        let mut matching = ids.iter().filter(|id| !run.is_empty() && id.starts_with(run));
        match (matching.next(), matching.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => Err(EngineError::new(format!("there is no run {run}; `divisi runs` lists them"))),
            (Some(first), Some(second)) => Err(EngineError::new(format!(
                "several runs begin with {run}: {first}, {second} …; write more of it"
            ))),
        }
    }

    fn folder(&self, run: &str) -> Result<RunFolder, EngineError> {
        Ok(RunFolder::new(runs_folder(&self.root).join(self.resolve(run)?)))
    }

    fn reader(&self, run: &str) -> Result<Reader, EngineError> {
        Ok(Reader::open(self.folder(run)?.path())?)
    }

    pub(crate) fn state(&self, run: &str) -> Result<State, EngineError> {
        let reader = self.reader(run)?;
        let plan = reader.plan()?;
        replay(run, plan, &reader.events(0)?).map_err(|fault| EngineError::new(fault.to_string()))
    }

    fn summary_of(&self, run: &str) -> Result<RunSummary, EngineError> {
        // Ownership first: a host that ends between the two looks has written its end by then.
        let is_owned = self.reader(run)?.is_owned();
        let state = self.state(run)?;
        let planned_at = self.reader(run)?.events(0)?.first().map_or(0, |record| record.at);
        Ok(summarise(run, &state, is_owned, planned_at))
    }
}

/// Who answers, as the system knows them.
fn user() -> String {
    let name = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "somebody".to_owned())
}

fn refuse_inside_of_a_holder(plan: &StoredPlan) -> Result<(), EngineError> {
    let ancestry = Ancestry::from_environment(&own_environment());
    refuse_what_an_ancestor_holds(plan, &ancestry).map_err(EngineError::new)
}

fn refuse_undoing(run: &str, state: &State) -> Result<(), EngineError> {
    if !state.is_undoing() {
        return Ok(());
    }
    Err(EngineError::new(format!(
        "the run {run} is to be undone, and that is not over; `divisi resume {run}` goes on with it"
    )))
}

fn index_of(state: &State, run: &str, node: &str) -> Result<usize, EngineError> {
    state.index(node).ok_or_else(|| {
        let paths = state.plan().nodes.iter().map(|node| node.path.as_str());
        let hint = divisi_analysis::did_you_mean::nearest(node, paths);
        let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        EngineError::new(format!("the run {run} has no node {node}{hint}"))
    })
}

/// Paths of what a group became.
fn instances<'a>(plan: &'a StoredPlan, group: &str) -> Vec<&'a str> {
    let index = plan.nodes.iter().position(|node| node.path == group);
    plan.nodes
        .iter()
        .filter(|node| index.is_some() && node.group == index)
        .map(|node| node.path.as_str())
        .collect()
}

fn summarise(run: &str, state: &State, is_owned: bool, planned_at: i64) -> RunSummary {
    let plan = state.plan();
    let working = plan.nodes.iter().enumerate().filter(|(_, node)| !node.work.is_group());
    let states: Vec<NodeState> = working.filter_map(|(index, _)| Some(state.node(index)?.state())).collect();
    RunSummary {
        run: run.to_owned(),
        dag: plan.dag.clone(),
        file: plan.file.clone(),
        started_at: state.started_at().unwrap_or(planned_at),
        ended_at: state.ended_at(),
        status: status::status(state, is_owned),
        done: states.iter().filter(|state| state.is_terminal()).count(),
        nodes: states.len(),
        failed: states.iter().filter(|state| matches!(state, NodeState::Failed { .. })).count(),
    }
}

fn signing_key() -> Result<SigningKey, EngineError> {
    Ok(SigningKey::load_or_create(&SigningKey::default_path()?)?)
}

/// `20260131-235959-123-1f3a`: the millisecond in UTC, so that ids sort by time, and a random part.
fn new_run_id() -> String {
    let random: u16 = rand::random();
    format!("{}-{random:04x}", jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S-%3f"))
}

fn open_log(path: &Path) -> Result<File, EngineError> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|error| EngineError::new(format!("{}: {error}", path.display())))
}

/// What was written to the log beyond its first `already` bytes.
fn tail(path: &Path, already: u64) -> String {
    let log = fs::read(path).unwrap_or_default();
    let new = log.get(usize::try_from(already).unwrap_or(usize::MAX)..).unwrap_or_default();
    let text = String::from_utf8_lossy(new).trim().to_owned();
    if text.is_empty() { format!("it said nothing; see {}", path.display()) } else { text }
}
