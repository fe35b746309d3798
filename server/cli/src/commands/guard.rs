//! `divisi guard`: the process beside a host that starts its attempts and kills them when the host is gone. Started
//! by the host, never by people.

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging;

/// Start and supervise the programs of one run.
#[derive(Debug, Args)]
pub(crate) struct Guard {}

impl Guard {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        logging::to_stderr();
        divisi_engine::guard::guard_main()?;
        Ok(Exit::Good)
    }
}
