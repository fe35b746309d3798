//! What each runner does with the keys of an agent's file, beyond its name, description, tools and model: the table
//! behind what is handed over, what is reported and what is refused before a run. `docs/guide/runners.md` shows it to
//! people.
//!
//! A key that is in no row is left: no tool is known to hold an agent to it.
//!
//! Source: docs/decisions/0029-front-matter-of-agents.md.

use divisi_model::agent::SaidKey;
use divisi_model::{Node, Tool};
use serde_json::Value;

use self::Fate::{Held, Left, OnNode, Refused, Trusted};
use super::{RunnerDefinition, RunnerKind};

/// What becomes of a key in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The runner's program is told, or the run itself sees to it.
    Held,
    /// It changes nothing that a run relies on.
    Left,
    /// The agent would work without it, and nobody would know; with what to do instead.
    Refused(&'static str),
    /// The runner's program is told where its definition says `repository_settings = true`, else it is refused.
    Trusted,
    /// Refused unless the node says it, too; with what to write there.
    OnNode(NodeKey),
}

/// What a node may say in the place of its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeKey {
    /// `isolation: worktree`.
    Isolation,
    /// `timeout`.
    Timeout,
}

impl NodeKey {
    /// As it is written on a node.
    const fn written(self) -> &'static str {
        match self {
            Self::Isolation => "isolation: worktree",
            Self::Timeout => "timeout: …",
        }
    }
}

/// A key of a tool's agents.
struct Row {
    tool: Tool,
    key: &'static str,
    /// The values that it concerns; none: all but empty ones.
    values: &'static [&'static str],
    by: Fates,
}

/// What becomes of a key by the runner's kind. A program of the user's own gets the whole file.
struct Fates {
    claude: Fate,
    codex: Fate,
    gemini: Fate,
    opencode: Fate,
    acp: Fate,
}

const fn all(fate: Fate) -> Fates {
    Fates { claude: fate, codex: fate, gemini: fate, opencode: fate, acp: fate }
}

const fn claude_or(claude: Fate, others: Fate) -> Fates {
    Fates { claude, ..all(others) }
}

const NO_LIMIT: &str =
    "let claude, gemini or opencode do it, or take it away and write a `timeout` on the node";
const NAME_TOOLS: &str = "take it away and name in `tools` what the agent may use";
const NO_SERVERS: &str = "take it away and set the servers up in the settings of the runner's own program";
const NO_HOOKS: &str = "only the runner claude has hooks; let it do the work, or take them away";
const NOBODY_ASKS: &str =
    "a run asks nobody and allows what `tools` name: take it away and list there the tools that only read";

const ROWS: &[Row] = &[
    Row {
        tool: Tool::ClaudeCode,
        key: "disallowedTools",
        values: &[],
        by: Fates { codex: Refused(NAME_TOOLS), ..all(Held) },
    },
    Row {
        tool: Tool::ClaudeCode,
        key: "maxTurns",
        values: &[],
        by: Fates { codex: Refused(NO_LIMIT), acp: Refused(NO_LIMIT), ..all(Held) },
    },
    Row { tool: Tool::ClaudeCode, key: "skills", values: &[], by: all(Held) },
    Row { tool: Tool::ClaudeCode, key: "permissionMode", values: &["plan"], by: all(Refused(NOBODY_ASKS)) },
    Row {
        tool: Tool::ClaudeCode,
        key: "isolation",
        values: &["worktree"],
        by: all(OnNode(NodeKey::Isolation)),
    },
    Row {
        tool: Tool::ClaudeCode,
        key: "mcpServers",
        values: &[],
        by: claude_or(Trusted, Refused(NO_SERVERS)),
    },
    Row { tool: Tool::ClaudeCode, key: "hooks", values: &[], by: claude_or(Trusted, Refused(NO_HOOKS)) },
    Row { tool: Tool::ClaudeCode, key: "effort", values: &[], by: claude_or(Held, Left) },
    Row {
        tool: Tool::Codex,
        key: "sandbox_mode",
        values: &["danger-full-access"],
        by: all(Refused("no run leaves Codex's sandbox: write `workspace-write`")),
    },
    Row { tool: Tool::Codex, key: "sandbox_mode", values: &[], by: all(Held) },
    Row { tool: Tool::Codex, key: "model_reasoning_effort", values: &[], by: all(Held) },
    Row { tool: Tool::Codex, key: "mcp_servers", values: &[], by: all(Refused(NO_SERVERS)) },
    Row { tool: Tool::Gemini, key: "max_turns", values: &[], by: all(Held) },
    Row { tool: Tool::Gemini, key: "timeout_mins", values: &[], by: all(OnNode(NodeKey::Timeout)) },
    Row { tool: Tool::Gemini, key: "mcp_servers", values: &[], by: all(Refused(NO_SERVERS)) },
    Row { tool: Tool::Gemini, key: "mcpServers", values: &[], by: all(Refused(NO_SERVERS)) },
    Row { tool: Tool::Gemini, key: "policy", values: &[], by: all(Refused(NAME_TOOLS)) },
    Row {
        tool: Tool::Gemini,
        key: "kind",
        values: &["remote"],
        by: all(Refused("an agent elsewhere cannot work on this workspace")),
    },
    Row { tool: Tool::OpenCode, key: "steps", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "maxSteps", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "tools", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "permission", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "temperature", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "top_p", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "variant", values: &[], by: all(Held) },
    Row { tool: Tool::OpenCode, key: "options", values: &[], by: all(Held) },
    Row {
        tool: Tool::OpenCode,
        key: "disable",
        values: &["true"],
        by: all(Refused("the agent is switched off: take it away, or name another agent")),
    },
];

