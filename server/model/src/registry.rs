//! All agents that were found, as plain data.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_syntax::Span;

use crate::agent::{Load, Tool};
use crate::built_in;

/// Where an agent comes from, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Set by an administrator.
    Managed,
    /// In the project; the number counts folders up from the file that asks (0 is nearest).
    Project(u16),
    /// In a folder of the setting `agents.paths`.
    Configured,
    /// In the user's own folder.
    User,
    /// From a plugin; reached as `plugin:name` only.
    Plugin,
    /// Part of the tool.
    BuiltIn,
}

impl Scope {
    /// One word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Project(_) => "project",
            Self::Configured => "configured",
            Self::User => "user",
            Self::Plugin => "plugin",
            Self::BuiltIn => "built-in",
        }
    }
}

/// One agent of the registry.
#[derive(Debug, Clone)]
pub struct Agent {
    /// The tool that loads it.
    pub tool: Tool,
    /// Where it comes from.
    pub scope: Scope,
    /// The name as its file writes it; for plugins `plugin:name`.
    pub name: String,
    /// Its file; none for built-in agents.
    pub path: Option<PathBuf>,
    /// Where the name stands in that file.
    pub name_span: Span,
    /// `description`.
    pub description: Option<String>,
    /// `tools`; `None` means all.
    pub tools: Option<Vec<String>>,
    /// `model`.
    pub model: Option<String>,
    /// Whether the tool loads it.
    pub load: Load,
}

impl Agent {
    /// Whether its tool loads it.
    pub const fn loads(&self) -> bool {
        !matches!(self.load, Load::Dropped { .. })
    }
}

