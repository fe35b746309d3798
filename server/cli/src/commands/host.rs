//! `divisi host`: the process that owns one run. Started by `run`, `resume` and the language server, never by people.

use std::path::PathBuf;

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging;

/// Own a run until it is over.
#[derive(Debug, Args)]
pub(crate) struct Host {
    /// The run's folder.
    run_dir: PathBuf,
}

impl Host {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        logging::to_stderr();
        let verdict =
            divisi_engine::host::host_main(&self.run_dir).map_err(|error| Failure::new(error.to_string()))?;
        Ok(verdict.into())
    }
}