/// The keys by which a tool's agents limit their turns.
pub const TURNS: [&str; 4] = ["maxTurns", "max_turns", "steps", "maxSteps"];

/// Something that an agent's file says and that a run would leave out.
#[derive(Debug)]
pub struct Unheld<'a> {
    /// The key, with its value.
    pub said: &'a SaidKey,
    /// Why, and what to write instead.
    pub why: String,
}

impl Unheld<'_> {
    /// The key with a short value, as people write it: `maxTurns: 3`, `hooks:`.
    pub fn written(&self) -> String {
        let SaidKey { key, value } = self.said;
        match value {
            Value::Object(_) | Value::Array(_) => format!("{}:", key.value),
            scalar => format!("{}: {}", key.value, written(scalar)),
        }
    }
}

/// What of `said`, the keys of an agent of `tool`, would vanish without a word where the runner `name` executes `node`.
pub fn unheld<'a>(
    (name, runner): (&str, &RunnerDefinition),
    tool: Tool,
    said: &'a [SaidKey],
    node: &Node,
) -> Vec<Unheld<'a>> {
    let why = |said: &SaidKey| {
        Some(match fate(tool, &said.key.value, &said.value, runner.kind) {
            Held | Left => return None,
            Trusted if runner.repository_settings => return None,
            OnNode(NodeKey::Isolation) if node.in_worktree => return None,
            OnNode(NodeKey::Timeout) if node.timeout.is_some() => return None,
            Trusted => format!(
                "the runner {name} leaves out what a repository sets up: write `repository_settings = true` under \
                 [runners.{name}] if you trust it, or take the key away"
            ),
            Refused(advice) => format!("the runner {name} would leave that out: {advice}"),
            OnNode(key) => format!("a run goes by its nodes: write `{}` on this one", key.written()),
        })
    };
    said.iter().filter_map(|said| Some(Unheld { said, why: why(said)? })).collect()
}

/// What becomes of `key` of an agent of `tool` that a runner of `kind` executes.
fn fate(tool: Tool, key: &str, value: &Value, kind: RunnerKind) -> Fate {
    let concerned = |row: &&Row| {
        let is_value = row.values.is_empty() || row.values.contains(&written(value).as_str());
        row.tool == tool && row.key == key && is_value
    };
    match ROWS.iter().find(concerned) {
        Some(_) if is_empty(value) => Left,
        Some(row) => match kind {
            RunnerKind::Exec => Held,
            RunnerKind::Claude => row.by.claude,
            RunnerKind::Codex => row.by.codex,
            RunnerKind::Gemini => row.by.gemini,
            RunnerKind::Opencode => row.by.opencode,
            RunnerKind::Acp => row.by.acp,
        },
        None => Left,
    }
}

/// Whether any runner is told `key` of an agent of `tool`.
pub fn is_handed_over(tool: Tool, key: &str) -> bool {
    ROWS.iter().any(|row| row.tool == tool && row.key == key)
}

/// A value as people write it.
pub fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use divisi_model::keys;

    use super::*;

    /// A row of a key that no agent has would hold nothing.
    #[test]
    fn each_row_is_a_key_of_its_tool() {
        for row in ROWS {
            assert!(keys::of_agent(row.tool).key(row.key).is_some(), "{:?} {}", row.tool, row.key);
        }
    }

    #[test]
    fn what_is_empty_binds_nobody() {
        let hooks = |value: Value| fate(Tool::ClaudeCode, "hooks", &value, RunnerKind::Codex);
        assert_eq!(hooks(serde_json::json!({})), Left);
        assert_eq!(hooks(serde_json::json!({ "Stop": [] })), Refused(NO_HOOKS));
    }
}
