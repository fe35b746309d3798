//! Whose a thing is. Only what is made in the workspace can be renamed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::occurrences::{Entity, Occurrence, agents, declarations};
use divisi_model::{Agent, Resolution, Scope};
use divisi_workspace::{Document, Snapshot};

use super::Refusal;

/// Endings of agents' files, the longest first.
const ENDINGS: &[&str] = &[".agent.md", ".md", ".toml"];

/// A file of the workspace that makes an agent.
pub(super) struct AgentFile {
    pub(super) path: PathBuf,
    /// The agent's name in it, without a plugin's.
    pub(super) name: String,
    /// Whether the name stands in the file; else the file's own name is the agent's.
    pub(super) is_written: bool,
}

/// The name of what `occurrence` names in `document`, as its declaration writes it.
///
/// # Errors
/// It cannot be renamed.
pub(super) fn name(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    occurrence: &Occurrence,
) -> Result<String, Refusal> {
    let files = files(snapshot, &occurrence.entity)?;
    Ok(match &occurrence.entity {
        Entity::Agent { .. } => files.into_iter().next().map(|file| file.name).unwrap_or_default(),
        Entity::Node { id, .. } | Entity::Phase { id, .. } | Entity::OwnAgent { id, .. } => id.clone(),
        Entity::Lock { name, .. }
        | Entity::Arg { name, .. }
        | Entity::Output { name, .. }
        | Entity::Input { name, .. } => name.clone(),
        Entity::Command { .. } | Entity::Skill { .. } | Entity::File(_) => {
            occurrence.span.slice(&document.text).to_owned()
        }
    })
}

/// The agent's files, where `entity` is an agent.
///
/// # Errors
/// It is not made in the workspace, or is renamed in another way.
pub(super) fn files(snapshot: &Snapshot, entity: &Entity) -> Result<Vec<AgentFile>, Refusal> {
    match entity {
        Entity::Agent { tool, name } => {
            let meant = match snapshot.registry().resolve(*tool, name) {
                Resolution::Found(agent) | Resolution::NotLoaded(agent) => Some(agent),
                Resolution::Ambiguous(agents) => agents.first().copied(),
                Resolution::Unknown => None,
            };
            check_agent(snapshot, meant)?;
            let own = agents(snapshot, entity).into_iter().filter_map(|agent| file(snapshot, agent));
            Ok(own.collect())
        }
        Entity::Command { .. } => {
            Err(Refusal::new("a command is called as its file is: rename the file to rename it"))
        }
        Entity::Skill { .. } => {
            Err(Refusal::new("a skill is called as its folder is: rename the folder to rename it"))
        }
        Entity::File(_) => {
            Err(Refusal::new("this is a path: rename the file, and the paths to it change, too"))
        }
        // A lock need not be listed anywhere.
        Entity::Lock { .. } => Ok(Vec::new()),
        _ if declarations(snapshot, entity).is_empty() => {
            let kind = entity.kind();
            Err(Refusal::new(format!("there is no {kind} of this name, so there is nothing to rename")))
        }
        _ => Ok(Vec::new()),
    }
}

fn check_agent(snapshot: &Snapshot, agent: Option<&Agent>) -> Result<(), Refusal> {
    let Some(agent) = agent else {
        return Err(Refusal::new("no agent of this name is known, so there is nothing to rename"));
    };
    let Some(path) = &agent.path else {
        let (name, tool) = (&agent.name, agent.tool.title());
        return Err(Refusal::new(format!("`{name}` is a part of {tool} and cannot be renamed")));
    };
    if snapshot.root_of(path).is_some() {
        return Ok(());
    }
    let whose = match agent.scope {
        Scope::Managed => "is set by an administrator",
        Scope::User => "is the user's own, for all projects",
        Scope::Plugin => "belongs to a plugin",
        Scope::Configured | Scope::Project(_) | Scope::BuiltIn => "lies outside of the workspace",
    };
    Err(Refusal::new(format!("`{}` {whose}, and is not renamed from here: {}", agent.name, path.display())))
}

fn file(snapshot: &Snapshot, agent: &Agent) -> Option<AgentFile> {
    let path = agent.path.clone().filter(|path| snapshot.root_of(path).is_some())?;
    let own = match agent.scope {
        Scope::Plugin => agent.name.rsplit(':').next().unwrap_or_default(),
        _ => agent.name.as_str(),
    };
    Some(AgentFile { path, name: own.to_owned(), is_written: !agent.name_span.is_empty() })
}

/// The name of an agent's file without its ending, and the ending.
pub(super) fn split_file_name(path: &Path) -> Option<(&str, &'static str)> {
    let name = path.file_name()?.to_str()?;
    ENDINGS.iter().find_map(|ending| Some((name.strip_suffix(ending)?, *ending)))
}
