//! `divisi host`: the process that owns one run. Started by `run`, `resume` and the language server, never by people.

use std::path::PathBuf;

use clap::Args;
use divisi_otlp::Delivery;

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
        let delivery = Delivery::start(&self.run_dir);
        let verdict = divisi_engine::host::host_main(&self.run_dir);
        // The run is over, or somebody else's by now: nobody waits for this.
        if let Some(delivery) = delivery {
            delivery.end();
        }
        Ok(verdict.map_err(|error| Failure::new(error.to_string()))?.into())
    }
}
