//! Settings: the defaults, `~/.config/divisi/config.toml`, `divisi.toml` at the root, the editor's, in this order.

mod built_in_runners;
mod front_matter;
mod read;
mod runner_limits;
mod shell_use;
mod value;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use divisi_syntax::{Encoding, LineIndex};
use serde::{Deserialize, Serialize};

use crate::places::Places;
use crate::snapshot::Problem;
pub use built_in_runners::BUILT_IN_RUNNERS;
pub use front_matter::{TURNS, Unheld, is_handed_over, unheld, written};
use read::{Layer, Reader};
pub use shell_use::{ShellUse, shell_use, too_fine};
use value::Value;

/// Name of the settings file at a workspace's root.
pub const PROJECT_FILE: &str = "divisi.toml";

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
    /// `[hints]`
    pub hints: HintSettings,
    /// `[mcp]`: only from the user's file.
    pub mcp: McpSettings,
    /// `[run]`
    pub run: RunSettings,
    /// `[runners.NAME]`: programs that execute agent nodes. Only from the user's file, or from the `divisi.toml`
    /// of a trusted workspace.
    pub runners: BTreeMap<String, RunnerDefinition>,
    /// `[traces]`
    pub traces: TraceSettings,
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
    /// Globs of Archon's workflows at other paths.
    pub archon: Vec<String>,
    /// Globs of spec-kit's commands at other paths.
    pub spec_kit: Vec<String>,
    /// Globs of claude-flow's workflows at other paths.
    pub claude_flow: Vec<String>,
}

/// What an editor shows beside the nodes of a DAG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct HintSettings {
    /// The level of each node.
    pub level: bool,
    /// Which nodes are on the critical path.
    pub critical: bool,
    /// How long the node took in the last run, else its estimate.
    pub duration: bool,
    /// Above each node what runs to it and from it.
    pub node_runs: bool,
    /// Above each node where it is used. Off, since it takes a line for each.
    pub node_uses: bool,
}

impl Default for HintSettings {
    fn default() -> Self {
        Self { level: true, critical: true, duration: true, node_runs: true, node_uses: false }
    }
}

/// What agents may do through `divisi mcp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct McpSettings {
    /// Whether agents may start runs through `divisi mcp`. Off: only the user can switch it on, for a repository must not.
    pub allow_run: bool,
}

/// How runs behave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct RunSettings {
    /// What happens to runs that this editor started when it closes.
    pub on_editor_exit: OnEditorExit,
    /// Names of environment variables passed to every node beyond the allow-list.
    pub pass_env: Vec<String>,
    /// Whether builds that nodes run (make, cargo, ninja) share the processors. Off, since it makes a plain `make` build
    /// several things at once, which it does not do in a terminal.
    pub jobserver: bool,
    /// Slots where the DAG does not say; 0 means the number of processors.
    pub max_parallel: u32,
    /// The runner where neither node nor defaults name one.
    pub runner: Option<String>,
    /// Whether a message is shown at the start and at the end of a run.
    pub messages: bool,
    /// What the user's trust is given to.
    pub trust: TrustMode,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            on_editor_exit: OnEditorExit::Continue,
            pass_env: Vec::new(),
            jobserver: false,
            max_parallel: 0,
            runner: None,
            messages: true,
            trust: TrustMode::Folder,
        }
    }
}

/// Where traces of runs are sent, to a collector of OpenTelemetry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct TraceSettings {
    /// The collector's address, without `/v1/traces`; none: nothing is sent, unless the environment says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How they are written.
    pub protocol: TraceProtocol,
}

/// How traces are written for a collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TraceProtocol {
    /// In the binary form, which every collector takes.
    #[default]
    #[serde(rename = "http/protobuf")]
    Protobuf,
    /// As JSON.
    #[serde(rename = "http/json")]
    Json,
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

