//! One tenure of a host: from taking the run over to its end, or to the death of the guard.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use super::HostError;
use super::copies::{CopyWorker, Done};
use super::librarian::{Answer, Librarian};
use super::prepare::Workshop;
use super::spare_folders::SpareFolders;
use super::timers::Timers;
use super::world::World;
use crate::core::{
    AttemptKey, AttemptOutcome, Decision, Durability, Effect, Input, MergeEnd, Outcome, Recovered,
    StartAttempt, State, TimerId, advance, replay,
};
use crate::crash_point::{crash_point, name_of_effect, name_of_event};
use crate::environment::own_environment;
use crate::event::{Event, Request, Verdict};
use crate::guard::{AttemptName, FromGuard, Guard, ToGuard};
use crate::journal::{Journal, JournalError, SigningKey, ask};
use crate::launch::{boot_id, kill_survivors, read_outcomes};
use crate::plan::StoredPlan;
use crate::run_folder::RunFolder;
use crate::traces::{Destination, TraceContext};

/// How often the request table is looked at.
const REQUESTS: Duration = Duration::from_millis(200);

/// How long an event may wait until it survives a power cut.
const SYNC: Duration = Duration::from_millis(50);

/// How long processes of a former host may take to die.
const SURVIVORS: Duration = Duration::from_secs(5);

/// How a tenure ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TenureEnd {
    /// The run is over.
    Over(Verdict),
    /// The guard died; what it guarded is lost.
    GuardDied {
        /// Whether any attempt of this guard had come to its end.
        did_something: bool,
    },
}

/// Takes the run over and drives it. `announce` is called once the run's lock is held and the takeover is journaled: from
/// then on the journal shows this tenure, and not the end of the one before.
pub(super) async fn serve(
    folder: &RunFolder,
    divisi: &Path,
    announce: Option<fn()>,
) -> Result<TenureEnd, HostError> {
    let key = SigningKey::load_or_create(&SigningKey::default_path()?)?;
    let (mut journal, epoch) = Journal::open_owner(folder.path(), &key)?;
    crash_point("host owns", ["the run"]);
    let plan = journal.plan()?;
    let state = replay(journal.run(), plan, &journal.events(0)?)?;
    kill_former_trees(folder, &state)?;
    let environment = own_environment();
    let guard = Guard::start(divisi).map_err(HostError::system("the guard process"))?;
    let spare =
        SpareFolders::new(folder).map_err(HostError::system("the output folders of an earlier host"))?;
    let requests = journal.take_requests()?;
    let run = journal.run().to_owned();
    let world = World::new(folder, &run, &state.plan().workspace, &environment);
    let librarian = Librarian::start(state.plan(), &run, folder.blobs(), &environment);
    let librarian = librarian.map_err(HostError::system("the thread that looks for earlier results"))?;
    let trace = trace(&run, state.plan(), &environment);
    let mut tenure = Tenure {
        folder,
        trace,
        journal,
        state,
        epoch,
        guard,
        librarian,
        spare,
        world,
        run,
        environment,
        timers: Timers::default(),
        inputs: VecDeque::new(),
        boot: boot_id(),
        sync_due: None,
        flushing: None,
        verdict: None,
        did_something: false,
        copies: None,
        making: BTreeMap::new(),
        looked_at: BTreeSet::new(),
        is_untidy: true,
    };
    tenure.copies = CopyWorker::start(&tenure.workshop());
    let recovered = tenure.recover();
    tenure.inputs.push_back(Input::HostStarted { epoch, pid: std::process::id(), recovered, requests });
    tenure.drive(announce).await
}

/// The trace that a run's attempts are to join; none where it is not sent anywhere. A wrong setting is told by whoever
/// sends it.
fn trace(run: &str, plan: &StoredPlan, environment: &BTreeMap<String, String>) -> Option<TraceContext> {
    let destination = Destination::of_run(plan, environment).ok().flatten();
    destination.map(|_| TraceContext::of(run, plan))
}

/// Kills what a former host left alive: the recorded roots of this boot, and whoever carries the run's token.
fn kill_former_trees(folder: &RunFolder, state: &State) -> Result<(), HostError> {
    let boot = boot_id();
    let recorded: Vec<(u32, u64)> = state
        .live()
        .filter_map(|live| live.process)
        .filter(|process| process.boot_id == boot && process.start_time != 0)
        .map(|process| (process.pid, process.start_time))
        .collect();
    let alive = kill_survivors(&folder.token(), &recorded, SURVIVORS);
    if alive.is_empty() { Ok(()) } else { Err(HostError::Survivors(alive)) }
}

