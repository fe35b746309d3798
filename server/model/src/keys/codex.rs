//! Keys of a Codex agent's TOML.
//!
//! Source: the product's documentation of sub-agents and its loader (`codex-rs/core/src/config/agent_roles.rs`), as of
//! autumn 2026. Every key of `config.toml` may stand there, too.

use super::{Key, Object, Ty};

/// `.codex/agents/**/*.toml`.
pub static FILE: Object = Object {
    name: "Codex agent",
    doc: "A Codex agent, in TOML.",
    keys: &[
        Key::new("name", Ty::String, "How it is called.\n\nExample: `name = \"code-reviewer\"`").required(),
        Key::new(
            "description",
            Ty::String,
            "When the agent should be used.\n\nExample: `description = \"Reviews changes for mistakes\"`",
        )
        .required(),
        Key::new(
            "developer_instructions",
            Ty::String,
            "What it is told.\n\nExample: `developer_instructions = \"You review changes.\"`",
        )
        .required(),
        Key::new(
            "nickname_candidates",
            Ty::List(&Ty::String),
            "Names that its sessions are shown under.\n\nExample: `nickname_candidates = [\"Ada\", \"Grace\"]`",
        ),
        Key::new("model", Ty::Model, "The model.\n\nExample: `model = \"gpt-5.2-codex\"`"),
        Key::new(
            "model_reasoning_effort",
            Ty::Enum(&["none", "minimal", "low", "medium", "high", "xhigh"]),
            "How hard it thinks.\n\nExample: `model_reasoning_effort = \"high\"`",
        ),
        Key::new(
            "sandbox_mode",
            Ty::Enum(&["read-only", "workspace-write", "danger-full-access"]),
            "What it may change.\n\nExample: `sandbox_mode = \"read-only\"`",
        ),
        Key::new("mcp_servers", Ty::Map(&Ty::Any), "MCP servers that it may use, by name."),
    ],
    open: true,
};
