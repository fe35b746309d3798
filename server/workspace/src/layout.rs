//! Where things are: the roots, the folders outside of them that a tool reads, the plugins.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use divisi_model::Tool;
use serde_json::Value;

use crate::agent_places::{self, AGENT_PLACES, AgentPlace};
use crate::classify::{Candidate, Class, Classifier};
use crate::lexical::clean;
use crate::places::Places;
use crate::settings::Settings;

/// A plugin of Claude Code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plugin {
    pub(crate) root: PathBuf,
    pub(crate) name: String,
}

/// A folder that a tool reads, which the workspace's paths do not show to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolFolder {
    pub(crate) path: PathBuf,
    pub(crate) kind: FolderKind,
    pub(crate) holds: Holds,
}

/// What a tool reads from a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Agents of a tool.
    Agents(Tool),
    /// Claude Code's slash commands.
    Commands,
    /// Claude Code's skills, a folder each.
    Skills,
}

impl Holds {
    /// What Claude Code reads from its own folder, and from a plugin's.
    pub(crate) const OF_CLAUDE: [Self; 3] = [Self::Agents(Tool::ClaudeCode), Self::Commands, Self::Skills];

    /// The name of such a folder.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Agents(_) => "agents",
            Self::Commands => "commands",
            Self::Skills => "skills",
        }
    }
}

/// Why a folder is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FolderKind {
    /// It belongs to a tool's folder above the root, up to the repository's root.
    Ancestor,
    /// A setting names it.
    Configured,
    /// The user's own, of a tool.
    User,
    /// It belongs to an installed plugin.
    Plugin,
}

/// All that decides what a path is, besides its text. Made anew when roots or settings change.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) tool_folders: Vec<ToolFolder>,
    classifier: Classifier,
    /// Plugin by the folder that may be its root; filled as paths are asked for.
    plugins: Mutex<HashMap<PathBuf, Option<Arc<Plugin>>>>,
}

impl Layout {
    pub(crate) fn new(roots: &[PathBuf], settings: &Settings, places: &Places) -> Self {
        let mut folders: Vec<ToolFolder> = Vec::new();
        let mut add = |path: PathBuf, kind, holds| {
            if !folders.iter().any(|folder| folder.path == path) {
                folders.push(ToolFolder { path, kind, holds });
            }
        };
        for root in roots {
            for path in &settings.agents.paths {
                add(configured(root, path, places), FolderKind::Configured, Holds::Agents(Tool::ClaudeCode));
            }
            for ancestor in ancestors_in_repository(root) {
                for place in AGENT_PLACES.iter().filter(|place| place.upwards) {
                    add(place.below(&ancestor), FolderKind::Ancestor, Holds::Agents(place.tool));
                }
                for holds in [Holds::Commands, Holds::Skills] {
                    add(ancestor.join(".claude").join(holds.folder()), FolderKind::Ancestor, holds);
                }
            }
        }
        for (tool, folder) in agent_places::of_user(places) {
            add(folder, FolderKind::User, Holds::Agents(tool));
        }
        let mut plugins = HashMap::new();
        if let Some(claude) = &places.claude {
            for holds in [Holds::Commands, Holds::Skills] {
                add(claude.join(holds.folder()), FolderKind::User, holds);
            }
            for plugin in installed_plugins(claude, roots) {
                for holds in Holds::OF_CLAUDE {
                    add(plugin.root.join(holds.folder()), FolderKind::Plugin, holds);
                }
                plugins.insert(plugin.root.clone(), Some(Arc::new(plugin)));
            }
        }
        Self {
            roots: roots.to_vec(),
            tool_folders: folders,
            classifier: Classifier::new(settings),
            plugins: Mutex::new(plugins),
        }
    }

    /// The innermost root that holds `path`.
    pub(crate) fn root_of(&self, path: &Path) -> Option<&Path> {
        let holding = self.roots.iter().filter(|root| path.starts_with(root));
        holding.max_by_key(|root| root.as_os_str().len()).map(PathBuf::as_path)
    }

    /// The listed folder that holds `path`.
    pub(crate) fn tool_folder(&self, path: &Path) -> Option<&ToolFolder> {
        self.tool_folders.iter().find(|folder| path.starts_with(&folder.path))
    }