/// The answer to a look-up.
#[derive(Debug, Clone)]
pub enum Resolution<'a> {
    /// Exactly this one.
    Found(&'a Agent),
    /// Several in one tool and scope, of which chance would choose; or several that are written differently, of
    /// which the tool would not choose.
    Ambiguous(Vec<&'a Agent>),
    /// A file says this name, but its tool drops it.
    NotLoaded(&'a Agent),
    /// Nobody has this name.
    Unknown,
}

/// Agents by (tool, normalised name).
#[derive(Debug, Clone, Default)]
pub struct Registry {
    agents: Vec<Arc<Agent>>,
    /// Built-in agents included.
    by_name: HashMap<Tool, HashMap<String, Vec<Arc<Agent>>>>,
    by_path: HashMap<PathBuf, Arc<Agent>>,
    /// Agents of plugins by the part of their name after the last `:`.
    by_bare_name: HashMap<String, Vec<Arc<Agent>>>,
}

impl Registry {
    /// Builds a registry. Built-in agents need not be given; they are known.
    pub fn new(agents: Vec<Arc<Agent>>) -> Self {
        let mut registry = Self { agents, ..Self::default() };
        for agent in registry.agents.iter().chain(built_in::agents()) {
            if let Some(path) = &agent.path {
                registry.by_path.insert(path.clone(), Arc::clone(agent));
            }
            let named = registry.by_name.entry(agent.tool).or_default();
            named.entry(normalise(&agent.name)).or_default().push(Arc::clone(agent));
            if agent.scope == Scope::Plugin && agent.loads() {
                let bare = agent.name.rsplit(':').next().unwrap_or_default();
                registry.by_bare_name.entry(normalise(bare)).or_default().push(Arc::clone(agent));
            }
        }
        for agents in registry.by_name.values_mut().flat_map(HashMap::values_mut) {
            // Stable: of one scope, the order given stays.
            agents.sort_by_key(|agent| agent.scope);
        }
        registry
    }

    /// All agents that come from files, in the order given.
    pub fn agents(&self) -> &[Arc<Agent>] {
        &self.agents
    }

    /// The agent that the file at `path` defines.
    pub fn at(&self, path: &Path) -> Option<&Arc<Agent>> {
        self.by_path.get(path)
    }

    /// Whether no agent file is known at all (then an unknown name is only a warning).
    pub fn is_empty(&self) -> bool {
        self.agents.is_empty()
    }

    /// Looks `name` up: in `tool` first, then in Claude Code's agents, in scope order. As it is written first, then
    /// without case and separators (docs/decisions/0013-loader-oracle.md).
    ///
    /// An agent that its tool drops counts only where none of that name loads anywhere.
    pub fn resolve(&self, tool: Tool, name: &str) -> Resolution<'_> {
        let normalised = normalise(name);
        let lists = search_order(tool).filter_map(|tool| self.by_name.get(&tool)?.get(&normalised));
        let mut dropped = None;
        for agents in lists {
            let loading = || agents.iter().map(Arc::as_ref).filter(|agent| agent.loads());
            if let Some(first) = loading().find(|agent| agent.name == name) {
                return one_of(first, loading().filter(|agent| is_rival(first, agent) && agent.name == name));
            }
            if let Some(first) = loading().next() {
                let rivals =
                    loading().filter(|agent| is_rival(first, agent) || is_other_spelling(first, agent));
                return one_of(first, rivals);
            }
            dropped = dropped.or_else(|| agents.first());
        }
        dropped.map_or(Resolution::Unknown, |agent| Resolution::NotLoaded(agent))
    }

    /// All agents of `tool` whose names differ from `name` in case and separators at most, nearest scope first;
    /// built-in ones and those that are dropped included.
    pub fn of_name(&self, tool: Tool, name: &str) -> &[Arc<Agent>] {
        let named = self.by_name.get(&tool).and_then(|named| named.get(&normalise(name)));
        named.map(Vec::as_slice).unwrap_or_default()
    }

    /// Every name that [`Registry::resolve`] finds for `tool`, each once with the agent that is found, sorted by name:
    /// for completion and did-you-mean. Agents that are dropped are left out.
    pub fn names(&self, tool: Tool) -> Vec<&Agent> {
        let mut found: HashMap<&str, &Agent> = HashMap::new();
        for tool in search_order(tool) {
            for (name, agents) in self.by_name.get(&tool).into_iter().flatten() {
                if let Some(agent) = agents.iter().find(|agent| agent.loads()) {
                    found.entry(name).or_insert(agent);
                }
            }
        }
        let mut agents: Vec<&Agent> = found.into_values().collect();
        agents.sort_by(|a, b| a.name.cmp(&b.name));
        agents
    }

    /// Agents of plugins whose bare name is `name`: a bare name does not reach them, their full one does.
    pub fn scoped(&self, name: &str) -> impl Iterator<Item = &Agent> {
        self.by_bare_name.get(&normalise(name)).into_iter().flatten().map(Arc::as_ref)
    }
}

/// A node's agent is looked up in its runner's tool first, then in Claude Code's.
fn search_order(tool: Tool) -> impl Iterator<Item = Tool> {
    let second = (tool != Tool::ClaudeCode).then_some(Tool::ClaudeCode);
    std::iter::once(tool).chain(second)
}

/// Whether it is chance which of both is used: they have one scope (distance included) and different files.
fn is_rival(first: &Agent, other: &Agent) -> bool {
    other.scope == first.scope && other.path != first.path
}

/// Whether Claude Code would refuse to choose between both, since neither is named as it is written.
fn is_other_spelling(first: &Agent, other: &Agent) -> bool {
    let loads_there = |agent: &Agent| agent.tool == Tool::ClaudeCode && agent.scope != Scope::Configured;
    other.name != first.name && loads_there(first) && loads_there(other)
}

fn one_of<'a>(first: &'a Agent, rivals: impl Iterator<Item = &'a Agent>) -> Resolution<'a> {
    let mut all = vec![first];
    for rival in rivals {
        if all.iter().all(|known| known.path != rival.path) {
            all.push(rival);
        }
    }
    if all.len() > 1 { Resolution::Ambiguous(all) } else { Resolution::Found(first) }
}

/// The tool whose agents a runner executes: `claude` → Claude Code, and so on; Claude Code for every other runner.
pub fn tool_of_runner(runner: &str) -> Tool {
    match runner {
        "codex" => Tool::Codex,
        "gemini" => Tool::Gemini,
        "opencode" => Tool::OpenCode,
        _ => Tool::ClaudeCode,
    }
}

/// A name without case and separators: `Code_Reviewer` and `code-reviewer` are the same.
pub fn normalise(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}
