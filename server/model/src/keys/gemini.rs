//! Keys of a Gemini CLI agent's front matter.
//!
//! Source: the product's documentation of sub-agents and its loader (`packages/core/src/agents/agentLoader.ts`), as of
//! autumn 2026.

use super::{Key, Object, Ty};

/// The front matter of `.gemini/agents/*.md`.
pub static FRONT_MATTER: Object = Object {
    name: "Gemini CLI agent",
    doc: "A Gemini CLI agent: front matter, then its system prompt. A key that Gemini CLI does not know costs the file.",
    keys: &[
        Key::new(
            "name",
            Ty::String,
            "How it is called: lower-case letters, digits, `-` and `_`.\n\nExample: `name: code-reviewer`",
        )
        .required(),
        Key::new(
            "description",
            Ty::String,
            "When the agent should be used.\n\nExample: `description: Reviews changes for mistakes`",
        )
        .required(),
        Key::new("display_name", Ty::String, "What people see.\n\nExample: `display_name: Code reviewer`"),
        Key::new(
            "kind",
            Ty::Enum(&["local", "remote"]),
            "`remote`: it answers at `agent_card_url`.\n\nExample: `kind: local`",
        )
        .default("local"),
        Key::new(
            "tools",
            Ty::List(&Ty::String),
            "The tools it may use; names separated by commas are refused. `mcp_*` means all of servers.\n\n\
             Example: `tools: [read_file, grep_search]`",
        )
        .default("all tools"),
        Key::new("model", Ty::Model, "The model, or `inherit`.\n\nExample: `model: gemini-3-flash-preview`")
            .default("inherit"),
        Key::new(
            "temperature",
            Ty::Number,
            "How freely the model answers, up to 2.\n\nExample: `temperature: 0.2`",
        )
        .default("1"),
        Key::new(
            "max_turns",
            Ty::Int { min: 1, max: i64::MAX },
            "The most turns it may take.\n\nExample: `max_turns: 10`",
        ),
        Key::new(
            "timeout_mins",
            Ty::Int { min: 1, max: i64::MAX },
            "The most minutes it may take.\n\nExample: `timeout_mins: 5`",
        ),
        Key::new("mcp_servers", Ty::Map(&Ty::Any), "MCP servers that only this agent has.")
            .aliases(&["mcpServers"]),
        Key::new("policy", Ty::Map(&Ty::Any), "Rules for its tools."),
        Key::new(
            "agent_card_url",
            Ty::String,
            "Where a remote agent describes itself.\n\nExample: `agent_card_url: https://example.com/card.json`",
        ),
        Key::new("agent_card_json", Ty::String, "What a remote agent says of itself, written here."),
        Key::new("auth", Ty::Map(&Ty::Any), "How a remote agent knows who asks."),
    ],
    open: true,
};
