//! Keys of Archon's workflows.
//!
//! Source: the schemas of Archon's own loader (`packages/workflows/src/schemas/{workflow,dag-node,loop}.ts`) as of
//! autumn 2026. The loader strips what it does not know, and it grows monthly, so every object is open. Bare numbers
//! for times are milliseconds. Types are no narrower than the loader's.

use super::{Key, Object, Ty};
use crate::foreign::Language;

/// The root of a workflow.
pub static WORKFLOW: Object = Object {
    name: "workflow",
    doc: "A workflow of Archon.",
    keys: &[
        Key::new(
            "name",
            Ty::String,
            "The workflow's name; other workflows `include` or start it by this name.",
        )
        .required(),
        Key::new("description", Ty::String, "When to use it; Archon picks a workflow by this text.")
            .required(),
        Key::new(
            "provider",
            Ty::String,
            "Who answers prompts where a node says nothing: `claude`, `codex` …",
        ),
        Key::new(
            "model",
            Ty::Model,
            "The model where a node names none; `small`, `medium`, `large` are tiers.",
        ),
        Key::new("effort", Ty::String, "How deep the model thinks where a node says nothing."),
        Key::new("modelReasoningEffort", Ty::String, "An older name of `effort`."),
        Key::new(
            "thinking",
            Ty::Any,
            "How the model thinks: `adaptive`, `enabled`, `disabled`, or a mapping.",
        ),
        Key::new(
            "webSearchMode",
            Ty::Enum(&["disabled", "cached", "live"]),
            "Whether models may search the web.",
        ),
        Key::new("fallbackModel", Ty::Model, "The model to use when the first one is not available."),
        Key::new("betas", Ty::Any, "Names of beta features of the provider."),
        Key::new("sandbox", Ty::Any, "What the operating system lets the nodes touch."),
        Key::new("interactive", Ty::Bool, "Whether the workflow may pause to ask a person.").default("false"),
        Key::new("worktree", Ty::Any, "`enabled`: whether a run gets a git worktree of its own."),
        Key::new("container", Ty::Any, "`enabled`, `write_back`: whether a run gets a container."),
        Key::new(
            "mutates_checkout",
            Ty::Bool,
            "Whether runs change the checkout, so that only one may run at a time.",
        )
        .default("true"),
        Key::new("persist_sessions", Ty::Bool, "Whether nodes go on in the session of the run before."),
        Key::new("evidence_policy", Ty::Any, "What a run must leave behind to count as complete."),
        Key::new("budget", Ty::Any, "`max_spend_usd`, `max_work_units`: when a run is stopped."),
        Key::new("tags", Ty::Any, "Words to find the workflow by."),
        Key::new("requires", Ty::Any, "What the user must have connected, such as `github`."),
        Key::new(
            "inputs",
            Ty::Any,
            "What the caller gives by `with`: name → `required`, `default`, `description`.",
        ),
        Key::new("returns", Ty::NodeRef, "The node whose output is the workflow's output."),
        Key::new(
            "outcome_field",
            Ty::String,
            "The field of the returned output that says whether it succeeded.",
        ),
        Key::new("nodes", Ty::List(&Ty::Object(&NODE)), "The nodes, in any order.").required(),
    ],
    open: true,
};

/// The rules that Archon knows.
const TRIGGER_RULES: &[&str] = &["all_success", "one_success", "none_failed_min_one_success", "all_done"];

