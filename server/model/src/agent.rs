//! Agent files, read as their tools read them.

use divisi_syntax::{Span, Spanned};
use serde::{Deserialize, Serialize};

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
    /// `name`; where the file has none, none (its stem is no name in Claude Code).
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

/// Reads a Claude Code agent as its loader does (FIELD, "The loader is more tolerant than YAML").
///
/// `stem` is the file's name without `.md`. With `plugin`, what would be dropped loads under that name.
pub fn read_claude_agent(_text: &std::sync::Arc<str>, _stem: &str, _plugin: bool) -> AgentFile {
    AgentFile {
        tool: Tool::ClaudeCode,
        name: None,
        description: None,
        tools: None,
        model: None,
        load: Load::Loaded,
        body: Span::default(),
    }
}
