//! GitHub Copilot's agents. Source: GitHub's reference of custom agents and that of Visual Studio Code, as of autumn
//! 2026. GitHub asks for a description, editors do not.

use super::markdown::{Markdown, tolerated};
use super::{AgentFile, Load, Tool};

pub(super) fn read(file: &Markdown<'_>, by_path: &str) -> AgentFile {
    let load = match &file.fault {
        Some(fault) => tolerated(fault),
        None if file.text("description").is_none() && !is_for_editors(file) => Load::Tolerated {
            span: file.opening(),
            reason: "it has no `description`, which GitHub asks for; editors do without".to_owned(),
        },
        None => Load::Loaded,
    };
    file.agent(Tool::Copilot, by_path, load)
}

fn is_for_editors(file: &Markdown<'_>) -> bool {
    file.text("target").is_some_and(|target| target.value == "vscode")
}
