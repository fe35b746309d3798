//! Agents, keys, nodes and outputs in words.

use std::path::Path;

use divisi_model::keys::Key;
use divisi_model::{Agent, Load, Node, Output, OutputForm, Program, Scope, Work, reference};

/// A key of the table, in Markdown.
pub(crate) fn key(key: &Key) -> String {
    let mut text = format!("**`{}`**: {}\n\n{}", key.name, reference::describe(key.ty), key.doc);
    if let Some(default) = key.default {
        text.push_str(&format!("\n\nDefault: {default}"));
    }
    if !key.aliases.is_empty() {
        text.push_str(&format!("\n\nAlso read as {}", list(key.aliases)));
    }
    if !key.runs {
        text.push_str("\n\nChecked and planned, not run yet.");
    }
    text
}

/// An agent, in Markdown. Paths are shown relative to `root`.
pub(crate) fn agent(agent: &Agent, root: Option<&Path>) -> String {
    let mut text = format!("**{}** · {} agent", agent.name, scope(agent.scope));
    if let Some(description) = &agent.description {
        text.push_str(&format!("\n\n{}", description.trim()));
    }
    let tools = agent.tools.as_ref().map_or_else(|| "all".to_owned(), |tools| list(tools));
    text.push_str(&format!("\n\n- Tools: {tools}"));
    if let Some(model) = &agent.model {
        text.push_str(&format!("\n- Model: `{model}`"));
    }
    if let Some(path) = &agent.path {
        let shown = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
        text.push_str(&format!("\n- File: `{}`", shown.display()));
    }
    match &agent.load {
        Load::Loaded => {}
        Load::Tolerated { reason, .. } => {
            text.push_str(&format!("\n\nLoads in its tool, breaks elsewhere: {reason}"))
        }
        Load::Dropped { reason, .. } => text.push_str(&format!("\n\nWill not be loaded: {reason}")),
    }
    text
}

pub(crate) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Managed => "managed",
        Scope::Project(_) => "project",
        Scope::Configured => "configured",
        Scope::User => "user",
        Scope::Plugin => "plugin",
        Scope::BuiltIn => "built-in",
    }
}

/// What a node does, in one short line.
pub(crate) fn work(node: &Node) -> String {
    match &node.work {
        Some(Work::Agent(work)) => format!("agent {}", work.agent.value),
        Some(Work::Run(work)) => match &work.program {
            Program::Line(line) => format!("run {}", cut(first_line(&line.value), 60)),
            Program::Argv(argv) => {
                let words: Vec<&str> = argv.iter().map(|word| word.value.as_str()).collect();
                format!("run {}", cut(first_line(&words.join(" ")), 60))
            }
        },
        Some(Work::Command { name, .. }) => format!("command /{}", name.value),
        Some(Work::Dag { path, .. }) => format!("dag {}", path.value),
        Some(Work::Approve { question }) => format!("approve {}", cut(first_line(&question.value), 60)),
        None => "no work yet".to_owned(),
    }
}

/// The form of an output, in a few words.
pub(crate) fn output(output: &Output) -> String {
    match &output.form {
        OutputForm::Any => "output".to_owned(),
        OutputForm::Text => "text".to_owned(),
        OutputForm::Json => "JSON".to_owned(),
        OutputForm::File(path) => format!("path of {path}; its contents are .text"),
    }
}

/// The first line that says something.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// At most `length` characters, with a mark where something is missing.
pub(crate) fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

fn list<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
