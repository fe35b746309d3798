//! Settings: the defaults, `~/.config/divisi/config.toml`, `divisi.toml` at the root, the editor's, in this order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that can be set. One type for `divisi.toml`, the user's file and the editor's settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct Settings {
    /// `[agents]`
    pub agents: AgentSettings,
    /// `[check]`
    pub check: CheckSettings,
    /// `[files]`
    pub files: FileSettings,
    /// `[run]`
    pub run: RunSettings,
    /// `[runners.NAME]`: programs that execute agent nodes. Only from the user's file, or from the `divisi.toml`
    /// of a trusted workspace.
    pub runners: BTreeMap<String, RunnerDefinition>,
}

/// Where agents are looked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct AgentSettings {
    /// Extra folders with agents, relative to the root or absolute.
    pub paths: Vec<String>,
}

/// What is reported.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct CheckSettings {
    /// Globs, relative to the root, of files without findings.
    pub exclude: Vec<String>,
    /// Code → severity.
    pub severity: BTreeMap<String, Severity>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot work.
    Error,
    /// It will probably not do what is meant.
    Warning,
    /// Worth knowing.
    Information,
    /// A suggestion.
    Hint,
    /// Not reported.
    Off,
}

/// Which plain files are DAGs, beyond the ones known by name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct FileSettings {
    /// Globs of native DAG files with other names.
    pub dag: Vec<String>,
    /// Globs of command-v2 files at other paths.
    pub command_v2: Vec<String>,
}

/// How runs behave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct RunSettings {
    /// What happens to runs that this editor started when it closes.
    pub on_editor_exit: OnEditorExit,
    /// Names of environment variables passed to every node beyond the allow-list.
    pub pass_env: Vec<String>,
    /// Slots where the DAG does not say; 0 means the number of processors.
    pub max_parallel: u32,
    /// The runner where neither node nor defaults name one.
    pub runner: Option<String>,
    /// Whether a message is shown at the start and at the end of a run.
    pub messages: bool,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self { on_editor_exit: OnEditorExit::Continue, pass_env: Vec::new(), max_parallel: 0, runner: None, messages: true }
    }
}

/// What happens to a run when the editor that started it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnEditorExit {
    /// It goes on.
    #[default]
    Continue,
    /// It is cancelled.
    Cancel,
}

/// A program that executes agent nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct RunnerDefinition {
    /// `exec`: the one kind that takes a program of one's own.
    pub kind: RunnerKind,
    /// The program and its arguments; a relative program path with a slash is relative to the file that defines it.
    pub command: Vec<String>,
    /// Names of environment variables that this runner's nodes get beyond the allow-list (an agent's key).
    #[serde(default)]
    pub env: Vec<String>,
}

/// Kinds of runners that can be defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunnerKind {
    /// A program that gets the agent and the prompt as files and environment.
    Exec,
}

/// Runners that are part of the product, defined or not.
pub const BUILT_IN_RUNNERS: &[&str] = &["claude", "codex", "gemini", "opencode", "acp"];
