//! Which documents are ours.

use std::path::Path;
use std::sync::Arc;

use divisi_model::keys::spec_kit;
use divisi_model::{Dialect, Tool};
use divisi_syntax::front_matter;
use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::agent_places::{self, AgentPlace};
use crate::settings::Settings;

/// What a document is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// `*.dag.yaml`, `*.dag.yml`.
    DagYaml,
    /// `*.dag.json`.
    DagJson,
    /// A file at a path of a dialect, or of a setting, that has the dialect's shape. A spec-kit command is a
    /// [`Class::Command`].
    Dialect(Dialect),
    /// An agent's file.
    Agent,
    /// A slash command; it carries a DAG where its front matter has `divisi:`.
    Command,
    /// A skill.
    Skill,
    /// Other Markdown that may name agents (CLAUDE.md, AGENTS.md).
    Prose,
    /// Not ours: no findings, null answers.
    None,
}

/// What a path alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// Certain.
    Is(Class),
    /// [`Class::Dialect`] if it has the shape.
    Dialect(Dialect),
    /// An agent of a folder that a tool reads: if the tool does not ask for front matter, or it has some.
    Agent(Tool),
    /// An agent of a plugin, or of a collection of agents: if its front matter has a name and a description.
    LooseAgent,
    /// A command of a plugin: if its front matter has a key of commands.
    LooseCommand,
}

impl Candidate {
    /// What the document is if its text cannot be read.
    pub(crate) const fn presumed(self) -> Class {
        match self {
            Self::Is(class) => class,
            Self::Dialect(dialect) => Class::Dialect(dialect),
            Self::Agent(_) | Self::LooseAgent => Class::Agent,
            Self::LooseCommand => Class::Command,
        }
    }

    /// Whose agent it is, if it is one.
    pub(crate) const fn tool(self) -> Tool {
        match self {
            Self::Agent(tool) => tool,
            _ => Tool::ClaudeCode,
        }
    }

    /// What the document is, now that its text is known.
    pub(crate) fn class(self, text: &Arc<str>) -> Class {
        let fits = match self {
            Self::Is(_) => true,
            Self::Dialect(dialect) => dialect.fits(&dialect.parse(Arc::clone(text))),
            Self::Agent(Tool::OpenCode | Tool::Codex) => true,
            Self::Agent(_) => front_matter(text).is_some(),
            Self::LooseAgent => has_keys(text, |has| has("name") && has("description")),
            Self::LooseCommand => has_keys(text, |has| COMMAND_KEYS.iter().any(|key| has(key))),
        };
        if fits { self.presumed() } else { Class::None }
    }
}

/// Decides by paths and texts, with the globs of the settings.
#[derive(Debug, Clone, Default)]
pub struct Classifier {
    dag: GlobSet,
    command_v2: GlobSet,
    archon: GlobSet,
    spec_kit: GlobSet,
    claude_flow: GlobSet,
}

impl Classifier {
    /// A classifier with the globs of `settings`. Globs that are none were told when the settings were read.
    pub fn new(settings: &Settings) -> Self {
        let files = &settings.files;
        Self {
            dag: glob_set(&files.dag),
            command_v2: glob_set(&files.command_v2),
            archon: glob_set(&files.archon),
            spec_kit: glob_set(&files.spec_kit),
            claude_flow: glob_set(&files.claude_flow),
        }
    }

    /// Decides by the path (relative to its root) and, where the path is not enough, by the text.
    pub fn classify(&self, path: &Path, text: &Arc<str>) -> Class {
        self.candidate(path).map_or(Class::None, |candidate| candidate.class(text))
    }

