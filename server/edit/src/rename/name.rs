//! Which new names are good.

use std::path::Path;

use divisi_analysis::occurrences::{Entity, agents};
use divisi_model::registry::normalise;
use divisi_model::variables::{arg_variable, input_variable};
use divisi_model::{Dag, Dialect, Node, Resolution, Scope, Tool};
use divisi_workspace::Snapshot;

use super::Refusal;

/// `new` without white space around it.
///
/// # Errors
/// It is no name for `entity`, or another thing of its kind has it.
pub(super) fn checked<'n>(snapshot: &Snapshot, entity: &Entity, new: &'n str) -> Result<&'n str, Refusal> {
    let new = new.trim();
    if new.is_empty() {
        return Err(Refusal::new("a name is missing"));
    }
    match entity {
        Entity::Agent { tool, name } => {
            check_agent_name(new)?;
            check_agent_is_free(snapshot, entity, *tool, name, new)?;
        }
        Entity::Lock { .. } | Entity::Phase { .. } | Entity::OwnAgent { .. } => check_text(new)?,
        Entity::Output { document, .. } => {
            check_identifier(new)?;
            check_field(snapshot, document, new)?;
        }
        _ => check_identifier(new)?,
    }
    check_is_free(snapshot, entity, new)?;
    Ok(new)
}

/// What Claude Code's loader takes, and what text, lists of tools and file names can hold.
fn check_agent_name(new: &str) -> Result<(), Refusal> {
    if new.contains(':') {
        return Err(Refusal::new("only the names of plugins' agents hold `:`: use `-`"));
    }
    if new.starts_with('-') {
        return Err(Refusal::new("an agent whose name starts with `-` is not loaded: begin with a letter"));
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    match new.chars().find(|c| !is_part(*c)) {
        Some(c) => Err(Refusal::new(format!("an agent's name cannot hold `{}`", c.escape_debug()))),
        None => Ok(()),
    }
}

fn check_identifier(new: &str) -> Result<(), Refusal> {
    let begins = new.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if begins && new.chars().all(is_part) {
        return Ok(());
    }
    Err(Refusal::new(format!(
        "`{new}` is no name: it begins with a letter or `_`; letters, digits, `_` and `-` follow"
    )))
}

/// What the language of the document's texts can name.
fn check_field(snapshot: &Snapshot, document: &Path, new: &str) -> Result<(), Refusal> {
    let dag = snapshot.document(document).and_then(|document| document.dag()).map(|(_, dag)| dag);
    let is_archon = dag.is_some_and(|dag| dag.dialect == Dialect::Archon);
    if is_archon && new.contains('-') {
        return Err(Refusal::new("Archon's texts cannot name a field with `-` in it: use `_`"));
    }
    Ok(())
}

fn check_text(new: &str) -> Result<(), Refusal> {
    let is_odd = |c: char| c.is_control() || matches!(c, '"' | '\'' | '\\' | '{' | '}');
    match new.chars().find(|c| is_odd(*c)) {
        Some(c) => Err(Refusal::new(format!("a name cannot hold `{}`", c.escape_debug()))),
        None => Ok(()),
    }
}

/// Names that differ in case and separators only are one name.
fn check_agent_is_free(
    snapshot: &Snapshot,
    entity: &Entity,
    tool: Tool,
    old: &str,
    new: &str,
) -> Result<(), Refusal> {
    let is_plugin = agents(snapshot, entity).iter().any(|agent| agent.scope == Scope::Plugin);
    let full = match old.rsplit_once(':').filter(|_| is_plugin) {
        Some((plugin, _)) => format!("{plugin}:{new}"),
        None => new.to_owned(),
    };
    if normalise(&full) == old {
        return Ok(());
    }
    let rival = match snapshot.registry().resolve(tool, &full) {
        Resolution::Unknown => return Ok(()),
        Resolution::Found(agent) | Resolution::NotLoaded(agent) => agent,
        Resolution::Ambiguous(agents) => match agents.first() {
            Some(agent) => agent,
            None => return Ok(()),
        },
    };
    let place = match &rival.path {
        Some(path) => path.display().to_string(),
        None => format!("a part of {}", rival.tool.title()),
    };
    Err(Refusal::new(format!("the name is taken by `{}` ({place})", rival.name)))
}

/// Names of things of one DAG.
fn check_is_free(snapshot: &Snapshot, entity: &Entity, new: &str) -> Result<(), Refusal> {
    let (Entity::Node { document, .. }
    | Entity::Phase { document, .. }
    | Entity::Lock { document, .. }
    | Entity::Arg { document, .. }
    | Entity::Output { document, .. }
    | Entity::OwnAgent { document, .. }
    | Entity::Input { document, .. }) = entity
    else {
        return Ok(());
    };
    let Some((_, dag)) = snapshot.document(document).and_then(|document| document.dag()) else {
        return Ok(());
    };
    match rival(dag, entity, new) {
        Some(rival) => Err(Refusal::new(format!("there is {} `{rival}` already", article(entity)))),
        None => Ok(()),
    }
}

const fn article(entity: &Entity) -> &'static str {
    match entity {
        Entity::Node { .. } => "a node",
        Entity::Phase { .. } => "a phase",
        Entity::Lock { .. } => "a lock",
        Entity::OwnAgent { .. } => "an agent",
        Entity::Arg { .. } => "an argument",
        Entity::Output { .. } => "an output or an input",
        _ => "an input",
    }
}

