//! Follows a run by its journal until it is over: the loop behind `run`, `resume` and `attach`.

use std::thread;
use std::time::{Duration, Instant};

use divisi_engine::client::{PauseCause, RunStatus, Runs};
use divisi_engine::event::{Request, Verdict};
use divisi_engine::view::{PastDurations, RunView, past_durations};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::question::{Asked, Questions};
use crate::report::{Json, Live, Look, Plain, Report, Track, Tracked, shell_word, summary};
use crate::signals::Interrupts;
use crate::time;

/// How long a journal may stand still before somebody looks whether its host is alive.
const STALL: Duration = Duration::from_secs(2);

/// How long a paused run must have stood still before nobody is expected to let it go on: longer than a host takes to
/// see a request.
const SETTLED: Duration = Duration::from_millis(600);

/// How many earlier runs a forecast goes by.
const PAST_RUNS: usize = 5;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// The live view on a terminal, plain lines otherwise.
    People,
    /// The event stream.
    Json,
}

/// What Ctrl-C does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnInterrupt {
    /// It cancels the run: this command started it.
    Cancel,
    /// It ends the view and leaves the run alone.
    Detach,
}

/// Follows `run` until it is over, and returns its exit status. Events up to `from` are known but not shown; `track` is
/// kept up to date beside what is shown.
pub(crate) fn follow(
    runs: &Runs,
    run: &str,
    from: u64,
    view: View,
    on_interrupt: OnInterrupt,
    track: Option<Track>,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let look: Look = {
        let (runs, run) = (runs.clone(), run.to_owned());
        Box::new(move |view, node| runs.step(&run, view, node))
    };
    let mut report = reporter(view, || past(runs, run), Some(look));
    if let Some(track) = track {
        report = Box::new(Tracked::new(report, track));
    }
    let mut follower = Follower::new(runs, run, from, view, on_interrupt);
    let end = follower.until_the_end(report.as_mut(), output);
    report.close();
    let end = end?;
    follower.tell(&end, view, output);
    Ok(end.exit())
}

/// The report for `view`. `past` is asked only where there will be a forecast, `look` where agents are looked at live.
pub(crate) fn reporter(
    view: View,
    past: impl FnOnce() -> PastDurations,
    look: Option<Look>,
) -> Box<dyn Report> {
    match view {
        View::Json => Box::new(Json),
        View::People if output::can_redraw() => Box::new(Live::new(past(), look)),
        View::People => Box::new(Plain),
    }
}

/// How long the nodes took in the last runs of the same DAG; nothing where that cannot be told.
fn past(runs: &Runs, run: &str) -> PastDurations {
    let file = runs.plan(run).map(|plan| plan.file);
    let views = file.and_then(|file| runs.past(&file, PAST_RUNS));
    past_durations(&views.unwrap_or_default())
}

/// Why following ended.
enum End {
    /// The run is over.
    Over(Exit),
    /// It is paused, nothing runs, and nobody watches who could go on.
    Waiting,
    /// Nobody owns it any more.
    Orphaned,
    /// The user went away.
    Detached,
}

impl End {
    fn exit(&self) -> Exit {
        match self {
            Self::Over(exit) => *exit,
            Self::Waiting => Exit::Waiting,
            Self::Orphaned => Exit::Failed,
            Self::Detached => Exit::Good,
        }
    }
}

struct Follower<'a> {
    runs: &'a Runs,
    run: &'a str,
    from: u64,
    on_interrupt: OnInterrupt,
    can_ask: bool,
    questions: Questions,
    interrupts: Interrupts,
    interrupts_seen: usize,
    known: RunView,
    last_news: Instant,
}

impl<'a> Follower<'a> {
    fn new(runs: &'a Runs, run: &'a str, from: u64, view: View, on_interrupt: OnInterrupt) -> Self {
        Self {
            runs,
            run,
            from,
            on_interrupt,
            can_ask: view == View::People && output::is_terminal() && output::can_ask(),
            questions: Questions::default(),
            interrupts: Interrupts::listen(),
            interrupts_seen: 0,
            known: RunView::new(runs.plan(run).ok().as_ref()),
            last_news: Instant::now(),
        }
    }

    fn until_the_end(&mut self, report: &mut dyn Report, output: &mut Output) -> Result<End, Failure> {
        loop {
            self.take_news(report, output)?;
            if let Some(verdict) = self.verdict() {
                return Ok(End::Over(verdict.into()));
            }
            if self.is_waiting() || self.ask(report, output)? {
                return Ok(End::Waiting);
            }
            if self.heed_interrupts(report, output)? {
                return Ok(End::Detached);
            }
            if self.is_orphaned()? {
                return Ok(End::Orphaned);
            }
            if !self.questions.is_open() {
                report.tick(&self.known, time::now());
            }
            thread::sleep(Runs::POLL);
        }
    }

