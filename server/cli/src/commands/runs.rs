//! `divisi runs`

mod prune;

use std::time::Duration;

use clap::Args;
use divisi_engine::client::{PauseCause, RunStatus, RunSummary};
use divisi_engine::event::Verdict;
use divisi_model::duration;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, NOTE, Output, WARNING, paint};
use crate::{select_run, time};

/// List the runs of this workspace, the latest first; or remove old ones.
///
/// With --prune runs that are over are removed, with their logs and all else that is kept of them: without --older-than
/// and --keep those that ended 30 days ago. Results that later runs use again stay, unless no run can use them. What still
/// goes on, what another run went on from, and what keeps copies of the workspace stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi runs
  divisi runs --prune --dry-run
  divisi runs --prune --older-than 7d --keep 5
  divisi runs --prune --keep 0 --dag review-all")]
pub(crate) struct List {
    /// Print JSON: the list, or what was removed.
    #[arg(long)]
    json: bool,

    /// Remove old runs.
    #[arg(long)]
    prune: bool,

    /// With --prune: only runs that ended so long ago.
    #[arg(long, value_name = "TIME", requires = "prune", value_parser = age)]
    older_than: Option<Duration>,

    /// With --prune: of each DAG, so many of the latest runs stay.
    #[arg(long, value_name = "N", requires = "prune")]
    keep: Option<usize>,

    /// With --prune: only runs of the DAG of this name.
    #[arg(long, value_name = "NAME", requires = "prune")]
    dag: Option<String>,

    /// With --prune: also runs that lost their host before they ended, which could be resumed.
    #[arg(long, requires = "prune")]
    orphaned: bool,

    /// With --prune: also runs that keep copies of the workspace, with these copies.
    #[arg(long, requires = "prune")]
    with_copies: bool,

    /// With --prune: only say what would be removed.
    #[arg(long, requires = "prune")]
    dry_run: bool,
}

fn age(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| error.to_string())
}

impl List {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        if self.prune {
            return self.prune(output);
        }
        let (list, unreadable) = select_run::here()?.list()?;
        for error in unreadable {
            output.warning(error);
        }
        if self.json {
            output.json(&list)?;
            return Ok(Exit::Good);
        }
        if list.is_empty() {
            output.line("nothing has run here yet; to start: divisi run FILE");
        }
        let width = list.iter().map(|run| run.dag.chars().count()).max().unwrap_or(0);
        for run in &list {
            output.line(line(run, width));
        }
        Ok(Exit::Good)
    }
}

/// One run on one line.
pub(crate) fn line(run: &RunSummary, width: usize) -> String {
    let word = paint(style(run.status), format!("{:<10}", select_run::word(run.status)));
    let took = run.ended_at.unwrap_or_else(time::now).saturating_sub(run.started_at);
    let failed = if run.failed > 0 { format!(", {} failed", run.failed) } else { String::new() };
    format!(
        "{}  {word}  {:width$}  {}  {:>7}  {}/{} nodes over{failed}{}",
        run.run,
        run.dag,
        paint(FAINT, time::local(run.started_at)),
        time::short(time::span(took)),
        run.done,
        run.nodes,
        waits_for(run.status),
    )
}

fn waits_for(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Paused(PauseCause::Decision) => ", waits for a decision",
        RunStatus::Paused(PauseCause::Approval) => ", waits for an approval",
        RunStatus::Paused(PauseCause::Budget) => ", its budget is used up",
        RunStatus::Paused(PauseCause::Quota) => ", waits for quota or a runner that works",
        _ => "",
    }
}

fn style(status: RunStatus) -> anstyle::Style {
    match status {
        RunStatus::Planned | RunStatus::Running => NOTE,
        RunStatus::Paused(_)
        | RunStatus::Stopping
        | RunStatus::Cancelling
        | RunStatus::Compensating
        | RunStatus::Orphaned => WARNING,
        RunStatus::Ended(Verdict::Succeeded) => GOOD,
        RunStatus::Ended(Verdict::Cancelled | Verdict::Halted | Verdict::Compensated) => WARNING,
        RunStatus::Ended(Verdict::Failed | Verdict::CompensationFailed) => ERROR,
    }
}
