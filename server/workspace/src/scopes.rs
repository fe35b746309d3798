//! Whose a file of agents, commands or skills is, and the name that its place gives it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use divisi_model::Scope;

use crate::agent_places::AgentPlace;
use crate::layout::{FolderKind, Holds, Layout, Plugin};

/// Scopes of the files of one kind.
pub(crate) struct Scopes<'a> {
    layout: &'a Layout,
    /// The folders with `.claude`, nearest first: the roots, then the folders above them, then those below. Each has
    /// a number of its own, so that files of one name in two of them are never taken for a clash.
    projects: Vec<PathBuf>,
}

impl<'a> Scopes<'a> {
    /// For all of `paths`.
    pub(crate) fn new<'p>(paths: impl Iterator<Item = &'p Path>, layout: &'a Layout) -> Self {
        let folders: BTreeSet<&Path> = paths.filter_map(|path| project_folder(path, layout)).collect();
        let mut projects: Vec<PathBuf> = folders.into_iter().map(Path::to_owned).collect();
        projects.sort_by_key(|folder| {
            let depth = folder.components().count();
            match layout.roots.iter().position(|root| root == folder) {
                Some(index) => (0, index),
                None if layout.root_of(folder).is_none() => (1, usize::MAX - depth),
                None => (2, depth),
            }
        });
        Self { layout, projects }
    }

    /// The scope of the file at `path` that calls itself `own_name`, and its full name.
    pub(crate) fn place(&self, path: &Path, own_name: &str) -> (Scope, String) {
        match self.layout.plugin_of(path) {
            Some(plugin) => (Scope::Plugin, plugin_name(&plugin, path, own_name)),
            None => (self.scope(path), own_name.to_owned()),
        }
    }

    fn scope(&self, path: &Path) -> Scope {
        if let Some(folder) = project_folder(path, self.layout) {
            let rank = self.projects.iter().position(|project| project == folder);
            return Scope::Project(u16::try_from(rank.unwrap_or(self.projects.len())).unwrap_or(u16::MAX));
        }
        match self.layout.tool_folder(path).map(|folder| folder.kind) {
            Some(FolderKind::User) => Scope::User,
            Some(FolderKind::Plugin) => Scope::Plugin,
            // What no folder claims is a collection in the workspace: no tool loads it from there, a run can.
            Some(FolderKind::Configured | FolderKind::Ancestor) | None => Scope::Configured,
        }
    }
}

/// `plugin:name`, or `plugin:folder:name` for an agent's file in a folder below `agents`. The names of commands hold
/// their folders already; skills have none.
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

/// The folder of the project in whose folder of agents, commands or skills `path` lies.
fn project_folder<'p>(path: &'p Path, layout: &Layout) -> Option<&'p Path> {
    match layout.tool_folder(path).map(|folder| folder.kind) {
        Some(FolderKind::User | FolderKind::Configured | FolderKind::Plugin) => None,
        Some(FolderKind::Ancestor) | None => {
            let of_agents = AgentPlace::holding(path).map(|(_, folder)| folder);
            of_agents.or_else(|| claude_folder(path))?.parent()?.parent()
        }
    }
}

/// `.claude/commands` or `.claude/skills` above `path`.
fn claude_folder(path: &Path) -> Option<&Path> {
    let holding = [Holds::Commands, Holds::Skills].map(|holds| Path::new(".claude").join(holds.folder()));
    path.ancestors().find(|folder| holding.iter().any(|ending| folder.ends_with(ending)))
}
