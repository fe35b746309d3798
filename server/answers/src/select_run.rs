//! Which run is meant.

use divisi_engine::client::{RunStatus, RunSummary, Runs};
use divisi_engine::event::Verdict;

use crate::failure::Failure;
use crate::root;

/// The runs of the current workspace.
pub fn here() -> Result<Runs, Failure> {
    Ok(Runs::open(&root::absolute(&root::current()?)?)?)
}

/// The run that was named (a unique beginning of its id will do), else the latest that satisfies `wanted`.
/// `described` completes "there is no run that …".
pub fn named_or_latest(
    runs: &Runs,
    named: Option<&str>,
    described: &str,
    wanted: impl Fn(&RunSummary) -> bool,
) -> Result<RunSummary, Failure> {
    if let Some(run) = named {
        return runs.summary(run).map_err(|error| Failure::from(error).help("see all runs: divisi runs"));
    }
    let (list, _) = runs.list()?;
    list.into_iter().find(wanted).ok_or_else(|| {
        Failure::new(format!("there is no run that {described} in {}", root::shown(runs.root())))
            .help("see all runs: divisi runs")
    })
}

/// Whether `resume` has something to do and nobody is doing it.
pub fn is_resumable(status: RunStatus) -> bool {
    match status {
        RunStatus::Planned | RunStatus::Orphaned => true,
        RunStatus::Ended(verdict) => verdict != Verdict::Succeeded,
        RunStatus::Running
        | RunStatus::Paused(_)
        | RunStatus::Stopping
        | RunStatus::Cancelling
        | RunStatus::Compensating => false,
    }
}

/// A status as people read it.
pub fn word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Planned => "planned",
        RunStatus::Running => "running",
        RunStatus::Paused(_) => "paused",
        RunStatus::Stopping => "stopping",
        RunStatus::Cancelling => "cancelling",
        RunStatus::Compensating => "undoing",
        RunStatus::Orphaned => "orphaned",
        RunStatus::Ended(Verdict::Succeeded) => "succeeded",
        RunStatus::Ended(Verdict::Failed) => "failed",
        RunStatus::Ended(Verdict::Halted) => "halted",
        RunStatus::Ended(Verdict::Cancelled) => "cancelled",
        RunStatus::Ended(Verdict::Compensated) => "undone",
        RunStatus::Ended(Verdict::CompensationFailed) => "not undone",
    }
}
