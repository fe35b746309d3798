//! Keys of the front matter of Claude Code's commands and skills.
//!
//! Source: the product's documentation of skills, which commands have become a form of, and the published Agent Skills
//! specification, as of autumn 2026. Many files hold further keys, so unknown ones are no findings but near misses.

use super::{Key, Object, Ty, native};

/// The front matter of `.claude/commands/**/*.md` and `.claude/skills/*/SKILL.md`.
pub static FRONT_MATTER: Object = Object {
    name: "command",
    doc: "A slash command or a skill: front matter, then what the model is told.",
    keys: &[
        Key::new("name", Ty::String, "How a skill is called.\n\nExample: `name: release-notes`")
            .default("its folder"),
        Key::new(
            "description",
            Ty::String,
            "What it does and when to use it; the model chooses by it.\n\nExample: `description: Writes release notes`",
        ),
        Key::new(
            "when_to_use",
            Ty::String,
            "More about when to use it.\n\nExample: `when_to_use: Before a release`",
        ),
        Key::new(
            "argument-hint",
            Ty::String,
            "Shown behind the command's name while it is typed.\n\nExample: `argument-hint: \"[version]\"`",
        ),
        Key::new(
            "arguments",
            LIST_OR_TEXT,
            "Names of its arguments, for `$name` in the text.\n\nExample: `arguments: [version, date]`",
        ),
        Key::new(
            "allowed-tools",
            LIST_OR_TEXT,
            "Tools that it may use without asking.\n\nExample: `allowed-tools: Read, Bash(git log *)`",
        ),
        Key::new(
            "disallowed-tools",
            LIST_OR_TEXT,
            "Tools it may not use.\n\nExample: `disallowed-tools: WebFetch`",
        ),
        Key::new("model", Ty::Model, "The model, while it is active.\n\nExample: `model: haiku`"),
        Key::new("effort", Ty::String, "How hard the model thinks.\n\nExample: `effort: high`"),
        Key::new(
            "disable-model-invocation",
            Ty::Bool,
            "Whether only people may call it.\n\nExample: `disable-model-invocation: true`",
        )
        .default("false"),
        Key::new(
            "user-invocable",
            Ty::Bool,
            "Whether people see it in the menu.\n\nExample: `user-invocable: false`",
        )
        .default("true"),
        Key::new(
            "context",
            Ty::Enum(&["fork"]),
            "`fork`: it runs in an agent of its own.\n\nExample: `context: fork`",
        ),
        Key::new("agent", Ty::AgentRef, "Which agent that is.\n\nExample: `agent: Explore`")
            .default("general-purpose"),
        Key::new(
            "background",
            Ty::Bool,
            "Whether that agent works in the background.\n\nExample: `background: true`",
        ),
        Key::new("hooks", Ty::Map(&Ty::Any), "Hooks that are active while it is, by event."),
        Key::new(
            "paths",
            Ty::OneOf(&[Ty::List(&Ty::Glob), Ty::String]),
            "The files with which it is of use.\n\nExample: `paths: [\"docs/**\"]`",
        ),
        Key::new(
            "shell",
            Ty::Enum(&["bash", "powershell"]),
            "What runs the commands in its text.\n\nExample: `shell: bash`",
        )
        .default("bash"),
        Key::new("license", Ty::String, "Its licence.\n\nExample: `license: MIT`"),
        Key::new(
            "compatibility",
            Ty::String,
            "What it needs around it.\n\nExample: `compatibility: Requires git`",
        ),
        Key::new("metadata", Ty::Map(&Ty::Any), "Notes for other programs."),
        Key::new(
            "divisi",
            Ty::OneOf(&[Ty::Object(&native::DAG), Ty::Path]),
            "The DAG that it carries, or the path of its file.\n\nExample: `divisi: ./review.dag.yaml`",
        ),
    ],
    open: true,
};

const LIST_OR_TEXT: Ty = Ty::OneOf(&[Ty::List(&Ty::String), Ty::String]);

/// Most characters of a skill's values. Source: the Agent Skills specification.
pub const SKILL_LIMITS: &[(&str, usize)] = &[("name", 64), ("description", 1024), ("compatibility", 500)];
