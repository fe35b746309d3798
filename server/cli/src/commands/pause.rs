//! `divisi pause`

use clap::Args;
use divisi_engine::event::Request;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::select_run;

/// Let a run start nothing new, or go on.
///
/// What is running goes on to its end; nothing is suspended.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi pause 01J8
  divisi pause 01J8 --resume")]
pub(crate) struct Pause {
    /// The run, or a unique beginning of its id.
    run: String,

    /// Let it go on.
    #[arg(long)]
    resume: bool,
}

impl Pause {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, Some(&self.run), "", |_| true)?.run;
        if self.resume {
            runs.ask(&run, Request::Unpause)?;
            output.line(format!("asked to go on; to see it: divisi attach {run}"));
        } else {
            runs.ask(&run, Request::Pause)?;
            output.line(format!("asked to pause; to go on: divisi pause {run} --resume"));
        }
        Ok(Exit::Good)
    }
}
