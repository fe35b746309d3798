//! `divisi logs`

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::select_run;

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
}

impl Logs {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let run = select_run::named_or_latest(&runs, Some(&self.run), "", |_| true)?.run;
        output.text(&runs.log(&run, &self.node, self.attempt)?);
        Ok(Exit::Good)
    }
}
