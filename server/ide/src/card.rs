//! Agents, keys, nodes and outputs in words.

use std::path::Path;

use divisi_model::keys::Key;
use divisi_model::{Agent, CommandKind, Dag, Load, Output, OutputForm, SlashCommand, Tool, reference};
use divisi_syntax::{NodeId, Tree};
use divisi_workspace::{Class, Document, Snapshot};

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
    let mut text = format!("**{}** · {} agent of {}", agent.name, agent.scope.word(), agent.tool.title());
    if let Some(description) = &agent.description {
        text.push_str(&format!("\n\n{}", description.trim()));
    }
    text.push('\n');
    if let Some(tools) = tools(agent) {
        text.push_str(&format!("\n- Tools: {tools}"));
    }
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

/// What it may use; nothing where its tool says that in another way than by a list.
fn tools(agent: &Agent) -> Option<String> {
    match &agent.tools {
        Some(tools) if tools.is_empty() => Some("none".to_owned()),
        Some(tools) => Some(list(tools)),
        None if matches!(agent.tool, Tool::ClaudeCode | Tool::Copilot | Tool::Gemini) => {
            Some("all".to_owned())
        }
        None => None,
    }
}

/// A slash command or a skill, in Markdown. Paths are shown relative to `root`.
pub(crate) fn command(command: &SlashCommand, root: Option<&Path>) -> String {
    let kind = match command.kind {
        CommandKind::Command => "command",
        CommandKind::Skill => "skill",
    };
    let mut text = format!("**/{}**", command.name);
    if let Some(hint) = &command.argument_hint {
        text.push_str(&format!(" `{}`", hint.replace('`', "'")));
    }
    text.push_str(&format!(" · {} {kind}", command.scope.word()));
    if let Some(description) = &command.description {
        text.push_str(&format!("\n\n{}", description.trim()));
    }
    if let Some(path) = &command.path {
        let shown = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
        text.push_str(&format!("\n\n- File: `{}`", shown.display()));
    }
    text
}

/// A file of the workspace, in Markdown: the agent or the command that it is, else its path and its kind. Paths are shown
/// relative to `root`.
pub(crate) fn file(snapshot: &Snapshot, document: &Document, root: Option<&Path>) -> String {
    if let Some(found) = snapshot.registry().at(&document.path) {
        return agent(found, root);
    }
    let is_here = |other: &&std::sync::Arc<SlashCommand>| other.path.as_deref() == Some(&*document.path);
    if let Some(found) = snapshot.commands().all().iter().find(is_here) {
        return command(found, root);
    }
    let shown = root.and_then(|root| document.path.strip_prefix(root).ok()).unwrap_or(&document.path);
    format!("**`{}`** · {}", shown.display(), kind(document))
}

/// What a file of ours is, in a word or two.
pub(crate) const fn kind(document: &Document) -> &'static str {
    match document.class {
        Class::DagYaml | Class::DagJson | Class::Dialect(_) => "DAG",
        Class::Agent => "agent",
        Class::Command => "command",
        Class::Skill => "skill",
        Class::Prose => "instructions",
        Class::None => "file",
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

/// An agent that a file defines for itself, in Markdown.
pub(crate) fn own_agent(tree: &Tree, dag: &Dag, id: &str) -> Option<String> {
    let agent = own_agent_mapping(tree, dag, id)?;
    let mut text = format!("**{id}** · agent of this file");
    for key in ["name", "type", "capabilities"] {
        let Some(value) = tree.get(agent, key).map(|value| tree.resolve(value)) else { continue };
        let said: Vec<_> =
            tree.str(value).into_iter().chain(tree.items(value).filter_map(|it| tree.str(it))).collect();
        if !said.is_empty() {
            text.push_str(&format!("\n- {key}: {}", said.join(", ")));
        }
    }
    Some(text)
}

/// What kind of agent it says it is.
pub(crate) fn own_agent_kind(tree: &Tree, dag: &Dag, id: &str) -> Option<String> {
    let kind = tree.get(own_agent_mapping(tree, dag, id)?, "type")?;
    Some(tree.str(kind)?.into_owned())
}

fn own_agent_mapping(tree: &Tree, dag: &Dag, id: &str) -> Option<NodeId> {
    let agents = tree.resolve(tree.get(dag.root, "agents")?);
    let is_meant = |agent: &NodeId| {
        let own = tree.get(*agent, "id").and_then(|own| tree.str(own));
        own.is_some_and(|own| own == id)
    };
    tree.items(agents).map(|agent| tree.resolve(agent)).find(is_meant)
}

fn list<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