/// What trust is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustMode {
    /// A workspace folder with all it holds.
    #[default]
    Folder,
    /// Each DAG file as it is: a changed file asks again.
    File,
}

/// A program that executes agent nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct RunnerDefinition {
    /// What the program understands.
    pub kind: RunnerKind,
    /// The program and its arguments; a relative program path with a slash is relative to the file that defines it.
    pub command: Vec<String>,
    /// Arguments behind those that the kind needs; of `exec` and `acp` everything stands in `command`.
    #[serde(default)]
    pub args: Vec<String>,
    /// Names of environment variables that this runner's nodes get beyond the allow-list (an agent's key). Those that
    /// the kind is known to read are among them.
    #[serde(default)]
    pub env: Vec<String>,
    /// Whether the agent gets the repository's own settings: its hooks, plugins and servers.
    #[serde(default)]
    pub repository_settings: bool,
    /// The most of its nodes that run at the same time, in all runs of this user on this machine; none: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_parallel: Option<u32>,
    /// Who defined it.
    #[serde(default)]
    pub origin: RunnerOrigin,
    /// The settings file that defines it.
    #[serde(default)]
    pub defined_in: PathBuf,
}

/// Who defined a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunnerOrigin {
    /// The user, in `config.toml`.
    User,
    /// The project, in its `divisi.toml`: it counts only where the workspace is trusted.
    #[default]
    Project,
}

/// Kinds of runners that can be defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunnerKind {
    /// A program that gets the agent and the prompt as files and environment.
    Exec,
    /// Claude Code, headless.
    Claude,
    /// Codex, `codex exec`.
    Codex,
    /// Gemini CLI, headless.
    Gemini,
    /// OpenCode, `opencode run`.
    Opencode,
    /// Any agent that speaks the Agent Client Protocol on its standard streams.
    Acp,
}

/// The settings in force, and what is wrong with them. Of several roots, later ones win.
pub fn load(roots: &[PathBuf], places: &Places, editor: &serde_json::Value) -> (Settings, Vec<Problem>) {
    let mut settings = Settings::default();
    let mut problems = Vec::new();
    if let Some(path) = places.config_file() {
        read_file(Layer::User, &path, &mut settings, &mut problems);
    }
    for root in roots {
        read_file(Layer::Project, &root.join(PROJECT_FILE), &mut settings, &mut problems);
    }
    if !editor.is_null() {
        // Some clients send our section, others all settings with our section in it.
        let ours = editor.get("divisi").filter(|section| section.is_object()).unwrap_or(editor);
        let path = Path::new("the editor's settings");
        take(Layer::Editor, path, &value::from_json(ours), &mut settings, &mut problems);
    }
    (settings, problems)
}

fn read_file(layer: Layer, path: &Path, settings: &mut Settings, problems: &mut Vec<Problem>) {
    // What cannot be read may have asked for the stricter way.
    let unread = |span, message| Problem {
        path: path.to_owned(),
        span,
        line_and_column: None,
        forbids_runs: true,
        message,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return,
        Err(error) => {
            problems.push(unread(None, format!("the settings cannot be read: {error}")));
            return;
        }
    };
    let (value, faults) = value::from_toml(&text);
    let mut found = Vec::new();
    take(layer, path, &value, settings, &mut found);
    if !faults.is_empty() {
        // A key around a fault may stand in another table than it was written in: what is said of it misleads.
        found = faults.into_iter().map(|(span, message)| unread(span, message)).collect();
    }
    let lines = LineIndex::new(&text);
    for problem in &mut found {
        problem.line_and_column = problem.span.map(|span| {
            let at = lines.position(&text, span.start, Encoding::Utf32);
            (at.line + 1, at.column + 1)
        });
    }
    problems.append(&mut found);
}

fn take(layer: Layer, path: &Path, value: &Value, settings: &mut Settings, problems: &mut Vec<Problem>) {
    Reader { layer, path, settings, problems, bears_on_runs: false }.read(value);
}
