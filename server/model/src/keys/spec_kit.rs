//! Keys under `claude_code:` in the front matter of spec-kit's commands.
//!
//! Source: the public command templates of spec-kit's fork for Claude Code, as of autumn 2026; the tool reads the
//! file as text for a model, and no schema is published. Every object is therefore open, and only the keys of the
//! graph have narrow types.

use super::{Key, Object, Ty};

/// The key of the front matter under which all of it stands.
pub const CARRIER_KEY: &str = "claude_code";

/// `claude_code`.
pub static CLAUDE_CODE: Object = Object {
    name: "claude_code",
    doc: "How Claude Code carries the command out.",
    keys: &[
        Key::new("model", Ty::Model, "The model where a subagent names none."),
        Key::new("reasoning_mode", Ty::Any, "How deep the model thinks."),
        Key::new("thinking_budget", Ty::Any, "The most tokens for thinking."),
        Key::new("orchestration", Ty::Object(&ORCHESTRATION), "How the subagents are run."),
        Key::new("subagents", Ty::List(&SUBAGENT_TY), "The nodes."),
        Key::new("cache_control", Ty::Any, "What the provider caches."),
        Key::new("cache_hierarchy", Ty::Any, "What the provider caches."),
        Key::new("semantic_cache", Ty::Any, "When an earlier answer is used again."),
        Key::new("rate_limits", Ty::Any, "Limits by the user's plan."),
        Key::new("depth_defaults", Ty::Any, "Settings for each depth."),
        Key::new("user_tier_fallback", Ty::Any, "What holds where the user's plan does not suffice."),
        Key::new("cost_breakdown", Ty::Any, "What each depth costs; for people."),
        Key::new("operation_batching", Ty::Any, "Which operations are done together."),
        Key::new("plan_mode_trigger", Ty::Any, "Whether it starts with a plan."),
        Key::new("phases", Ty::Any, "Names of phases; labels."),
    ],
    open: true,
};

/// Some files list labels in place of mappings.
const SUBAGENT_TY: Ty = Ty::OneOf(&[Ty::Object(&SUBAGENT), Ty::String]);

/// `orchestration`.
pub static ORCHESTRATION: Object = Object {
    name: "orchestration",
    doc: "How the subagents are run.",
    keys: &[
        Key::new("max_parallel", Ty::Any, "The most subagents that run at the same time."),
        Key::new("fail_fast", Ty::Any, "Whether the first failure ends the run."),
        Key::new("conflict_resolution", Ty::Any, "What happens when two of them change the same thing."),
        Key::new("timeout_per_agent", Ty::Any, "The longest a subagent may take, in ms."),
        Key::new("timeout_minutes", Ty::Any, "The longest all may take, in minutes."),
        Key::new("retry_on_failure", Ty::Any, "How often a failed subagent is tried again."),
        Key::new("role_isolation", Ty::Any, "Whether subagents of one group run one by one."),
        Key::new("wave_overlap", Ty::Any, "Whether the next wave starts before this one is over."),
    ],
    open: true,
};

/// One item of `subagents`.
pub static SUBAGENT: Object = Object {
    name: "subagent",
    doc: "A node: a role with a prompt.",
    keys: &[
        Key::new(
            "role",
            Ty::NodeId,
            "The node's name, unique in the command, and a label for people: it names no \
            agent's file.",
        )
        .required()
        .not_run_yet(),
        Key::new("role_group", Ty::String, "The group that it belongs to; a label."),
        Key::new("parallel", Ty::Any, "Whether it may run beside others."),
        Key::new("depends_on", Ty::List(&Ty::NodeRef), "Roles that it waits for."),
        Key::new("priority", Ty::Any, "Its priority."),
        Key::new("trigger", Ty::Any, "When it is used; for people."),
        Key::new("prompt", Ty::String, "What it is asked to do."),
        Key::new("model_override", Ty::Model, "The model."),
    ],
    open: true,
};
