//! Keys of an OpenCode agent's front matter.
//!
//! Source: the product's documentation of agents and its schema (`packages/core/src/v1/config/agent.ts`), as of
//! autumn 2026. Keys that it does not know are handed to the model's provider.

use super::{Key, Object, Ty};

/// The front matter of `.opencode/agent/**/*.md` and `.opencode/agents/**/*.md`.
pub static FRONT_MATTER: Object = Object {
    name: "OpenCode agent",
    doc: "An OpenCode agent: front matter, then its prompt. Its name is its path below the folder of agents.",
    keys: &[
        Key::new(
            "description",
            Ty::String,
            "When the agent should be used.\n\nExample: `description: Reviews changes for mistakes`",
        )
        .required(),
        Key::new(
            "mode",
            Ty::Enum(&["primary", "subagent", "all"]),
            "`primary`: one that people switch to; `subagent`: one that others call.\n\nExample: `mode: subagent`",
        )
        .default("all"),
        Key::new("model", Ty::Model, "Provider and model.\n\nExample: `model: anthropic/claude-sonnet-4-5`"),
        Key::new("variant", Ty::String, "The variant of the model.\n\nExample: `variant: high`"),
        Key::new("temperature", Ty::Number, "How freely the model answers.\n\nExample: `temperature: 0.1`"),
        Key::new("top_p", Ty::Number, "An alternative to `temperature`.\n\nExample: `top_p: 0.9`"),
        Key::new(
            "steps",
            Ty::Int { min: 1, max: i64::MAX },
            "The most steps that it may take before it must answer.\n\nExample: `steps: 20`",
        )
        .aliases(&["maxSteps"]),
        Key::new(
            "tools",
            Ty::Map(&Ty::Bool),
            "Tools to switch on or off; a list is refused. `permission` says the same in more detail.\n\n\
             Example: `tools: {write: false, bash: false}`",
        ),
        Key::new(
            "permission",
            Ty::OneOf(&[Ty::Map(&Ty::Any), Ty::String]),
            "`allow`, `ask` or `deny`, by tool, and by pattern within a tool.\n\nExample: `permission: {edit: deny}`",
        ),
        Key::new("hidden", Ty::Bool, "Whether it is left out of the list after `@`.\n\nExample: `hidden: true`")
            .default("false"),
        Key::new("disable", Ty::Bool, "Whether it is switched off.\n\nExample: `disable: true`").default("false"),
        Key::new(
            "color",
            Ty::String,
            "`\"#rrggbb\"`, or a word of the colour scheme such as `accent`.\n\nExample: `color: \"#ff6b6b\"`",
        ),
        Key::new("options", Ty::Map(&Ty::Any), "What is handed to the model's provider."),
    ],
    open: true,
};
