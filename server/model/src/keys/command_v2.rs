//! Keys of command-v2 files.
//!
//! Source: the dialect's own specification as FIELD.md sums it up ("command-v2, spec"), and its three published
//! commands, which break that specification: agents under `type` or `name`, `estimatedDuration` in minutes,
//! locks in three places, inputs and outputs as plain lists. Every object is therefore open, and types are as wide as
//! those files need; keys that only the files use are listed so that none is taken for a misspelt other one.

use super::{Key, Object, Ty};

/// The root of a command.
pub static COMMAND: Object = Object {
    name: "command",
    doc: "A command of the command-v2 dialect: phases of agents.",
    keys: &[
        Key::new("$schema", Ty::String, "The schema that the file claims."),
        Key::new("version", SCALAR, "Version of the format, `2.0.0` or `2.0`."),
        Key::new("name", Ty::String, "The command's name, with or without `/`.").required(),
        Key::new("description", Ty::String, "What it does."),
        Key::new("pattern", Ty::String, "The pattern it follows; a label."),
        Key::new(
            "phases",
            Ty::List(&Ty::Object(&PHASE)),
            "Groups of agents. They order nothing by themselves.",
        )
        .required(),
        Key::new(
            "globalContext",
            Ty::Any,
            "Values that all nodes share: `initial`, `cacheTTL` (s), `persistKeys`.",
        ),
        Key::new("context", Ty::Any, "Values that all nodes share; its keys declare, they do not produce."),
        Key::new(
            "resources",
            Ty::OneOf(&[Ty::Object(&RESOURCES), Ty::List(&Ty::Any)]),
            "Locks and how long to wait for them.",
        ),
        Key::new("resourceLocking", Ty::Any, "Locks and their capacities."),
        Key::new("resourceManagement", Ty::Any, "Locks of the whole command: `globalLocks`."),
        Key::new(
            "metadata",
            Ty::Any,
            "Facts for people; `maxParallelism` is the most nodes that run at the same time.",
        ),
        Key::new("inputs", Ty::Any, "What the command is given."),
        Key::new("outputs", Ty::Any, "What the command gives back."),
    ],
    open: true,
};

/// One item of `phases`.
pub static PHASE: Object = Object {
    name: "phase",
    doc: "A group of agents.",
    keys: &[
        Key::new("id", Ty::String, "Its id; where it is missing the name stands for it."),
        Key::new("name", Ty::String, "What people see."),
        Key::new("description", Ty::String, "What it does."),
        Key::new("agents", Ty::List(&Ty::Object(&NODE)), "Its nodes."),
        Key::new("parallel", Ty::Bool, "Whether its nodes may run at the same time.").default("true"),
        Key::new("sequential", Ty::Bool, "The opposite of `parallel`."),
        Key::new("parallelism", Ty::Any, "How many of its nodes run at the same time: `maxConcurrent`."),
        Key::new("maxParallelism", SCALAR, "The most of its nodes that run at the same time."),
        Key::new("continueOnError", Ty::Bool, "Whether failures of its nodes are tolerated.")
            .default("false"),
        Key::new("timeout", SCALAR, "The longest it may take, in ms."),
        Key::new("estimatedTime", SCALAR, "How long it will probably take, in ms."),
        Key::new("estimatedDuration", SCALAR, "How long it will probably take, in the file's unit."),
        Key::new("conditional", Ty::Any, "When it is skipped."),
        Key::new("dynamic", SCALAR, "Whether its nodes are made at run time."),
        Key::new("dynamicAgents", Ty::Any, "How its nodes are made at run time."),
    ],
    open: true,
};