    /// What the path (relative to its root) says; nothing for files that are not ours whatever they hold.
    pub(crate) fn candidate(&self, path: &Path) -> Option<Candidate> {
        let name = path.file_name()?.to_str()?;
        if name.ends_with(".dag.yaml") || name.ends_with(".dag.yml") {
            return Some(Candidate::Is(Class::DagYaml));
        }
        if name.ends_with(".dag.json") {
            return Some(Candidate::Is(Class::DagJson));
        }
        if let Some((place, _)) = AgentPlace::holding(path)
            && agent_places::takes(place.tool, name)
        {
            return Some(Candidate::Agent(place.tool));
        }
        match path.extension()?.to_str()? {
            "md" => {
                let by_setting = || self.spec_kit.is_match(path).then_some(Candidate::LooseCommand);
                markdown(path, name).or_else(by_setting)
            }
            "json" | "jsonc" => self.json(path, name),
            "yaml" | "yml" if self.dag.is_match(path) => Some(Candidate::Is(Class::DagYaml)),
            "yaml" | "yml" if self.archon.is_match(path) || is_below(path, &[".archon", "workflows"]) => {
                Some(Candidate::Dialect(Dialect::Archon))
            }
            _ => None,
        }
    }

    /// Settings before the places that the dialects name.
    fn json(&self, path: &Path, name: &str) -> Option<Candidate> {
        if self.command_v2.is_match(path) {
            return Some(Candidate::Dialect(Dialect::CommandV2));
        }
        if self.claude_flow.is_match(path) {
            return Some(Candidate::Dialect(Dialect::ClaudeFlow));
        }
        if self.dag.is_match(path) {
            return Some(Candidate::Is(Class::DagJson));
        }
        if is_in(path, &["commands", "v2"]) && name.ends_with(".json") {
            return Some(Candidate::Dialect(Dialect::CommandV2));
        }
        is_place_of_claude_flow(path, name).then_some(Candidate::Dialect(Dialect::ClaudeFlow))
    }
}

/// Keys of a front matter that make a text in a folder `commands` a command.
const COMMAND_KEYS: &[&str] =
    &["divisi", "description", "allowed-tools", "argument-hint", spec_kit::CARRIER_KEY];

/// claude-flow takes any path. Its own examples are called `…-workflow.json`, or lie below `.claude-flow` or a folder
/// `workflows` or `NN-workflows`.
fn is_place_of_claude_flow(path: &Path, name: &str) -> bool {
    let is_folder =
        |folder: &str| folder == ".claude-flow" || folder == "workflows" || folder.ends_with("-workflows");
    name.ends_with("workflow.json") || folders(path).into_iter().any(is_folder)
}

fn glob_set(globs: &[String]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().filter_map(|glob| Glob::new(glob).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

fn markdown(path: &Path, name: &str) -> Option<Candidate> {
    let folders = folders(path);
    let below = |first: &str, second: &str| is_below(path, &[first, second]);
    if name == "SKILL.md" {
        return Some(Candidate::Is(Class::Skill));
    }
    if below(".claude", "commands") {
        return Some(Candidate::Is(Class::Command));
    }
    if matches!(name, "CLAUDE.md" | "CLAUDE.local.md" | "AGENTS.md") {
        return Some(Candidate::Is(Class::Prose));
    }
    // Hidden folders of other tools mirror the same commands and skills in their own formats.
    let hidden = folders.iter().any(|folder| folder.starts_with('.') && *folder != ".claude");
    if hidden || folders.contains(&"skills") {
        return None;
    }
    if folders.contains(&"agents") {
        return Some(Candidate::LooseAgent);
    }
    folders.contains(&"commands").then_some(Candidate::LooseCommand)
}

/// The names of the folders above a file, outermost first. Names that are no Unicode match nothing of ours.
fn folders(path: &Path) -> Vec<&str> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    folders.filter_map(|folder| folder.as_os_str().to_str()).collect()
}

/// Whether the folders `names` stand in a row somewhere above a file.
fn is_below(path: &Path, names: &[&str]) -> bool {
    folders(path).windows(names.len()).any(|row| row == names)
}

/// Whether the innermost folders of a file are `names`.
fn is_in(path: &Path, names: &[&str]) -> bool {
    folders(path).ends_with(names)
}

/// Asks `question` which keys the front matter has at its left edge.
fn has_keys(text: &str, question: impl Fn(&dyn Fn(&str) -> bool) -> bool) -> bool {
    let Some(parts) = front_matter(text) else { return false };
    let yaml = parts.yaml.slice(text);
    question(&|key| {
        yaml.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
    })
}