/// One item of `nodes`.
pub static NODE: Object = Object {
    name: "node",
    doc: "One unit of work. It has exactly one of `command`, `prompt`, `bash`, `script`, `loop`, `loop_group`, \
          `approval`, `cancel`, `include`, `workflow`.",
    keys: &[
        Key::new("id", Ty::NodeId, "The node's name; unique in the workflow.").required(),
        Key::new("description", Ty::String, "What it is for; only people read it."),
        Key::new("command", Ty::String, "The command that is sent: `.archon/commands/**/NAME.md`.")
            .not_run_yet(),
        Key::new("prompt", PROSE, "The prompt that is sent. `$node.output` and `$ARGUMENTS` are filled in.")
            .not_run_yet(),
        Key::new("bash", TEXT, "A shell script; what it prints is the node's output.").not_run_yet(),
        Key::new("script", TEXT, "The name of a script in `.archon/scripts`, or its code; see `runtime`.")
            .not_run_yet(),
        Key::new("loop", Ty::Object(&LOOP), "A prompt that is sent again until it is done.").not_run_yet(),
        Key::new("loop_group", Ty::Object(&LOOP_GROUP), "Nodes that run again until they are done.")
            .not_run_yet(),
        Key::new("approval", Ty::Object(&APPROVAL), "Waits for a person.").not_run_yet(),
        Key::new("cancel", TEXT, "Ends the run; the text is the reason.").not_run_yet(),
        Key::new(
            "include",
            Ty::String,
            "The name of a workflow whose nodes are put here when the file is loaded.",
        )
        .not_run_yet(),
        Key::new("workflow", Ty::String, "The name of a workflow that runs as a run of its own.")
            .not_run_yet(),
        Key::new("with", Ty::Map(&TEXT), "Inputs of the included or started workflow, by name."),
        Key::new("input", TEXT, "What the started workflow gets as `$ARGUMENTS`."),
        Key::new("isolation", Ty::Enum(&["inherit", "worktree"]), "Where the started workflow works."),
        Key::new("fan_out", Ty::Object(&FAN_OUT), "Starts the workflow once for each item of a list."),
        Key::new("depends_on", Ty::List(&Ty::NodeRef), "Ids of the nodes it waits for."),
        Key::new(
            "when",
            Ty::Foreign(Language::ArchonCondition),
            "Runs only if this holds: \
            `$node.output == 'x'`, `$node.output.field != 'y'`, numbers with `<` `>`, joined by `&&` and `||`. \
            What cannot be read counts as false.",
        ),
        Key::new("trigger_rule", Ty::Enum(TRIGGER_RULES), "Which ends of its dependencies let it start.")
            .default("all_success"),
        Key::new("timeout", Ty::Number, "The longest a `bash` or `script` node may take, in ms.")
            .default("120000"),
        Key::new("idle_timeout", Ty::Number, "The longest it may be silent, in ms."),
        Key::new("retry", Ty::Object(&RETRY), "When and how often it is tried again."),
        Key::new("provider", Ty::String, "Who answers: `claude`, `codex` …"),
        Key::new("model", Ty::Model, "The model; `small`, `medium`, `large` are tiers."),
        Key::new("context", Ty::Enum(&["fresh", "shared"]), "Whether it starts a new session."),
        Key::new(
            "output_format",
            Ty::Any,
            "A JSON Schema that its output follows; `$node.output.field` reads it.",
        ),
        Key::new("output_type", Ty::String, "What kind of text its output is; a label."),
        Key::new("allowed_tools", Ty::List(&Ty::String), "The only tools that it has; `[]` is none."),
        Key::new("denied_tools", Ty::List(&Ty::String), "Tools that it does not have."),
        Key::new("hooks", Ty::Any, "What happens before and after each use of a tool."),
        Key::new("mcp", Ty::Path, "A file that configures MCP servers."),
        Key::new("skills", Ty::List(&Ty::String), "Skills that are loaded."),
        Key::new(
            "agents",
            Ty::Any,
            "Agents that are defined here: id → `description`, `prompt`, `tools`, `model`.",
        ),
        Key::new("agent_ref", Ty::AgentRef, "The agent that answers the prompt, of `.claude/agents`."),
        Key::new("pi", Ty::Any, "Settings of the provider Pi."),
        Key::new("effort", Ty::String, "How deep the model thinks."),
        Key::new(
            "thinking",
            Ty::Any,
            "How the model thinks: `adaptive`, `enabled`, `disabled`, or a mapping.",
        ),
        Key::new("maxBudgetUsd", Ty::Number, "The most the node may cost, in USD."),
        Key::new("systemPrompt", Ty::String, "The system prompt."),
        Key::new("fallbackModel", Ty::Model, "The model to use when the first one is not available."),
        Key::new("betas", Ty::Any, "Names of beta features of the provider."),
        Key::new("sandbox", Ty::Any, "What the operating system lets it touch."),
        Key::new(
            "always_run",
            Ty::Bool,
            "Whether it runs again when a run is resumed, though it had finished.",
        ),
        Key::new("persist_session", Ty::Bool, "Whether it goes on in its session of the run before."),
        Key::new(
            "runtime",
            Ty::Enum(&["bun", "uv"]),
            "What runs a `script`: `bun` (TypeScript) or `uv` (Python).",
        ),
        Key::new("deps", Ty::List(&Ty::String), "Packages that the `script` needs."),
        Key::new("outcome_field", Ty::String, "The field of its output that says whether it succeeded."),
    ],
    open: true,
};

