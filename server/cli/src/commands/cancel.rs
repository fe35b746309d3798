//! `divisi cancel`

use clap::Args;
use divisi_engine::client::{Runs, check_settings};
use divisi_engine::event::Request;

use super::run::this_program;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::{select_run, trust, workspace};

/// Stop a run and everything that it started.
///
/// Running nodes get their polite signal first and are killed after a grace; asking a second time kills at once.
/// What finished stays recorded: `divisi resume` goes on from there.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The run, or a unique beginning of its id.
    run: String,

    /// Undo what was done: by the compensations of the nodes, the last one first. Also for a run that has failed or was
    /// cancelled.
    #[arg(long, conflicts_with = "node")]
    compensate: bool,

    /// Trust this workspace for this one call; undoing starts programs.
    #[arg(long, short, requires = "compensate")]
    yes: bool,

    /// Cancel only this node; what needs it is blocked, the rest goes on as on_failure says.
    #[arg(long, value_name = "ID")]
    node: Option<String>,
}

impl Cancel {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, Some(&self.run), "", |_| true)?.run;
        if self.compensate {
            return self.undo(&runs, &run, output);
        }
        let request = self.node.map_or(Request::Cancel, |node| Request::CancelNode { node });
        runs.ask(&run, request)?;
        output.line(format!("asked to cancel; to see it end: divisi attach {run}"));
        Ok(Exit::Good)
    }

    fn undo(&self, runs: &Runs, run: &str, output: &mut Output) -> Result<Exit, Failure> {
        let snapshot = workspace::read_settings(runs.root());
        check_settings(&snapshot)?;
        trust::require(runs.root(), snapshot.settings().run.trust, &runs.plan(run)?, self.yes, output)?;
        if runs.prepare_compensation(run)? {
            runs.start_host(run, &this_program()?)?;
        }
        output.line(format!("asked to undo it; to see that: divisi attach {run}"));
        Ok(Exit::Good)
    }
}