    fn take_news(&mut self, report: &mut dyn Report, output: &mut Output) -> Result<(), Failure> {
        for record in self.runs.events(self.run, self.known.seq())? {
            self.last_news = Instant::now();
            self.known.apply(&record);
            if record.seq > self.from {
                report.event(&record, &self.known, output)?;
            } else if record.seq == self.from {
                report.recall(&self.known);
            }
        }
        Ok(())
    }

    /// A resumed run has ended before; that end is not the one to wait for.
    fn verdict(&self) -> Option<Verdict> {
        self.known.verdict().filter(|_| self.known.seq() > self.from)
    }

    /// Whether the run waits for a person, and nobody is here who could be it.
    fn is_waiting(&self) -> bool {
        let is_settled = self.last_news.elapsed() >= SETTLED;
        match self.known.waits_for() {
            None => false,
            Some(PauseCause::Approval) => is_settled && !self.can_ask,
            Some(_) => is_settled && !output::is_terminal(),
        }
    }

    /// Asks what the run asks, once nothing else goes on; whether the person went away instead of answering.
    fn ask(&mut self, report: &mut dyn Report, output: &mut Output) -> Result<bool, Failure> {
        if !self.can_ask || self.known.waits_for() != Some(PauseCause::Approval) {
            return Ok(false);
        }
        report.hold(true);
        match self.questions.look(&self.known, output) {
            Asked::Open => {}
            Asked::Nobody => return Ok(true),
            Asked::Nothing => report.hold(false),
            Asked::Answered { node, answer } => {
                report.hold(false);
                if let Err(error) = self.runs.approve(self.run, &node, &answer) {
                    output.warning(error);
                }
            }
        }
        Ok(false)
    }

    /// The first signal cancels, the second kills, the third goes away. True when the user went away.
    fn heed_interrupts(&mut self, report: &mut dyn Report, output: &mut Output) -> Result<bool, Failure> {
        while self.interrupts_seen < self.interrupts.count() {
            self.interrupts_seen += 1;
            if self.on_interrupt == OnInterrupt::Detach || self.interrupts_seen > 2 {
                return Ok(true);
            }
            self.runs.ask(self.run, Request::Cancel)?;
            let consequence = match self.interrupts_seen {
                1 => "cancelling; once more kills what still runs",
                _ => "killing; once more leaves the run to its host",
            };
            report.note(consequence, output);
        }
        Ok(false)
    }

    fn is_orphaned(&mut self) -> Result<bool, Failure> {
        if self.last_news.elapsed() < STALL {
            return Ok(false);
        }
        self.last_news = Instant::now();
        Ok(self.runs.summary(self.run)?.status == RunStatus::Orphaned)
    }

    fn tell(&self, end: &End, view: View, output: &mut Output) {
        let run = self.run;
        match end {
            End::Over(_) if view == View::Json => {}
            End::Over(_) => {
                let tail = |node: &str, which| self.runs.log(run, node, which).ok();
                for line in summary(&self.known, &tail) {
                    output.line(line);
                }
            }
            End::Waiting if self.known.is_paused() => {
                output.note(format!("paused; to go on: divisi pause {run} --resume"));
            }
            End::Waiting => {
                for node in self.known.asking() {
                    let (path, question) = (&node.path, node.detail.as_deref().unwrap_or_default());
                    output.note(format!("{path} waits for your word: {question}"));
                    output.note(format!("  to go on: divisi approve {run} {}", shell_word(path)));
                }
                for budget in self.known.exhausted() {
                    let key = budget.unit.key();
                    let scope =
                        if budget.scope.is_empty() { String::new() } else { format!("{}.", budget.scope) };
                    output.note(format!(
                        "a budget is used up; to go on: divisi resume {run} --budget {scope}{key}=…"
                    ));
                }
                for node in self.known.undecided() {
                    let path = &node.path;
                    output.note(format!("{path} waits for your word: divisi resume {run} --retry {path}"));
                    output.note(format!("  or, if you know how it ended: --mark {path} succeeded|failed"));
                }
            }
            End::Orphaned => {
                output.warning(format!("the host of this run is gone; to go on: divisi resume {run}"))
            }
            End::Detached => output.note(format!("the run goes on; to see it again: divisi attach {run}")),
        }
    }
}