/// One item of a phase's `agents`.
pub static NODE: Object = Object {
    name: "node",
    doc: "An agent with a task.",
    keys: &[
        Key::new("id", Ty::NodeId, "The node's name; unique in the file.").required(),
        Key::new("agentId", Ty::AgentRef, "The agent that does the work."),
        Key::new("type", Ty::AgentRef, "The agent that does the work, where there is no `agentId`."),
        Key::new(
            "name",
            Ty::AgentRef,
            "The agent that does the work, where there is neither `agentId` nor `type`.",
        ),
        Key::new("task", Ty::String, "What it is asked to do."),
        Key::new("description", Ty::String, "What it is asked to do, where there is no `task`."),
        Key::new("dependencies", Ty::List(&Ty::NodeRef), "Ids of the nodes it waits for."),
        Key::new("estimatedTime", SCALAR, "How long it will probably take, in ms.").default("60000"),
        Key::new("estimatedDuration", SCALAR, "How long it will probably take, in the file's unit."),
        Key::new("timeout", SCALAR, "The longest it may take, in ms.").default("300000"),
        Key::new("priority", SCALAR, "Its priority."),
        Key::new("retryPolicy", Ty::Object(&RETRY), "When and how often it is tried again."),
        Key::new("retry", Ty::Object(&RETRY), "When and how often it is tried again."),
        Key::new("compensation", Ty::Any, "What undoes it.").not_run_yet(),
        Key::new("context", Ty::Object(&CONTEXT), "What it takes from other nodes and gives to them."),
        Key::new("input", Ty::Any, "Settings of the task."),
        Key::new("outputs", Ty::Any, "What it gives to other nodes, by name."),
        Key::new("skipCondition", Ty::Any, "When it is skipped.").not_run_yet(),
        Key::new("conditional", Ty::Any, "When it runs.").not_run_yet(),
        Key::new(
            "resources",
            Ty::OneOf(&[Ty::Object(&RESOURCES), Ty::List(&Ty::Any)]),
            "Locks that it holds.",
        ),
        Key::new("tools", Ty::Any, "Programs that it uses; labels."),
        Key::new("deliverables", Ty::Any, "Files that it makes; labels."),
        Key::new("configuration", Ty::Any, "Settings of the task."),
    ],
    open: true,
};

/// `context` of a node.
pub static CONTEXT: Object = Object {
    name: "context",
    doc: "What a node takes from other nodes and gives to them.",
    keys: &[
        Key::new(
            "inputs",
            Ty::List(&CONTEXT_ITEM),
            "Keys that it reads: names, or `{key, required, default}`.",
        ),
        Key::new("outputs", Ty::List(&CONTEXT_ITEM), "Keys that it makes: names, or `{key, ttl}` (s)."),
        Key::new("passthrough", Ty::Any, "Whether everything upstream is handed on."),
    ],
    open: true,
};

const CONTEXT_ITEM: Ty = Ty::OneOf(&[Ty::Object(&CONTEXT_KEY), Ty::String]);

/// One item of `context.inputs` or `context.outputs`.
pub static CONTEXT_KEY: Object = Object {
    name: "context key",
    doc: "A value that nodes share, by its key.",
    keys: &[
        Key::new("key", Ty::String, "Its name.").required(),
        Key::new("required", Ty::Bool, "Whether the node fails without it.").default("true"),
        Key::new("default", Ty::Any, "Its value where nobody makes it."),
        Key::new("transform", Ty::Any, "How it is changed before it is used."),
        Key::new("ttl", SCALAR, "How long it may be reused, in s."),
        Key::new("persist", Ty::Any, "Whether it outlives the run."),
        Key::new("merge", Ty::Any, "`replace`, `merge`, `append` or `concat`."),
        Key::new("description", Ty::String, "What it is."),
    ],
    open: true,
};

/// `retryPolicy`, `retry`.
pub static RETRY: Object = Object {
    name: "retry",
    doc: "When and how often a failed node is tried again.",
    keys: &[
        Key::new("maxAttempts", SCALAR, "All attempts together, 1 to 10."),
        Key::new("strategy", Ty::String, "`immediate`, `linear`, `exponential` or `fibonacci`."),
        Key::new("initialDelay", SCALAR, "The first wait, in ms."),
        Key::new("maxDelay", SCALAR, "The longest wait, in ms."),
        Key::new("backoffMultiplier", SCALAR, "By what each wait is longer than the one before."),
        Key::new("retryableErrors", Ty::Any, "Only these failures are tried again.").not_run_yet(),
    ],
    open: true,
};

/// `resources`.
pub static RESOURCES: Object = Object {
    name: "resources",
    doc: "Locks.",
    keys: &[
        Key::new("locks", Ty::List(&Ty::Any), "Locks: names, or `{resource, type, priority}`."),
        Key::new("maxWaitTime", SCALAR, "The longest wait for them, in ms."),
    ],
    open: true,
};

const SCALAR: Ty = Ty::OneOf(&[Ty::Number, Ty::String, Ty::Bool, Ty::Null]);
