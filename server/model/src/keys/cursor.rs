//! Keys of a Cursor agent's front matter.
//!
//! Source: the product's documentation of sub-agents, as of autumn 2026.

use super::{Key, Object, Ty};

/// The front matter of `.cursor/agents/*.md`.
pub static FRONT_MATTER: Object = Object {
    name: "Cursor agent",
    doc: "A Cursor agent: front matter, then its prompt.",
    keys: &[
        Key::new("name", Ty::String, "How it is called.\n\nExample: `name: code-reviewer`")
            .default("the file's name"),
        Key::new(
            "description",
            Ty::String,
            "When the agent should be used.\n\nExample: `description: Reviews changes for mistakes`",
        ),
        Key::new("model", Ty::Model, "`fast`, `inherit`, or a model's id.\n\nExample: `model: fast`")
            .default("inherit"),
        Key::new("readonly", Ty::Bool, "Whether it may change nothing.\n\nExample: `readonly: true`")
            .default("false"),
        Key::new(
            "is_background",
            Ty::Bool,
            "Whether it works without being waited for.\n\nExample: `is_background: true`",
        )
        .default("false"),
    ],
    open: true,
};
