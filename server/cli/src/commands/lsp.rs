//! `divisi lsp`

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;

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
        log_to_stderr();
        match divisi_lsp::serve_stdio()?.exit_code() {
            0 => Ok(Exit::Good),
            _ => Ok(Exit::Failed),
        }
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DIVISI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
