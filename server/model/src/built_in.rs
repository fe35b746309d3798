//! Agents that are part of a tool and have no file.

use std::sync::{Arc, LazyLock};

use divisi_syntax::Span;

use crate::agent::{Load, Tool};
use crate::registry::{Agent, Scope};

/// Claude Code's built-in agents with what they are for. Source: what version 2.1.329 answers
/// (docs/decisions/0013-loader-oracle.md), and its documentation for the last two, which answer in other versions.
const CLAUDE_CODE: &[(&str, &str)] = &[
    ("general-purpose", "Works on tasks of several steps that need both search and changes"),
    ("Explore", "Searches the code without changing it"),
    ("Plan", "Gathers what a plan needs"),
    ("claude", "Takes over what no other agent is for"),
    ("statusline-setup", "Sets up the status line"),
    ("fork", "Goes on from the conversation so far"),
    ("output-style-setup", "Sets up an output style"),
    ("claude-code-guide", "Answers questions about Claude Code"),
];

/// OpenCode's. Source: its documentation of agents, as of autumn 2026.
const OPEN_CODE: &[(&str, &str)] = &[
    ("build", "Works with all tools; what people talk to first"),
    ("plan", "Plans without changing anything"),
    ("general", "Searches, and works on tasks of several steps"),
    ("explore", "Searches the code without changing it"),
];

/// Codex'. Source: its documentation of sub-agents, as of autumn 2026.
const CODEX: &[(&str, &str)] = &[
    ("default", "Takes over what no other agent is for"),
    ("worker", "Carries out changes"),
    ("explorer", "Reads the code to answer questions"),
];

/// GitHub Copilot's. Source: the documentation of its command line, as of autumn 2026.
const COPILOT: &[(&str, &str)] = &[
    ("explore", "Answers questions about the code"),
    ("task", "Runs commands such as tests and builds"),
    ("general-purpose", "Works on tasks of several steps"),
    ("code-review", "Reviews changes"),
];

/// Gemini CLI's. Source: its documentation of sub-agents, as of autumn 2026.
const GEMINI: &[(&str, &str)] = &[
    ("codebase_investigator", "Analyses the code"),
    ("cli_help", "Answers questions about Gemini CLI"),
    ("generalist", "Works on tasks of several steps"),
    ("browser_agent", "Works in a browser"),
];

/// Cursor's. Source: its documentation of sub-agents, as of autumn 2026.
const CURSOR: &[(&str, &str)] =
    &[("explore", "Searches the code"), ("bash", "Runs commands"), ("browser", "Works in a browser")];

const fn of(tool: Tool) -> &'static [(&'static str, &'static str)] {
    match tool {
        Tool::ClaudeCode => CLAUDE_CODE,
        Tool::OpenCode => OPEN_CODE,
        Tool::Codex => CODEX,
        Tool::Copilot => COPILOT,
        Tool::Gemini => GEMINI,
        Tool::Cursor => CURSOR,
    }
}

/// All built-in agents.
pub(crate) fn agents() -> &'static [Arc<Agent>] {
    static AGENTS: LazyLock<Vec<Arc<Agent>>> = LazyLock::new(|| {
        let agents = |tool| of(tool).iter().map(move |(name, description)| agent(tool, name, description));
        Tool::ALL.into_iter().flat_map(agents).collect()
    });
    &AGENTS
}

fn agent(tool: Tool, name: &str, description: &str) -> Arc<Agent> {
    Arc::new(Agent {
        tool,
        scope: Scope::BuiltIn,
        name: name.to_owned(),
        path: None,
        name_span: Span::default(),
        description: Some(description.to_owned()),
        tools: None,
        model: None,
        load: Load::Loaded,
    })
}
