//! Where each tool looks for agents.

use std::path::{Path, PathBuf};

use divisi_model::Tool;

use crate::places::Places;

/// A folder of a project in which a tool looks for agents.
#[derive(Debug)]
pub(crate) struct AgentPlace {
    pub(crate) tool: Tool,
    /// Below the project's folder: a hidden one, and one in it.
    pub(crate) folder: [&'static str; 2],
    /// Whether it is read with all folders in it.
    deep: bool,
    /// Whether it is read whatever `.gitignore` says.
    pub(crate) though_ignored: bool,
    /// Whether the folders above are searched, too, up to the repository's root.
    pub(crate) upwards: bool,
}

/// All of them. Sources: the documentation of each tool and, where it is public, its loader, as of autumn 2026.
pub(crate) static AGENT_PLACES: [AgentPlace; 7] = [
    AgentPlace::new(Tool::ClaudeCode, [".claude", "agents"]).upwards(),
    AgentPlace::new(Tool::OpenCode, [".opencode", "agent"]).upwards(),
    AgentPlace::new(Tool::OpenCode, [".opencode", "agents"]).upwards(),
    AgentPlace::new(Tool::Codex, [".codex", "agents"]).upwards(),
    AgentPlace { deep: false, ..AgentPlace::new(Tool::Gemini, [".gemini", "agents"]) },
    AgentPlace::new(Tool::Cursor, [".cursor", "agents"]),
    // Copilot works on what is in the repository.
    AgentPlace {
        deep: false,
        though_ignored: false,
        ..AgentPlace::new(Tool::Copilot, [".github", "agents"])
    },
];

impl AgentPlace {
    const fn new(tool: Tool, folder: [&'static str; 2]) -> Self {
        Self { tool, folder, deep: true, though_ignored: true, upwards: false }
    }

    const fn upwards(mut self) -> Self {
        self.upwards = true;
        self
    }

    /// Whether `folder` is such a place.
    fn is(&self, folder: &Path) -> bool {
        let [outer, inner] = self.folder;
        folder.file_name().is_some_and(|name| name == inner)
            && folder.parent().and_then(Path::file_name).is_some_and(|name| name == outer)
    }

    /// The place below `project`.
    pub(crate) fn below(&self, project: &Path) -> PathBuf {
        project.join(self.folder[0]).join(self.folder[1])
    }

    /// The place that holds `path`: the nearest above it.
    pub(crate) fn holding(path: &Path) -> Option<(&'static Self, &Path)> {
        path.ancestors().skip(1).enumerate().find_map(|(depth, folder)| {
            let mut places = AGENT_PLACES.iter();
            let place = places.find(|place| place.is(folder))?;
            (place.deep || depth == 0).then_some((place, folder))
        })
    }
}

/// The folders of a user's own agents, with their tools.
pub(crate) fn of_user(places: &Places) -> Vec<(Tool, PathBuf)> {
    let folders = Tool::ALL.into_iter().filter_map(|tool| Some((tool, places.folder_of(tool)?)));
    folders
        .flat_map(|(tool, folder)| {
            let names: &[&str] = if tool == Tool::OpenCode { &["agent", "agents"] } else { &["agents"] };
            names.iter().map(move |name| (tool, folder.join(name)))
        })
        .collect()
}

/// Whether `tool` takes a file of this name for an agent.
pub(crate) fn takes(tool: Tool, file_name: &str) -> bool {
    match tool {
        Tool::Codex => file_name.ends_with(".toml"),
        Tool::Gemini => file_name.ends_with(".md") && !file_name.starts_with('_'),
        _ => file_name.ends_with(".md"),
    }
}

/// The name that the path of an agent below `folder` gives it.
pub(crate) fn name_by_path(tool: Tool, folder: Option<&Path>, path: &Path) -> String {
    if let (Tool::OpenCode, Some(below)) = (tool, folder.and_then(|folder| path.strip_prefix(folder).ok())) {
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let joined = parts.join("/");
        return joined.strip_suffix(".md").map_or_else(|| joined.clone(), str::to_owned);
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = if tool == Tool::Copilot { stem.strip_suffix(".agent").unwrap_or(&stem) } else { &stem };
    stem.to_owned()
}
