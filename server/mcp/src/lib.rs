//! The MCP server: what agents may ask about a workspace, over standard input and output.
//!
//! ```text
//! server     the protocol: which tools there are, calls to them
//! tools/     one file for each tool
//! place      the workspace that is served, and which paths are in it
//! answer     what a tool says: text for reading, the same as data, both bounded
//! ```
//!
//! Whoever writes the questions may have read anything, so nothing here goes by their word: paths outside of the
//! workspace are refused, nothing is written, a run starts only where the user switched that on and trusts the
//! workspace, and no question of a run can be answered.

mod answer;
mod place;
mod server;
mod tools;

use std::io;
use std::path::PathBuf;

use rmcp::ServiceExt;
use rmcp::service::ServerInitializeError;
use rmcp::transport::stdio;

use place::Place;
use server::Server;

/// What is served, and how far it goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// The workspace's root, as the file system names it.
    pub root: PathBuf,
    /// Whether runs may be started: only if the user said so.
    pub may_run: bool,
    /// The program that hosts runs: `divisi` itself.
    pub program: PathBuf,
}

/// Serves one client until it closes standard input. The root becomes the current folder of this process: answers name
/// files as somebody there would.
///
/// # Errors
/// The root cannot be entered, or the client does not speak the protocol.
pub fn serve_stdio(options: Options) -> io::Result<()> {
    std::env::set_current_dir(&options.root)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(serve(Server::new(Place::new(options))));
    // A question that is still being looked into has nobody left who would hear the answer.
    runtime.shutdown_background();
    served
}

async fn serve(server: Server) -> io::Result<()> {
    match server.serve(stdio()).await {
        Ok(service) => service.waiting().await.map(drop).map_err(io::Error::other),
        // It went away before it said anything.
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(io::Error::other(error)),
    }
}
