//! Cursor's agents. Source: its documentation of sub-agents, as of autumn 2026: no key is required, and an agent
//! without a name goes by its file's.

use super::markdown::{Markdown, tolerated};
use super::{AgentFile, Load, Tool};

pub(super) fn read(file: &Markdown<'_>, by_path: &str) -> AgentFile {
    let load = file.fault.as_ref().map_or(Load::Loaded, tolerated);
    file.agent(Tool::Cursor, by_path, load)
}
