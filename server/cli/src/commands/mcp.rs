//! `divisi mcp`

use std::path::PathBuf;

use clap::Args;
use divisi_mcp::Options;

use super::run::this_program;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{logging, root, workspace};

/// Serve an agent: the Model Context Protocol over standard input and output.
///
/// Its tools check files, plan DAGs, draw their graphs and tell what ran; they only read, and only in this workspace.
/// With --allow-run (or `allow_run = true` under `[mcp]` in your own config.toml) there is one more, which runs DAGs
/// where you trust the workspace. What a run asks is answered by people: no tool does.
///
/// Agents start this themselves. It logs to standard error; DIVISI_LOG sets how much (error, warn, info, debug).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claude mcp add divisi -- divisi mcp
  codex mcp add divisi -- divisi mcp")]
pub(crate) struct Mcp {
    /// A folder of the workspace; the current one where none is given.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Let the agent start runs in this workspace, if you trust it.
    #[arg(long)]
    allow_run: bool,
}

impl Mcp {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        logging::to_stderr();
        let folder = self.root.map_or_else(root::current_folder, Ok)?;
        let root = root::root_of(&root::absolute(&folder)?);
        let may_run = self.allow_run || workspace::read_settings(&root).settings().mcp.allow_run;
        divisi_mcp::serve_stdio(Options { root, may_run, program: this_program()? })?;
        Ok(Exit::Good)
    }
}
