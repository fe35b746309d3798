//! Agent files, read as their tools read them.

mod claude_code;
mod quoting;
mod tools;

use divisi_syntax::{Span, Spanned};
use serde::{Deserialize, Serialize};

pub use claude_code::read_claude_agent;
pub(crate) use tools::content;

/// An AI coding tool that loads agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Claude Code.
    ClaudeCode,
    /// OpenCode.
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
    /// `name`; where the file has none, none (its stem is no name in Claude Code). A plugin's agent that goes by its
    /// file's name has that, at the file's first byte.
    pub name: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<Spanned<String>>,
    /// `tools`; `None` means all.
    pub tools: Option<Vec<Spanned<String>>>,
    /// `model`.
    pub model: Option<Spanned<String>>,
    /// Whether it loads.
    pub load: Load,
    /// The system prompt: everything after the front matter.
    pub body: Span,
}