    /// What the absolute `path` says about the file.
    pub(crate) fn candidate(&self, path: &Path) -> Option<Candidate> {
        let root = self.root_of(path);
        let by_name =
            self.classifier.candidate(root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path));
        let is_sure = by_name
            .is_some_and(|candidate| !matches!(candidate, Candidate::LooseAgent | Candidate::LooseCommand));
        if is_sure {
            return by_name;
        }
        let name = path.file_name()?.to_str()?;
        match self.tool_folder(path).map(|folder| folder.holds) {
            Some(Holds::Agents(tool)) if agent_places::takes(tool, name) => Some(Candidate::Agent(tool)),
            Some(Holds::Commands) if name.ends_with(".md") => Some(Candidate::Is(Class::Command)),
            // What lies beside a `SKILL.md` is the skill's own.
            _ => by_name,
        }
    }

    /// The name that its path gives an agent of `tool`.
    pub(crate) fn agent_name(&self, tool: Tool, path: &Path) -> String {
        let place = AgentPlace::holding(path).map(|(_, folder)| folder);
        let listed = self.tool_folder(path).map(|folder| folder.path.as_path());
        agent_places::name_by_path(tool, place.or(listed), path)
    }

    /// The plugin whose folder for agents, commands or skills holds `path`.
    pub(crate) fn plugin_of(&self, path: &Path) -> Option<Arc<Plugin>> {
        let is_read = |folder: &&Path| {
            Holds::OF_CLAUDE.iter().any(|holds| folder.file_name().is_some_and(|name| name == holds.folder()))
        };
        let folders = path.ancestors().skip(1).filter(is_read);
        folders.filter_map(Path::parent).find_map(|folder| self.plugin_at(folder))
    }

    fn plugin_at(&self, folder: &Path) -> Option<Arc<Plugin>> {
        let mut plugins = self.plugins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = plugins.get(folder) {
            return known.clone();
        }
        let found = read_plugin(folder).or_else(|| self.plugin_by_place(folder)).map(Arc::new);
        plugins.insert(folder.to_owned(), found.clone());
        found
    }

    /// A folder in a workspace's `plugins` is a plugin by its name: a marketplace may describe its plugins in its own
    /// list, and their folders then have no manifest.
    fn plugin_by_place(&self, folder: &Path) -> Option<Plugin> {
        let parent = folder.parent().filter(|parent| parent.ends_with("plugins"))?;
        self.root_of(parent)?;
        let name = folder.file_name()?.to_str()?.to_owned();
        Some(Plugin { root: folder.to_owned(), name })
    }
}

fn configured(root: &Path, path: &str, places: &Places) -> PathBuf {
    match (path.strip_prefix("~/"), &places.home) {
        (Some(below), Some(home)) => home.join(below),
        _ => clean(&root.join(path)),
    }
}

/// The folders above `root` up to the one with `.git`; none where there is no repository, or `root` is its root.
fn ancestors_in_repository(root: &Path) -> Vec<PathBuf> {
    if root.join(".git").exists() {
        return Vec::new();
    }
    let above: Vec<&Path> = root.ancestors().skip(1).collect();
    let top = above.iter().position(|folder| folder.join(".git").exists());
    top.map_or_else(Vec::new, |top| above.into_iter().take(top + 1).map(Path::to_owned).collect())
}

fn read_json(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn read_plugin(folder: &Path) -> Option<Plugin> {
    let manifest = read_json(&folder.join(".claude-plugin/plugin.json"))?;
    Some(Plugin { root: folder.to_owned(), name: manifest.get("name")?.as_str()?.to_owned() })
}

/// The plugins that `plugins/installed_plugins.json` of Claude Code's folder lists: `name@marketplace` → one
/// installation or a list of them, each with its `installPath`. Those of other projects are left out.
fn installed_plugins(claude: &Path, roots: &[PathBuf]) -> Vec<Plugin> {
    let Some(list) = read_json(&claude.join("plugins/installed_plugins.json")) else { return Vec::new() };
    let entries = list.get("plugins").and_then(Value::as_object).into_iter().flatten();
    let installations = entries.flat_map(|(id, value)| {
        let name = id.split('@').next().unwrap_or(id);
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        items.iter().map(move |item| (name, item))
    });
    let here = |item: &Value| {
        let project = item.get("projectPath").and_then(Value::as_str);
        project.is_none_or(|project| roots.iter().any(|root| root.starts_with(project)))
    };
    let plugin = |(name, item): (&str, &Value)| {
        let root = PathBuf::from(item.get("installPath")?.as_str()?);
        here(item).then(|| Plugin { root, name: name.to_owned() })
    };
    installations.filter_map(plugin).collect()
}
