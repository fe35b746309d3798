//! Agents that are part of a tool and have no file.

use std::sync::{Arc, LazyLock};

use divisi_syntax::Span;

use crate::agent::{Load, Tool};
use crate::registry::{Agent, Scope};

/// Claude Code's built-in agents with what they are for. Source: its documentation, as of autumn 2026.
const CLAUDE_CODE: &[(&str, &str)] = &[
    ("general-purpose", "Works on tasks of several steps that need both search and changes"),
    ("Explore", "Searches the code without changing it"),
    ("Plan", "Gathers what a plan needs"),
    ("claude", "The main agent itself"),
    ("statusline-setup", "Sets up the status line"),
    ("output-style-setup", "Sets up an output style"),
    ("claude-code-guide", "Answers questions about Claude Code"),
];

/// All built-in agents.
pub(crate) fn agents() -> &'static [Arc<Agent>] {
    static AGENTS: LazyLock<Vec<Arc<Agent>>> = LazyLock::new(|| {
        let agent = |(name, description): &(&str, &str)| {
            Arc::new(Agent {
                tool: Tool::ClaudeCode,
                scope: Scope::BuiltIn,
                name: (*name).to_owned(),
                path: None,
                name_span: Span::default(),
                description: Some((*description).to_owned()),
                tools: None,
                model: None,
                load: Load::Loaded,
            })
        };
        CLAUDE_CODE.iter().map(agent).collect()
    });
    &AGENTS
}
