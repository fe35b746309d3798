//! `divisi logs`

use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use divisi_engine::client::{Runs, WhichAttempt};
use divisi_engine::view::RunView;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::select_run;

/// How often a log that is followed is looked at.
const POLL: Duration = Duration::from_millis(200);

/// How long a journal may stand still before somebody looks whether its host is alive.
const STALL: Duration = Duration::from_secs(2);

/// Print what a node wrote.
///
/// Standard output and standard error of the latest attempt, as they were captured, secrets masked.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The run, or a unique beginning of its id.
    run: String,

    /// The node.
    node: String,

    /// An earlier attempt, from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    attempt: Option<u32>,

    /// What the attempt to undo the node wrote, not its own work.
    #[arg(long, conflicts_with_all = ["attempt", "follow"])]
    compensation: bool,

    /// Go on until the node is over: waits for its start, and goes over to each new attempt.
    #[arg(long, short, conflicts_with = "attempt")]
    follow: bool,
}

impl Logs {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, Some(&self.run), "", |_| true)?.run;
        if self.follow {
            return follow(&runs, &run, &self.node, output);
        }
        let which = if self.compensation { WhichAttempt::Undoing } else { self.attempt.into() };
        output.text(&runs.log(&run, &self.node, which)?);
        Ok(Exit::Good)
    }
}

fn follow(runs: &Runs, run: &str, node: &str, output: &mut Output) -> Result<Exit, Failure> {
    let mut view = RunView::new(runs.plan(run).ok().as_ref());
    if view.node(node).is_none_or(|node| node.is_group) {
        // Says what is wrong with the name.
        output.text(&runs.log(run, node, WhichAttempt::Latest)?);
        return Ok(Exit::Good);
    }
    let mut followed = Followed { attempt: 0, printed: 0 };
    let mut last_news = Instant::now();
    loop {
        for record in runs.events(run, view.seq())? {
            view.apply(&record);
            last_news = Instant::now();
        }
        // The log after the events: what was printed before the end is there.
        let standing = view.node(node);
        let attempt = standing.map_or(0, |node| node.attempt);
        followed.print(runs, run, node, attempt, output)?;
        if standing.is_some_and(|node| node.state.is_terminal()) || view.verdict().is_some() {
            return Ok(Exit::Good);
        }
        if last_news.elapsed() > STALL {
            if !runs.summary(run)?.status.is_live() {
                output.warning(format!("nobody hosts this run; to go on: divisi resume {run}"));
                return Ok(Exit::Failed);
            }
            last_news = Instant::now();
        }
        thread::sleep(POLL);
    }
}

struct Followed {
    /// The attempt whose log is printed; 0 before the first.
    attempt: u32,
    /// Bytes of it that were printed.
    printed: usize,
}

impl Followed {
    /// Prints what is new, up to the log of `attempt`.
    fn print(
        &mut self,
        runs: &Runs,
        run: &str,
        node: &str,
        attempt: u32,
        output: &mut Output,
    ) -> Result<(), Failure> {
        self.print_rest(runs, run, node, output)?;
        while self.attempt < attempt {
            if self.attempt > 0 {
                output.note(format!("attempt {}", self.attempt + 1));
            }
            *self = Self { attempt: self.attempt + 1, printed: 0 };
            self.print_rest(runs, run, node, output)?;
        }
        Ok(())
    }

    fn print_rest(&mut self, runs: &Runs, run: &str, node: &str, output: &mut Output) -> Result<(), Failure> {
        if self.attempt == 0 {
            return Ok(());
        }
        let log = runs.log(run, node, WhichAttempt::Number(self.attempt))?;
        if let Some(new) = log.get(self.printed..).filter(|new| !new.is_empty()) {
            output.text(new);
            output.flush();
        }
        self.printed = log.len();
        Ok(())
    }
}