/// Another name in the same place that `new` could not be told from.
fn rival<'d>(dag: &'d Dag, entity: &Entity, new: &str) -> Option<&'d str> {
    let all = all_nodes(dag);
    let nodes = all.iter().copied();
    match entity {
        Entity::Node { id, .. } => {
            let mut ids = nodes.map(|node| node.id.value.as_str());
            ids.find(|other| *other == new && other != id)
        }
        Entity::OwnAgent { id, .. } => {
            let mut ids = dag.own_agents.iter().map(|agent| agent.value.as_str());
            ids.find(|other| *other == new && other != id)
        }
        Entity::Phase { id, .. } => {
            let mut ids = dag.phases.iter().map(|phase| phase.id.value.as_str());
            ids.find(|other| *other == new && other != id)
        }
        Entity::Lock { name, .. } => {
            let held = nodes.flat_map(|node| &node.locks).map(|lock| lock.name.value.as_str());
            let mut all = dag.locks.iter().map(|lock| lock.name.value.as_str()).chain(held);
            all.find(|other| *other == new && other != name)
        }
        Entity::Arg { name, .. } => {
            let mut others = dag.args.iter().map(|arg| arg.name.value.as_str()).filter(|other| other != name);
            others.find(|other| arg_variable(other) == arg_variable(new))
        }
        Entity::Output { node, name, .. } => {
            let own = nodes.clone().filter(|other| other.id.value == *node);
            let outputs = own.flat_map(|node| &node.outputs).map(|output| output.name.value.as_str());
            // Who takes it in under its own name has an input of that name.
            let takers = nodes.filter(|other| other.inputs.iter().any(|input| input.name.value == *name));
            let inputs = takers.flat_map(|node| &node.inputs).map(|input| input.name.value.as_str());
            outputs.chain(inputs).find(|other| other != name && is_same_input(other, new))
        }
        Entity::Input { node, name, .. } => {
            let own = nodes.filter(|other| other.id.value == *node);
            let mut inputs = own.flat_map(|node| &node.inputs).map(|input| input.name.value.as_str());
            inputs.find(|other| other != name && is_same_input(other, new))
        }
        _ => None,
    }
}

/// The nodes of the DAG and of all bodies: texts in a body name nodes of both.
fn all_nodes(dag: &Dag) -> Vec<&Node> {
    let mut all: Vec<&Node> = dag.nodes.iter().collect();
    let mut next = 0;
    while let Some(node) = all.get(next).copied() {
        all.extend(node.body.iter().flat_map(|body| &body.nodes));
        next += 1;
    }
    all
}

/// Whether a program could not tell the two apart.
fn is_same_input(one: &str, other: &str) -> bool {
    input_variable(one) == input_variable(other)
}