/// The keys of [`NODE`] that say what a node does; a node has exactly one.
pub const WORK_KEYS: &[&str] = &[
    "command",
    "prompt",
    "bash",
    "script",
    "loop",
    "loop_group",
    "approval",
    "cancel",
    "include",
    "workflow",
];

/// A text that is code: every reference in it counts.
const TEXT: Ty = Ty::Foreign(Language::ArchonText);
/// A text in Markdown: references in its code blocks are there to be read.
const PROSE: Ty = Ty::Foreign(Language::ArchonProse);

/// `loop`.
pub static LOOP: Object = Object {
    name: "loop",
    doc: "A prompt that is sent again until it is done: `prompt` or `command`, and `until` or `until_bash`.",
    keys: &[
        Key::new("prompt", PROSE, "The prompt of each round."),
        Key::new("command", Ty::String, "The command that holds the prompt: `.archon/commands/**/NAME.md`."),
        Key::new("until", Ty::String, "The word in the answer that ends the loop."),
        Key::new("until_bash", TEXT, "A shell script after each round; its success ends the loop."),
        Key::new(
            "max_iterations",
            Ty::Int { min: 1, max: i64::MAX },
            "The most rounds; one more is a failure.",
        )
        .required(),
        Key::new("fresh_context", Ty::Bool, "Whether each round starts a new session.").default("false"),
        Key::new("interactive", Ty::Bool, "Whether a person is asked after each round."),
        Key::new("gate_message", Ty::String, "What the person is asked."),
        Key::new("signal_completes", Ty::Bool, "Whether the word ends the loop without asking the person."),
    ],
    open: true,
};

/// `loop_group`.
pub static LOOP_GROUP: Object = Object {
    name: "loop group",
    doc: "Nodes that run again until they are done. Their `depends_on` name each other; texts may also name nodes \
          outside.",
    keys: &[
        Key::new("nodes", Ty::List(&Ty::Object(&NODE)), "The nodes of each round.").required(),
        Key::new("until", Ty::String, "The word in an answer that ends the loop."),
        Key::new("until_bash", TEXT, "A shell script after each round; its success ends the loop."),
        Key::new(
            "max_iterations",
            Ty::Int { min: 1, max: i64::MAX },
            "The most rounds; one more is a failure.",
        )
        .required(),
        Key::new("fresh_context", Ty::Bool, "Whether each round starts new sessions.").default("false"),
        Key::new("interactive", Ty::Bool, "Whether a person is asked after each round."),
        Key::new("gate_message", Ty::String, "What the person is asked."),
        Key::new("signal_completes", Ty::Bool, "Whether the word ends the loop without asking the person."),
    ],
    open: true,
};

/// `approval`.
pub static APPROVAL: Object = Object {
    name: "approval",
    doc: "Waits for a person.",
    keys: &[
        Key::new("message", TEXT, "What the person is asked.").required(),
        Key::new("capture_response", Ty::Bool, "Whether the answer becomes the node's output."),
        Key::new("on_reject", Ty::Any, "`prompt`, `max_attempts`: what is tried when the person says no."),
    ],
    open: true,
};

/// `fan_out`.
pub static FAN_OUT: Object = Object {
    name: "fan out",
    doc: "Starts a workflow once for each item of a list.",
    keys: &[
        Key::new(
            "items",
            Ty::Foreign(Language::ArchonItems),
            "A JSON list, or `$node.output` of a node that it waits for.",
        )
        .required(),
        Key::new("as", Ty::String, "The input of the started workflow that gets the item."),
        Key::new("max_parallel", Ty::Int { min: 1, max: i64::MAX }, "The most that run at the same time.")
            .default("5"),
        Key::new(
            "join",
            Ty::Enum(&["all_success", "all_done", "first_success"]),
            "When the node has succeeded.",
        )
        .default("all_success"),
    ],
    open: true,
};

/// `retry`.
pub static RETRY: Object = Object {
    name: "retry",
    doc: "When and how often a failed node is tried again.",
    keys: &[
        Key::new("max_attempts", Ty::Int { min: 0, max: i64::MAX }, "How often it is tried again."),
        Key::new("delay_ms", Ty::Number, "The first wait, in ms; it doubles."),
        Key::new("on_error", Ty::Enum(&["transient", "all"]), "Which failures are tried again."),
    ],
    open: true,
};