struct Tenure<'a> {
    folder: &'a RunFolder,
    run: String,
    environment: BTreeMap<String, String>,
    /// The trace that attempts join; none where the run is not traced.
    trace: Option<TraceContext>,
    journal: Journal,
    state: State,
    epoch: u64,
    guard: Guard,
    librarian: Option<Librarian>,
    spare: SpareFolders,
    world: World,
    timers: Timers,
    inputs: VecDeque<Input>,
    boot: String,
    /// When the latest commits must have reached the disk.
    sync_due: Option<Instant>,
    /// A thread that waits for the disk, so that nothing else does. There is one at a time.
    flushing: Option<JoinHandle<Result<(), JournalError>>>,
    verdict: Option<Verdict>,
    did_something: bool,
    /// Where nodes work on copies of the workspace.
    copies: Option<CopyWorker>,
    /// Attempts whose copy is being made, or for which the files are being looked at that they may write.
    making: BTreeMap<AttemptName, Making>,
    /// Nodes for which they were looked at in this step.
    looked_at: BTreeSet<usize>,
    /// Whether there may be copies that nobody needs.
    is_untidy: bool,
}

/// An attempt that is not ordered yet.
struct Making {
    /// Its `$DIVISI_OUTPUT_DIR`.
    outputs: PathBuf,
    is_stopped: bool,
}

