//! The language server: the protocol and nothing else.
//!
//! ```text
//! transport   bytes ↔ messages; every message is handed on in the order in which it came
//! backend     the trait of tower-lsp-server as a relay: message → Event, one-shot → answer
//! main_loop   the one thread that owns the state and handles events in order
//! dispatch    which event is handled on the loop, and which on the pool with a snapshot
//! handlers/   one file for each method
//! documents   open texts; incremental changes
//! publish     findings of open documents
//! runs        runs that are followed; progress, messages, failed nodes
//! outbox      what goes to the client: never awaited, in order, requests with a time limit
//! ```

mod backend;
mod capabilities;
mod client;
mod contents;
mod dispatch;
mod documents;
mod event;
mod frames;
mod from_proto;
mod handlers;
mod main_loop;
mod outbox;
mod parent;
mod pool;
mod progress;
mod publish;
mod reports;
mod runs;
mod strict;
mod to_proto;
mod tokens;
mod transport;
mod trust;
mod uri;

use std::path::PathBuf;

use divisi_workspace::Places;
use tokio::io::{AsyncRead, AsyncWrite};

/// What the server needs to know of its surroundings.
#[derive(Debug, Clone)]
pub struct Options {
    /// The `divisi` program, which hosts runs.
    pub divisi: PathBuf,
    /// Where the user's own settings, agents and trust are.
    pub places: Places,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// `shutdown`, then `exit`.
    Orderly,
    /// `exit` without `shutdown`, a lost connection, or a parent process that is gone.
    Abrupt,
}

impl Ending {
    /// The exit status that the protocol asks for.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Orderly => 0,
            Self::Abrupt => 1,
        }
    }
}

/// Serves one client over any pair of streams until it leaves.
pub async fn serve<I, O>(reader: I, writer: O, options: Options) -> Ending
where
    I: AsyncRead + Unpin + Send,
    O: AsyncWrite + Unpin + Send + 'static,
{
    transport::serve(reader, writer, options).await
}

/// Serves one client over standard input and output.
///
/// # Errors
/// When the runtime cannot be built, or the path of the running program is unknown.
pub fn serve_stdio() -> std::io::Result<Ending> {
    let options = Options { divisi: std::env::current_exe()?, places: Places::of_user() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ending = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), options));
    // A read of standard input may still be blocked; it must not keep the process alive.
    runtime.shutdown_background();
    Ok(ending)
}
