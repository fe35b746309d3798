//! The `divisi` program.
//!
//! ```text
//! cli         the commands there are
//! commands/   one file for each
//! workspace   what is on disk, and what FILE means; root: where a workspace begins; selection: what PATHS mean
//! rewrite     texts back to files, or the difference shown
//! follow      a run from its journal to its end; report/: how it is shown
//! trust       whether programs may run here
//! output      colours, pipes; exit: statuses; failure: what ends a command with status 2
//! ```

mod arguments;
mod cli;
mod commands;
mod excerpt;
mod exit;
mod follow;
mod logging;
mod more_budget;
mod output;
mod question;
mod report;
mod rewrite;
mod signals;
mod time;
mod trust;
mod warnings;

use std::process::ExitCode;

use clap::Parser;
use divisi_answers::{failure, root, select_run, selection, workspace};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut output = Output::new();
    let exit = cli.run(&mut output).unwrap_or_else(|failure| {
        output.failure(&failure);
        Exit::Refused
    });
    match output.finish() {
        Ok(()) => exit.into(),
        Err(error) => {
            Output::new().failure(&Failure::new(format!("standard output cannot be written: {error}")));
            Exit::Refused.into()
        }
    }
}
