//! Keys of a GitHub Copilot agent's front matter.
//!
//! Source: GitHub's reference of custom agents and that of Visual Studio Code, as of autumn 2026.

use super::{Key, Object, Ty};

/// The front matter of `.github/agents/*.agent.md`.
pub static FRONT_MATTER: Object = Object {
    name: "Copilot agent",
    doc: "A GitHub Copilot agent: front matter, then its prompt.",
    keys: &[
        Key::new(
            "description",
            Ty::String,
            "What the agent is for.\n\nExample: `description: Reviews changes for mistakes`",
        )
        .required(),
        Key::new("name", Ty::String, "What it is called.\n\nExample: `name: Reviewer`").default("the file's name"),
        Key::new(
            "tools",
            Ty::OneOf(&[Ty::List(&Ty::String), Ty::String]),
            "The tools it may use: a list, or names separated by commas; `server/*` means all of a server.\n\n\
             Example: `tools: [read, edit, search]`",
        )
        .default("all tools"),
        Key::new(
            "model",
            Ty::OneOf(&[Ty::List(&Ty::Model), Ty::Model]),
            "A model, or several of which the first that is there is used.\n\nExample: `model: GPT-5.2`",
        ),
        Key::new(
            "target",
            Ty::Enum(&["vscode", "github-copilot"]),
            "Where it may be used.\n\nExample: `target: vscode`",
        )
        .default("both"),
        Key::new(
            "argument-hint",
            Ty::String,
            "Shown in the field where people write to it.\n\nExample: `argument-hint: What should be reviewed?`",
        ),
        Key::new(
            "agents",
            Ty::OneOf(&[Ty::List(&Ty::AgentRef), Ty::String]),
            "The agents that it may call; `*` means all.\n\nExample: `agents: [researcher]`",
        ),
        Key::new("handoffs", Ty::List(&Ty::Object(&HANDOFF)), "Agents that it offers to go on with."),
        Key::new(
            "user-invocable",
            Ty::Bool,
            "Whether people can choose it themselves.\n\nExample: `user-invocable: false`",
        )
        .aliases(&["user-invokable"])
        .default("true"),
        Key::new(
            "disable-model-invocation",
            Ty::Bool,
            "Whether other agents are kept from calling it.\n\nExample: `disable-model-invocation: true`",
        )
        .default("false"),
        Key::new(
            "infer",
            Ty::Bool,
            "Replaced by `user-invocable` and `disable-model-invocation`.\n\nExample: `infer: false`",
        ),
        Key::new(
            "mcp-servers",
            Ty::OneOf(&[Ty::Map(&Ty::Any), Ty::List(&Ty::Any)]),
            "MCP servers of its own. Editors do not read this.",
        ),
        Key::new("metadata", Ty::Map(&Ty::Any), "Notes for other programs. Editors do not read this."),
        Key::new("hooks", Ty::Map(&Ty::Any), "Hooks that are active while it works, by event."),
    ],
    open: true,
};

static HANDOFF: Object = Object {
    name: "handoff",
    doc: "An agent that another one offers to go on with.",
    keys: &[
        Key::new("label", Ty::String, "What the button says.\n\nExample: `label: Start the work`").required(),
        Key::new("agent", Ty::AgentRef, "Who goes on.\n\nExample: `agent: implementer`").required(),
        Key::new("prompt", Ty::String, "What it is told.\n\nExample: `prompt: Do what the plan says`"),
        Key::new("send", Ty::Bool, "Whether the prompt is sent at once.\n\nExample: `send: true`")
            .default("false"),
        Key::new("model", Ty::Model, "The model for it.\n\nExample: `model: GPT-5 (copilot)`"),
    ],
    open: true,
};
