//! All agents that were found, as plain data.

use std::path::PathBuf;
use std::sync::Arc;

use divisi_syntax::Span;

use crate::agent::{Load, Tool};

/// Where an agent comes from, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Set by an administrator.
    Managed,
    /// In the project; the number counts folders up from the file that asks (0 is nearest).
    Project(u16),
    /// In a folder of the setting `agents.paths`.
    Configured,
    /// In the user's own folder.
    User,
    /// From a plugin; reached as `plugin:name` only.
    Plugin,
    /// Part of the tool.
    BuiltIn,
}

/// One agent of the registry.
#[derive(Debug, Clone)]
pub struct Agent {
    /// The tool that loads it.
    pub tool: Tool,
    /// Where it comes from.
    pub scope: Scope,
    /// The name as its file writes it; for plugins `plugin:name`.
    pub name: String,
    /// Its file; none for built-in agents.
    pub path: Option<PathBuf>,
    /// Where the name stands in that file.
    pub name_span: Span,
    /// `description`.
    pub description: Option<String>,
    /// `tools`; `None` means all.
    pub tools: Option<Vec<String>>,
    /// `model`.
    pub model: Option<String>,
    /// Whether the tool loads it.
    pub load: Load,
}

/// The answer to a look-up.
#[derive(Debug, Clone)]
pub enum Resolution<'a> {
    /// Exactly this one.
    Found(&'a Agent),
    /// Several in one tool and scope: which one is used is chance.
    Ambiguous(Vec<&'a Agent>),
    /// A file says this name, but its tool drops it.
    NotLoaded(&'a Agent),
    /// Nobody has this name.
    Unknown,
}

/// Agents by (tool, normalised name).
#[derive(Debug, Clone, Default)]
pub struct Registry {
    agents: Vec<Arc<Agent>>,
}

impl Registry {
    /// Builds a registry. Built-in agents need not be given; they are known.
    pub fn new(agents: Vec<Arc<Agent>>) -> Self {
        Self { agents }
    }

    /// All agents that come from files, in the order given.
    pub fn agents(&self) -> &[Arc<Agent>] {
        &self.agents
    }

    /// Whether no agent file is known at all (then an unknown name is only a warning).
    pub fn is_empty(&self) -> bool {
        self.agents.is_empty()
    }

    /// Looks `name` up: in `tool` first, then in Claude Code's agents, in scope order.
    pub fn resolve(&self, _tool: Tool, _name: &str) -> Resolution<'_> {
        Resolution::Unknown
    }
}

/// The tool whose agents a runner executes: `claude` → Claude Code, and so on; Claude Code for every other runner.
pub fn tool_of_runner(runner: &str) -> Tool {
    match runner {
        "codex" => Tool::Codex,
        "gemini" => Tool::Gemini,
        "opencode" => Tool::OpenCode,
        _ => Tool::ClaudeCode,
    }
}

/// A name without case and separators: `Code_Reviewer` and `code-reviewer` are the same.
pub fn normalise(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}
