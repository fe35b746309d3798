//! Which documents are ours.

use std::path::Path;

use crate::settings::Settings;

/// What a document is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// `*.dag.yaml`, `*.dag.yml`.
    DagYaml,
    /// `*.dag.json`.
    DagJson,
    /// JSON at a path of command-v2 (`commands/v2/*.json`, or a setting) that has its shape.
    CommandV2,
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

/// Decides by the path (relative to its root) and, where the path is not enough, by the text.
pub fn classify(_path: &Path, _text: &str, _settings: &Settings) -> Class {
    Class::None
}
