//! Keys of claude-flow's workflow files.
//!
//! Source: the public example workflows of claude-flow (also published as ruflo), versions 1 and 2, as of autumn 2026.
//! They follow no published schema, so every object is open and only the keys of the graph have narrow types.

use super::{Key, Object, Ty};
use crate::foreign::Language;

/// The root of a workflow.
pub static WORKFLOW: Object = Object {
    name: "workflow",
    doc: "A workflow of claude-flow: tasks, and the agents that do them.",
    keys: &[
        Key::new("name", Ty::String, "The workflow's name.").required(),
        Key::new("description", Ty::String, "What it does."),
        Key::new("version", Ty::Any, "Version of the workflow."),
        Key::new("metadata", Ty::Any, "Facts for people."),
        Key::new("variables", Ty::Any, "Values that texts read as `${name}`."),
        Key::new(
            "agents",
            Ty::OneOf(&[Ty::List(&Ty::Object(&AGENT)), Ty::Any]),
            "The workflow's own agents.",
        ),
        Key::new("tasks", Ty::List(&Ty::Object(&TASK)), "The nodes.").required(),
        Key::new("parallel", Ty::Any, "Whether tasks may run at the same time."),
        Key::new("maxConcurrency", Ty::Any, "The most tasks that run at the same time."),
        Key::new("execution", Ty::Any, "How tasks are run: `mode`."),
        Key::new("settings", Ty::Object(&SETTINGS), "How the workflow is run."),
        Key::new("conditions", Ty::Any, "Conditions that tasks name."),
        Key::new("loops", Ty::Any, "Tasks that are repeated."),
        Key::new("integrations", Ty::Any, "Other services."),
        Key::new("quality", Ty::Any, "What results must reach."),
    ],
    open: true,
};

/// `settings`.
pub static SETTINGS: Object = Object {
    name: "settings",
    doc: "How the workflow is run.",
    keys: &[
        Key::new("maxConcurrency", Ty::Any, "The most tasks that run at the same time."),
        Key::new("timeout", Ty::Any, "The longest the workflow may take, in ms."),
        Key::new("retryPolicy", Ty::Any, "How failures are tried again."),
        Key::new("failurePolicy", Ty::Any, "What a failure does to the rest."),
    ],
    open: true,
};

/// One item of `agents`.
pub static AGENT: Object = Object {
    name: "agent",
    doc: "One of the workflow's own agents; it names no agent's file.",
    keys: &[
        Key::new("id", Ty::OwnAgentId, "The name by which tasks call it.").required(),
        Key::new("type", Ty::String, "What kind of agent it is; a label."),
        Key::new("name", Ty::String, "What people see."),
        Key::new("capabilities", Ty::Any, "What it can do; labels."),
        Key::new("tools", Ty::Any, "Programs that it uses; labels."),
        Key::new("config", Ty::Any, "Its settings."),
        Key::new("resources", Ty::Any, "What it may use of the machine."),
        Key::new("assignedTasks", Ty::Any, "Its tasks."),
    ],
    open: true,
};

/// One item of `tasks`.
pub static TASK: Object = Object {
    name: "task",
    doc: "A node: work for one of the workflow's own agents.",
    keys: &[
        Key::new("id", Ty::NodeId, "The task's name; unique in the file.").required(),
        Key::new("name", Ty::String, "What people see."),
        Key::new("type", Ty::String, "What kind of task it is; a label."),
        Key::new("description", TEXT, "What is to be done."),
        Key::new("assignTo", ASSIGNED, "The agent, or the agents, of this file that do it.").not_run_yet(),
        Key::new("agentId", ASSIGNED, "The agent of this file that does it.").not_run_yet(),
        Key::new("claudePrompt", TEXT, "The prompt that is sent; where it is missing the description is."),
        Key::new("depends", Ty::List(&Ty::NodeRef), "Ids of the tasks it waits for."),
        Key::new("dependencies", Ty::List(&Ty::NodeRef), "Ids of the tasks it waits for."),
        Key::new("input", Ty::Map(&INPUT), "What it is given, by name."),
        Key::new("output", Ty::Any, "What it makes: names, or a mapping from names."),
        Key::new("condition", Ty::Any, "When it runs."),
        Key::new("parallel", Ty::Any, "Whether it may run beside others."),
        Key::new("priority", Ty::Any, "Its priority."),
        Key::new("timeout", Ty::Any, "The longest it may take, in ms."),
        Key::new("retries", Ty::Any, "How often it is tried again."),
        Key::new("tools", Ty::Any, "Tools that it uses; labels."),
        Key::new("tags", Ty::Any, "Words to find it by."),
    ],
    open: true,
};

const ASSIGNED: Ty = Ty::OneOf(&[Ty::OwnAgentRef, Ty::List(&Ty::OwnAgentRef)]);
const TEXT: Ty = Ty::Foreign(Language::ClaudeFlow);
const INPUT: Ty = Ty::OneOf(&[TEXT, Ty::List(&TEXT), Ty::Any]);
