//! Keys of a Claude Code agent's front matter.
//!
//! Source: the product's documentation of sub-agents and 2,346 public agent files, as of autumn 2026.
//! 45 % of those files hold further keys, so unknown ones are no findings but near misses of a known key.

use super::{Key, Object, Ty};

/// The front matter of `.claude/agents/**/*.md`.
pub static FRONT_MATTER: Object = Object {
    name: "agent",
    doc: "A Claude Code agent: front matter, then its system prompt.",
    keys: &[
        Key::new(
            "name",
            Ty::String,
            "The agent's name. This, not the file's name, is how it is called. Must not start with `-` or hold `:`; \
             an agent without it is dropped without a word.\n\nExample: `name: code-reviewer`",
        )
        .required(),
        Key::new(
            "description",
            Ty::String,
            "When the agent should be used; other agents choose by it. An agent without it is dropped without a word.\n\n\
             Example: `description: Reviews changes for mistakes`",
        )
        .required(),
        Key::new(
            "tools",
            LIST_OR_COMMAS,
            "The tools it may use: a list, or names separated by commas.\n\nExample: `tools: Read, Grep, Bash(git log *)`",
        )
        .default("all tools"),
        Key::new(
            "disallowedTools",
            LIST_OR_COMMAS,
            "Tools it may not use: a list, or names separated by commas.\n\nExample: `disallowedTools: WebFetch`",
        ),
        Key::new(
            "model",
            Ty::Model,
            "`sonnet`, `opus`, `haiku`, `fable`, a full model id, or `inherit`.\n\nExample: `model: haiku`",
        )
        .default("inherit"),
        Key::new(
            "permissionMode",
            Ty::Enum(&["default", "acceptEdits", "auto", "dontAsk", "bypassPermissions", "plan", "manual"]),
            "How it asks for permissions.\n\nExample: `permissionMode: plan`",
        )
        .default("default"),
        Key::new("maxTurns", Ty::Int { min: 1, max: 100_000 }, "The most turns it may take.\n\nExample: `maxTurns: 20`"),
        Key::new("skills", Ty::OneOf(&[Ty::List(&Ty::SkillRef), Ty::SkillRef]), "Skills that are loaded when it starts.\n\nExample: `skills: [testing]`"),
        Key::new(
            "mcpServers",
            Ty::OneOf(&[Ty::List(&Ty::Any), Ty::Map(&Ty::Any), Ty::String]),
            "MCP servers it may use: names, or definitions.\n\nExample: `mcpServers: [github]`",
        ),
        Key::new("hooks", Ty::Map(&Ty::Any), "Hooks that are active while it works, by event."),
        Key::new(
            "memory",
            Ty::Enum(&["user", "project", "local"]),
            "Where it keeps what it learns.\n\nExample: `memory: project`",
        ),
        Key::new("background", Ty::Bool, "Whether it always works in the background.\n\nExample: `background: true`")
            .default("false"),
        Key::new("effort", Ty::String, "How hard it thinks.\n\nExample: `effort: high`"),
        Key::new(
            "isolation",
            Ty::Enum(&["worktree"]),
            "`worktree`: it works on a copy of the repository.\n\nExample: `isolation: worktree`",
        ),
        Key::new(
            "color",
            Ty::Enum(&["red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan"]),
            "Its colour on the screen.\n\nExample: `color: cyan`",
        ),
        Key::new(
            "initialPrompt",
            Ty::String,
            "What it is told first when it runs as the main agent.\n\nExample: `initialPrompt: Look around`",
        ),
    ],
    open: true,
};

const LIST_OR_COMMAS: Ty = Ty::OneOf(&[Ty::List(&Ty::String), Ty::String]);

/// Keys that people write on agents and that do nothing there, with the key that does what they mean.
/// With those that mean `tools` the agent has **every** tool, with those that mean `disallowedTools` it lacks none.
/// Source: the program itself (`tests/loader/`).
pub const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("Tools", "tools"),
    ("allowed-tools", "tools"),
    ("allowedTools", "tools"),
    ("allowed_tools", "tools"),
    ("disallowed-tools", "disallowedTools"),
    ("disallowed_tools", "disallowedTools"),
    ("whenToUse", "description"),
    ("when_to_use", "description"),
];

/// Words that stand for a model, beside full ids. Source: the product's documentation of models, as of autumn 2026.
pub const MODEL_ALIASES: &[&str] =
    &["sonnet", "opus", "haiku", "fable", "inherit", "default", "best", "opusplan", "sonnet[1m]", "opus[1m]"];
