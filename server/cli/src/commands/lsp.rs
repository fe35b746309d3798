//! `divisi lsp`

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::logging;

/// Serve an editor: the Language Server Protocol over standard input and output.
///
/// Editors start this themselves. It logs to standard error; DIVISI_LOG sets how much (error, warn, info, debug).
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// Accepted because many clients pass it; standard input and output is the only transport.
    #[arg(long)]
    stdio: bool,
}

impl Lsp {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        logging::to_stderr();
        match divisi_lsp::serve_stdio()?.exit_code() {
            0 => Ok(Exit::Good),
            _ => Ok(Exit::Failed),
        }
    }
}