impl Tenure<'_> {
    async fn drive(mut self, mut announce: Option<fn()>) -> Result<TenureEnd, HostError> {
        let mut terminate =
            signal(SignalKind::terminate()).map_err(HostError::system("the signal handler"))?;
        let mut look = interval(REQUESTS);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if !self.work_off().await? {
                self.guard.bury();
                return Ok(TenureEnd::GuardDied { did_something: self.did_something });
            }
            if let Some(announce) = announce.take() {
                announce();
            }
            if let Some(verdict) = self.verdict {
                if self.flushing.is_some() {
                    flushed(&mut self.flushing).await?;
                }
                self.journal.sync()?;
                crash_point("host ends", ["the run"]);
                self.world.end();
                if let Some(librarian) = self.librarian.take() {
                    librarian.end(verdict == Verdict::Succeeded);
                }
                self.guard.end().await;
                self.copies.take().into_iter().for_each(CopyWorker::end);
                return Ok(TenureEnd::Over(verdict));
            }
            if !self.wait(&mut terminate, &mut look).await? {
                self.guard.bury();
                return Ok(TenureEnd::GuardDied { did_something: self.did_something });
            }
        }
    }

    /// Waits for the next thing that happens; false when the guard is dead.
    async fn wait(
        &mut self,
        terminate: &mut Signal,
        look: &mut tokio::time::Interval,
    ) -> Result<bool, HostError> {
        let sync_due = self.sync_due.filter(|_| self.flushing.is_none());
        let due = [self.timers.next_due(), sync_due].into_iter().flatten().min();
        tokio::select! {
            told = self.guard.next() => match told {
                Some(told) => {
                    self.hear(told);
                    self.hear_the_rest().await;
                }
                None => return Ok(false),
            },
            done = next_of(&mut self.copies) => self.take_in(done),
            Some(answer) = next_answer(&mut self.librarian) => match answer {
                Answer::Input(input) => self.inputs.push_back(*input),
                Answer::Looked { start, result } => self.made_ready(&start, result),
            },
            done = flushed(&mut self.flushing) => {
                done?;
                crash_point("host synced", ["the journal"]);
            }
            _ = look.tick() => {
                self.look_for_the_folder()?;
                self.read_requests()?;
                if self.state.waits_for_others() {
                    self.inputs.push_back(Input::Tick);
                }
            }
            _ = terminate.recv() => {
                ask(self.folder.path(), &Request::Cancel, now_ms())?;
                self.read_requests()?;
            }
            () = sleep_until(due.unwrap_or_else(Instant::now).into()), if due.is_some() => self.act_on_time()?,
        }
        Ok(true)
    }

    /// Takes in whatever else the guard has said already.
    async fn hear_the_rest(&mut self) {
        loop {
            let told = tokio::select! {
                biased;
                told = self.guard.next() => told,
                () = std::future::ready(()) => None,
            };
            // Its death is noticed at the next wait.
            match told {
                Some(told) => self.hear(told),
                None => return,
            }
        }
    }

    /// Files that were removed can be written for ever: the run would go on, and nobody could see or end it.
    fn look_for_the_folder(&self) -> Result<(), HostError> {
        match self.folder.path().symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(HostError::FolderGone),
            _ => Ok(()),
        }
    }

    fn read_requests(&mut self) -> Result<(), HostError> {
        self.inputs.extend(self.journal.take_requests()?.into_iter().map(Input::Request));
        Ok(())
    }

    fn act_on_time(&mut self) -> Result<(), HostError> {
        let now = Instant::now();
        if self.flushing.is_none() && self.sync_due.is_some_and(|due| due <= now) {
            let flush = self.journal.flush();
            self.flushing = flush.map(|flush| spawn_blocking(|| flush.perform()));
            self.sync_due = None;
        }
        while let Some((timer, generation)) = self.timers.take_due(now) {
            self.inputs.push_back(Input::Timer { timer, generation });
        }
        Ok(())
    }

    /// Feeds the core until nothing is left to say; false when the guard is dead.
    ///
    /// What waits is decided together and committed in one transaction, and what follows is ordered together after it.
    /// The state runs ahead of the journal for as long as that takes; if the commit fails, the tenure ends and the state
    /// with it.
    async fn work_off(&mut self) -> Result<bool, HostError> {
        while !self.inputs.is_empty() {
            let at = now_ms();
            let mut together = Decision::default();
            self.looked_at.clear();
            while let Some(input) = self.inputs.pop_front() {
                if let Input::Identified { key, .. } = &input {
                    self.looked_at.insert(key.node);
                }
                let decision = advance(&mut self.state, at, input, &self.world);
                together.events.extend(decision.events);
                together.effects.extend(decision.effects);
                together.durability = together.durability.max(decision.durability);
            }
            if together.events.iter().any(|event| matches!(event, Event::RunEnded { .. })) {
                self.leave_no_copies();
            }
            self.commit(&together.events, at, together.durability)?;
            self.world.give_back(&self.state);
            for effect in together.effects {
                self.perform(effect);
            }
            if self.guard.send().await.is_err() {
                return Ok(false);
            }
        }
        self.tidy();
        // Of a copy that was made meanwhile.
        Ok(self.guard.send().await.is_ok())
    }

    fn commit(&mut self, events: &[Event], at: i64, durability: Durability) -> Result<(), HostError> {
        if events.is_empty() {
            return Ok(());
        }
        crash_point("host commits", events.iter().map(name_of_event));
        let last = self.journal.append(events, at, durability)?;
        crash_point("host committed", events.iter().map(name_of_event));
        debug_assert_eq!(last, self.state.seq());
        self.sync_due = match durability {
            Durability::Power => None,
            Durability::Crash => self.sync_due.or_else(|| Some(Instant::now() + SYNC)),
        };
        Ok(())
    }

    fn perform(&mut self, effect: Effect) {
        crash_point("host performs", name_of_effect(&effect));
        match effect {
            Effect::Start(start) => self.start(&start),
            Effect::Stop { key, .. } => self.stop(&ToGuard::Stop { name: name_of(key) }, key),
            Effect::Kill { key } => self.stop(&ToGuard::Kill { name: name_of(key) }, key),
            Effect::Merge { key } => self.merge(key),
            Effect::Identify(search) => {
                if let Some(librarian) = &self.librarian {
                    librarian.identify(search, self.state.plan());
                }
            }
            Effect::SetTimer { timer, generation, after_ms } => {
                self.timers.set(timer, generation, Duration::from_millis(after_ms));
            }
            Effect::CancelTimer { timer, generation } => self.timers.cancel(timer, generation),
            Effect::Finish { verdict } => self.verdict = Some(verdict),
        }
    }

    /// Starts an attempt at once, or has the copy made that it works on, or the files looked at that it may write.
    fn start(&mut self, start: &StartAttempt) {
        let workshop = Workshop {
            plan: self.state.plan(),
            folder: self.folder,
            run: &self.run,
            environment: &self.environment,
            trace: self.trace.as_ref(),
        };
        let outputs = match workshop.make_folders(start.key, &mut self.spare) {
            Ok(outputs) => outputs,
            Err(detail) => {
                return self.inputs.push_back(Input::SpawnFailed { key: start.key, detail });
            }
        };
        // What undoes a node works on the workspace itself: there the node's work was merged into.
        let copy = workshop.copy_job(start.key.node, start.key.attempt).filter(|_| !start.undoes);
        match (copy, &self.copies) {
            (Some(copy), Some(copies)) => {
                copies.make(copy, start);
                self.making.insert(name_of(start.key), Making { outputs, is_stopped: false });
            }
            _ => match self.librarian.as_ref().filter(|_| self.has_waited(start)) {
                Some(librarian) => {
                    librarian.look_again(start);
                    self.making.insert(name_of(start.key), Making { outputs, is_stopped: false });
                }
                None => self.start_now(start, &outputs),
            },
        }
    }

    /// Whether others may have written, since a node whose result may be used again was looked for.
    fn has_waited(&self, start: &StartAttempt) -> bool {
        let node = start.key.node;
        let may_be_kept = self.state.plan().nodes.get(node).is_some_and(|node| node.cache.is_some());
        may_be_kept && !start.undoes && !self.looked_at.contains(&node)
    }

    fn start_now(&mut self, start: &StartAttempt, outputs: &Path) {
        let ordered = self.workshop().prepare(start, outputs).and_then(|spec| {
            crash_point("host orders", [start.key.node]);
            let order = ToGuard::Start { name: name_of(start.key), spec: Box::new(spec) };
            self.guard.order(&order).map_err(|error| error.to_string())
        });
        if let Err(detail) = ordered {
            self.take_back_spare(name_of(start.key));
            self.inputs.push_back(Input::SpawnFailed { key: start.key, detail });
        }
    }

    /// Stops an attempt that the guard has, or one that it does not have yet.
    fn stop(&mut self, order: &ToGuard, key: AttemptKey) {
        if let Some(making) = self.making.get_mut(&name_of(key)) {
            making.is_stopped = true;
        } else if let Err(error) = self.guard.order(order) {
            tracing::error!("an order cannot be put into words: {error}");
        }
    }

    fn merge(&mut self, key: AttemptKey) {
        let copy = self.workshop().copy_job(key.node, key.attempt);
        let outputs = self.state.node(key.node).and_then(|standing| standing.outputs()).cloned();
        match (copy, &self.copies) {
            (Some(copy), Some(copies)) => copies.merge(key, copy, outputs.unwrap_or_default()),
            // The core asks for this only where the plan says that there is a copy.
            _ => self.inputs.push_back(Input::Merged {
                key,
                end: MergeEnd::Refused { detail: "there is no copy of the workspace".to_owned() },
            }),
        }
    }

    /// Takes in what became of a copy.
    fn take_in(&mut self, done: Done) {
        match done {
            Done::Merged { key, end } => {
                self.is_untidy = true;
                self.inputs.push_back(Input::Merged { key, end });
            }
            Done::Made { start, result } => self.made_ready(&start, result),
        }
    }

    /// Orders an attempt for which everything is ready, unless it was stopped meanwhile.
    fn made_ready(&mut self, start: &StartAttempt, result: Result<(), String>) {
        let Some(making) = self.making.remove(&name_of(start.key)) else { return };
        let result = match result {
            Ok(()) if making.is_stopped => Err("stopped before it was started".to_owned()),
            other => other,
        };
        match result {
            Ok(()) => self.start_now(start, &making.outputs),
            Err(detail) => {
                self.is_untidy |= self.works_on_a_copy(start.key.node);
                self.take_back_spare(name_of(start.key));
                self.inputs.push_back(Input::SpawnFailed { key: start.key, detail });
            }
        }
    }

    /// Has the copies removed that nobody needs any more.
    fn tidy(&mut self) {
        let Some(copies) = self.copies.as_ref().filter(|_| self.is_untidy) else { return };
        let workshop = self.workshop();
        let attempts = (0..self.state.plan().nodes.len()).filter_map(|node| {
            let attempt = self.state.node(node)?.attempt();
            self.state.needs_copy(node, attempt).then(|| workshop.copy_job(node, attempt))?
        });
        copies.tidy(attempts.map(|copy| copy.path).collect());
        self.is_untidy = false;
    }

    /// The run is over. Nobody may come after us to take copies away, so that is done before the end is told.
    fn leave_no_copies(&mut self) {
        self.is_untidy = true;
        self.tidy();
        self.copies.take().into_iter().for_each(CopyWorker::end);
    }

    fn hear(&mut self, told: FromGuard) {
        let input = match told {
            FromGuard::Started { name, pid, start_time } => {
                Input::AttemptStarted { key: self.key(name), pid, boot_id: self.boot.clone(), start_time }
            }
            FromGuard::NotStarted { name, detail } => {
                self.take_back_spare(name);
                self.is_untidy |= self.works_on_a_copy(name.node);
                Input::SpawnFailed { key: self.key(name), detail }
            }
            FromGuard::Idle { name } => Input::IdleElapsed { key: self.key(name) },
            FromGuard::Over { name, outcome } => {
                self.did_something = true;
                self.take_back_spare(name);
                self.is_untidy |= self.works_on_a_copy(name.node);
                let undoes = self.state.undoes(name.node);
                let outcome = self.workshop().judge(name.node, name.attempt, undoes, &outcome);
                return self.take_end(self.key(name), outcome);
            }
        };
        self.inputs.push_back(input);
    }

    /// The attempt needs its `$DIVISI_OUTPUT_DIR` no longer.
    fn take_back_spare(&mut self, name: AttemptName) {
        let own = self.workshop().attempt_folder(name.node, name.attempt);
        self.spare.take_back((name.node, name.attempt), own.outputs());
    }

    /// An attempt is over. A result that could be used again is kept before that is told: what follows from it asks for
    /// its name. From here on no timer of the attempt counts.
    fn take_end(&mut self, key: AttemptKey, outcome: AttemptOutcome) {
        let planned = self.state.plan().nodes.get(key.node).filter(|node| node.cache.is_some());
        if let (Some(planned), Some(librarian), Outcome::Succeeded { .. }) =
            (planned, &self.librarian, &outcome.outcome)
        {
            let secrets = self.workshop().secrets(planned).unwrap_or_default();
            librarian.keep(key, outcome, secrets, self.state.plan());
            self.timers.cancel(TimerId::AttemptTimeout { node: key.node }, u64::from(key.attempt));
            return;
        }
        self.inputs.push_back(Input::AttemptExited { key, outcome });
    }

    /// Outcomes that a guard wrote and no host took in.
    fn recover(&self) -> Vec<Recovered> {
        let workshop = self.workshop();
        let mut outcomes = read_outcomes(&self.folder.outcomes());
        let recovered = self.state.live().filter_map(|live| {
            let end = outcomes.remove(&workshop.token(live.node, live.attempt))?;
            let undoes = self.state.undoes(live.node);
            let outcome = workshop.judge(live.node, live.attempt, undoes, &end);
            Some(Recovered { node: live.node, attempt: live.attempt, outcome })
        });
        recovered.collect()
    }

    fn works_on_a_copy(&self, node: usize) -> bool {
        self.state.plan().nodes.get(node).is_some_and(|node| node.worktree.is_some())
    }

    fn workshop(&self) -> Workshop<'_> {
        Workshop {
            plan: self.state.plan(),
            folder: self.folder,
            run: &self.run,
            environment: &self.environment,
            trace: self.trace.as_ref(),
        }
    }

    fn key(&self, name: AttemptName) -> AttemptKey {
        AttemptKey { node: name.node, attempt: name.attempt, epoch: self.epoch }
    }
}

/// The next thing that was done about a copy; never where there are none.
async fn next_of(copies: &mut Option<CopyWorker>) -> Done {
    match copies {
        Some(copies) => match copies.next().await {
            Some(done) => done,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// The end of a flush; never where none is under way. Safe to drop and to call again.
async fn flushed(flushing: &mut Option<JoinHandle<Result<(), JournalError>>>) -> Result<(), HostError> {
    let Some(thread) = flushing else { return std::future::pending().await };
    let done = thread.await;
    *flushing = None;
    done.map_err(|error| HostError::system("the thread that waits for the disk")(error.into()))??;
    Ok(())
}

async fn next_answer(librarian: &mut Option<Librarian>) -> Option<Answer> {
    match librarian {
        Some(librarian) => librarian.next().await,
        None => std::future::pending().await,
    }
}

fn name_of(key: AttemptKey) -> AttemptName {
    AttemptName { node: key.node, attempt: key.attempt }
}

/// Milliseconds since the epoch; 0 on a machine whose clock stands before it.
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
