//! `divisi resume`

use clap::Args;
use divisi_engine::client::{RunStatus, check_settings};

use super::run::this_program;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::follow::{OnInterrupt, View, follow};
use crate::output::Output;
use crate::{select_run, trust, workspace};

/// Go on with a run that failed, was cancelled or lost its host.
///
/// It goes on as it was planned: with the DAG, the agents and the arguments of its start. Nodes that succeeded are
/// not repeated; those that failed, were cancelled, skipped or blocked are tried again.
#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The run, or a unique beginning of its id; the latest unfinished one where none is given.
    run: Option<String>,

    /// Trust this workspace for this one call.
    #[arg(long, short)]
    yes: bool,

    /// Print the event stream from here on, one JSON object a line.
    #[arg(long)]
    json: bool,

    /// Let it go on, print its id and return.
    #[arg(long, conflicts_with = "json")]
    detach: bool,
}

impl Resume {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let chosen = select_run::named_or_latest(&runs, self.run.as_deref(), "can be resumed", |run| {
            select_run::is_resumable(run.status)
        })?;
        refuse_if_useless(&chosen.run, chosen.status)?;
        let snapshot = workspace::read_settings(runs.root());
        check_settings(&snapshot)?;
        let mode = snapshot.settings().run.trust;
        trust::require(runs.root(), mode, &runs.plan(&chosen.run)?, self.yes, output)?;
        let from = runs.events(&chosen.run, 0)?.last().map_or(0, |record| record.seq);
        runs.prepare_resume(&chosen.run)?;
        runs.start_host(&chosen.run, &this_program()?)?;
        if self.detach {
            output.line(&chosen.run);
            return Ok(Exit::Good);
        }
        let view = if self.json { View::Json } else { View::People };
        follow(&runs, &chosen.run, from, view, OnInterrupt::Cancel, output)
    }
}

fn refuse_if_useless(run: &str, status: RunStatus) -> Result<(), Failure> {
    if select_run::is_resumable(status) {
        return Ok(());
    }
    let word = select_run::word(status);
    let failure = Failure::new(format!("run {run} is {word}: there is nothing to resume"));
    Err(match status {
        RunStatus::Paused => failure.help(format!("let it go on: divisi pause {run} --resume")),
        RunStatus::Ended(_) => failure.help("start it anew: divisi run FILE"),
        _ => failure.help(format!("watch it: divisi attach {run}")),
    })
}
