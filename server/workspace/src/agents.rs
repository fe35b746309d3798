//! From agent documents to the registry: whose each agent is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::{Agent, AgentFile, Registry, Scope};

use crate::agent_places::AgentPlace;
use crate::document::{Content, Document};
use crate::layout::{FolderKind, Layout, Plugin};

/// The registry of all agents among `documents`.
pub(crate) fn registry<'a>(documents: impl Iterator<Item = &'a Arc<Document>>, layout: &Layout) -> Registry {
    let files: Vec<(&Document, &AgentFile)> =
        documents.filter_map(|document| Some((document.as_ref(), agent_file(Some(document))?))).collect();
    let projects = project_folders(files.iter().map(|(document, _)| document.path.as_path()), layout);
    let agents = files.into_iter().map(|(document, file)| Arc::new(agent(document, file, layout, &projects)));
    Registry::new(agents.collect())
}

/// Whether two states of a file say the same of its agent, so that the registry can stay: typing in a system prompt
/// changes nothing in it.
pub(crate) fn same_agent(before: Option<&Arc<Document>>, after: Option<&Arc<Document>>) -> bool {
    match (agent_file(before), agent_file(after)) {
        (None, None) => true,
        (Some(before), Some(after)) => {
            let AgentFile { tool, name, description, tools, model, load, body: _ } = before;
            *tool == after.tool
                && *name == after.name
                && *description == after.description
                && *tools == after.tools
                && *model == after.model
                && *load == after.load
        }
        _ => false,
    }
}

fn agent_file(document: Option<&Arc<Document>>) -> Option<&AgentFile> {
    match &document?.content {
        Content::Agent(agent) => Some(agent),
        _ => None,
    }
}

fn agent(document: &Document, file: &AgentFile, layout: &Layout, projects: &[PathBuf]) -> Agent {
    let stem = document.path.file_stem().unwrap_or_default().to_string_lossy();
    let own_name = file.name.as_ref().map_or(stem.as_ref(), |name| name.value.as_str());
    let plugin = layout.plugin_of(&document.path);
    let (scope, name) = match plugin {
        Some(plugin) => (Scope::Plugin, plugin_name(&plugin, &document.path, own_name)),
        None => (scope(&document.path, layout, projects), own_name.to_owned()),
    };
    Agent {
        tool: file.tool,
        scope,
        name,
        path: Some(document.path.clone()),
        name_span: file.name.as_ref().map(|name| name.span).unwrap_or_default(),
        description: file.description.as_ref().map(|description| description.value.clone()),
        tools: file.tools.as_ref().map(|tools| tools.iter().map(|tool| tool.value.clone()).collect()),
        model: file.model.as_ref().map(|model| model.value.clone()),
        load: file.load.clone(),
    }
}

/// `plugin:name`, or `plugin:folder:name` for a file below `agents`.
fn plugin_name(plugin: &Plugin, path: &Path, name: &str) -> String {
    let below = path.strip_prefix(plugin.root.join("agents")).ok().and_then(Path::parent);
    let folders =
        below.into_iter().flat_map(Path::components).map(|folder| folder.as_os_str().to_string_lossy());
    let mut full = plugin.name.clone();
    for part in folders.chain([name.into()]) {
        full.push(':');
        full.push_str(&part);
    }
    full
}

fn scope(path: &Path, layout: &Layout, projects: &[PathBuf]) -> Scope {
    if let Some(folder) = project_folder(path, layout) {
        let rank = projects.iter().position(|project| project == folder).unwrap_or(projects.len());
        return Scope::Project(u16::try_from(rank).unwrap_or(u16::MAX));
    }
    match layout.agent_folder(path).map(|folder| folder.kind) {
        Some(FolderKind::User) => Scope::User,
        Some(FolderKind::Plugin) => Scope::Plugin,
        // What no folder claims is a collection of agents in the workspace: no tool loads it from there, a run can.
        Some(FolderKind::Configured | FolderKind::Ancestor) | None => Scope::Configured,
    }
}

/// The folder of the project in whose folder of agents `path` lies.
fn project_folder<'a>(path: &'a Path, layout: &Layout) -> Option<&'a Path> {
    match layout.agent_folder(path).map(|folder| folder.kind) {
        Some(FolderKind::User | FolderKind::Configured | FolderKind::Plugin) => None,
        Some(FolderKind::Ancestor) | None => AgentPlace::holding(path)?.1.parent()?.parent(),
    }
}

/// The folders of projects with agents, nearest first: the roots, then the folders above them, then those below. Each
/// has a number of its own, so that agents of one name in two of them are never taken for a clash.
fn project_folders<'a>(paths: impl Iterator<Item = &'a Path>, layout: &Layout) -> Vec<PathBuf> {
    let folders: BTreeSet<&Path> = paths.filter_map(|path| project_folder(path, layout)).collect();
    let mut folders: Vec<PathBuf> = folders.into_iter().map(Path::to_owned).collect();
    folders.sort_by_key(|folder| {
        let depth = folder.components().count();
        match layout.roots.iter().position(|root| root == folder) {
            Some(index) => (0, index),
            None if layout.root_of(folder).is_none() => (1, usize::MAX - depth),
            None => (2, depth),
        }
    });
    folders
}
