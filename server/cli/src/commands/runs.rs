//! `divisi runs`

use clap::Args;
use divisi_engine::client::{PauseCause, RunStatus, RunSummary};
use divisi_engine::event::Verdict;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, NOTE, Output, WARNING, paint};
use crate::{select_run, time};

/// List the runs of this workspace, the latest first.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print a JSON array.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
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
