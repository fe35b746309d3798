//! `divisi cancel`

use clap::Args;
use divisi_engine::event::Request;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::select_run;

/// Stop a run and everything that it started.
///
/// Running nodes get their polite signal first and are killed after a grace; asking a second time kills at once.
/// What finished stays recorded: `divisi resume` goes on from there.
#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The run, or a unique beginning of its id.
    run: String,

    /// Cancel only this node; what needs it is blocked, the rest goes on as on_failure says.
    #[arg(long, value_name = "ID")]
    node: Option<String>,
}

impl Cancel {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, Some(&self.run), "", |_| true)?.run;
        let request = self.node.map_or(Request::Cancel, |node| Request::CancelNode { node });
        runs.ask(&run, request)?;
        output.line(format!("asked to cancel; to see it end: divisi attach {run}"));
        Ok(Exit::Good)
    }
}
