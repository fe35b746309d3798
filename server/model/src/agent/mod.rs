//! Agent files, read as their tools read them.

mod claude_code;
mod codex;
mod copilot;
mod cursor;
mod gemini;
mod markdown;
mod opencode;
mod said;
mod tools;

use std::borrow::Cow;
use std::sync::Arc;

use divisi_syntax::{NodeId, Span, Spanned, Tree, front_matter};
use serde::{Deserialize, Serialize};

use crate::front::Front;

use self::markdown::Markdown;
pub(crate) use claude_code::names;
pub use said::{SaidKey, said};
pub(crate) use tools::content;

/// Reads an agent of `tool` as that tool reads it; `front` is the front matter of `text`.
///
/// `by_path` is the name that the file's path gives: for OpenCode the path below the folder of agents, else the file's
/// name without its ending. `plugin`: it belongs to a plugin of Claude Code.
pub fn read_agent(
    tool: Tool,
    text: &Arc<str>,
    front: Option<&Front>,
    by_path: &str,
    plugin: bool,
) -> AgentFile {
    match tool {
        Tool::ClaudeCode => claude_code::read(text, front, by_path, plugin),
        Tool::OpenCode => opencode::read(&Markdown::new(text, front), by_path),
        Tool::Codex => codex::read(text, by_path),
        Tool::Copilot => copilot::read(&Markdown::new(text, front), by_path),
        Tool::Gemini => gemini::read(&Markdown::new(text, front), by_path),
        Tool::Cursor => cursor::read(&Markdown::new(text, front), by_path),
    }
}

/// An AI coding tool that loads agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Claude Code.
    ClaudeCode,
    /// OpenCode.
    #[serde(rename = "opencode")]
    OpenCode,
    /// Codex.
    Codex,
    /// GitHub Copilot.
    Copilot,
    /// Gemini CLI.
    Gemini,
    /// Cursor.
    Cursor,
}

/// The names in a list of tools, or between commas in a text, each where it stands; `None` where nothing is written.
pub fn tool_names(tree: &Tree, value: NodeId) -> Option<Vec<Spanned<String>>> {
    tools::read(tree, value)
}

/// What the text of an agent's file tells the agent: all behind the front matter, or what stands in Codex' TOML.
pub fn system_prompt(tool: Tool, text: &str) -> Cow<'_, str> {
    if tool == Tool::Codex {
        return Cow::Owned(codex::instructions(text).unwrap_or_default());
    }
    let Some(parts) = front_matter(text) else { return Cow::Borrowed(text) };
    let parts = if tool == Tool::ClaudeCode { parts.ending_at_first_dashes(text) } else { parts };
    Cow::Borrowed(parts.body.slice(text))
}

impl Load {
    /// Whether it loads as it is, or as its tool reads it.
    pub const fn is_loaded(&self) -> bool {
        !matches!(self, Self::Dropped { .. })
    }
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::ClaudeCode, Self::OpenCode, Self::Codex, Self::Copilot, Self::Gemini, Self::Cursor];

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::OpenCode => "OpenCode",
            Self::Codex => "Codex",
            Self::Copilot => "GitHub Copilot",
            Self::Gemini => "Gemini CLI",
            Self::Cursor => "Cursor",
        }
    }

    /// Its name in one lower-case word, as in JSON and on the command line.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::OpenCode => "opencode",
            Self::Codex => "codex",
            Self::Copilot => "copilot",
            Self::Gemini => "gemini",
            Self::Cursor => "cursor",
        }
    }
}

/// What the tool does with an agent's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load {
    /// It loads.
    Loaded,
    /// It loads there, and breaks in strict readers of YAML.
    Tolerated {
        /// Where strict reading fails.
        span: Span,
        /// Why.
        reason: String,
    },
    /// It is dropped without a word.
    Dropped {
        /// What causes it.
        span: Span,
        /// Why, and what to do.
        reason: String,
    },
}

/// What one agent file says.
#[derive(Debug, Clone)]
pub struct AgentFile {
    /// The tool whose file it is.
    pub tool: Tool,
    /// The name that it goes by: `name`, else where its tool says so (OpenCode always, Claude Code for plugins only)
    /// the one that its path gives, at the file's first byte. None where it has neither.
    pub name: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// The names in `tools`, where it is a list of all that the agent may use; else `None`, which means all.
    pub tools: Option<Vec<Spanned<String>>>,
    /// `model`.
    pub model: Option<Spanned<String>>,
    /// Whether it loads.
    pub load: Load,
    /// The system prompt: everything after the front matter.
    pub body: Span,
}
