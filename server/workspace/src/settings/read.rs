//! One layer of settings, read over what the layers before it said.
//!
//! Scalars replace, tables are merged by name, and lists add up: a project can add
//! a folder to the ones that its user named, and take none away. A fault costs
//! the one value it is in.

use std::path::Path;

use divisi_syntax::Span;
use globset::Glob;

use super::value::{Data, Key, Value};
use super::{
    FileSettings, OnEditorExit, RunnerDefinition, RunnerKind, RunnerOrigin, Settings, Severity,
    TraceProtocol, TrustMode,
};
use crate::snapshot::Problem;

/// Where a layer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    User,
    Project,
    Editor,
}

/// Reads one layer into `settings`.
pub(super) struct Reader<'a> {
    pub(super) layer: Layer,
    /// The file; for the editor a name for people.
    pub(super) path: &'a Path,
    pub(super) settings: &'a mut Settings,
    pub(super) problems: &'a mut Vec<Problem>,
    /// Whether what is read bears on what a run may do.
    pub(super) bears_on_runs: bool,
}

impl Reader<'_> {
    pub(super) fn read(&mut self, value: &Value) {
        for (key, value) in self.table(value, "the settings") {
            // An editor has a person in front of it, and may send what an older version of it took.
            self.bears_on_runs =
                self.layer != Layer::Editor && matches!(key.name.as_str(), "run" | "runners" | "traces");
            match key.name.as_str() {
                "agents" => self.agents(value),
                "check" => self.check(value),
                "files" => self.files(value),
                "hints" => self.hints(value),
                "mcp" => self.mcp(value),
                "run" => self.run(value),
                "runners" => self.runners(value),
                "traces" => self.traces(value),
                _ => {
                    let known = ["agents", "check", "files", "hints", "mcp", "run", "runners", "traces"];
                    self.unknown(key, "", &known);
                }
            }
        }
    }

    fn agents(&mut self, value: &Value) {
        for (key, value) in self.table(value, "`agents`") {
            match key.name.as_str() {
                "paths" => {
                    let paths = self.texts(value, "`agents.paths`");
                    extend(&mut self.settings.agents.paths, paths);
                }
                _ => self.unknown(key, "agents.", &["paths"]),
            }
        }
    }

    fn check(&mut self, value: &Value) {
        for (key, value) in self.table(value, "`check`") {
            match key.name.as_str() {
                "exclude" => {
                    let globs = self.globs(value, "`check.exclude`");
                    extend(&mut self.settings.check.exclude, globs);
                }
                "severity" => self.severities(value),
                _ => self.unknown(key, "check.", &["exclude", "severity"]),
            }
        }
    }

    fn severities(&mut self, value: &Value) {
        const WORDS: [(&str, Severity); 5] = [
            ("error", Severity::Error),
            ("warning", Severity::Warning),
            ("information", Severity::Information),
            ("hint", Severity::Hint),
            ("off", Severity::Off),
        ];
        for (key, value) in self.table(value, "`check.severity`") {
            let label = format!("`check.severity.{}`", key.name);
            if let Some(severity) = self.one_of(value, &label, &WORDS) {
                self.settings.check.severity.insert(key.name.clone(), severity);
            }
        }
    }

    fn files(&mut self, value: &Value) {
        type List = fn(&mut FileSettings) -> &mut Vec<String>;
        const LISTS: [(&str, List); 5] = [
            ("dag", |files| &mut files.dag),
            ("command_v2", |files| &mut files.command_v2),
            ("archon", |files| &mut files.archon),
            ("spec_kit", |files| &mut files.spec_kit),
            ("claude_flow", |files| &mut files.claude_flow),
        ];
        for (key, value) in self.table(value, "`files`") {
            let Some((name, list)) = LISTS.iter().find(|(name, _)| *name == key.name) else {
                self.unknown(key, "files.", &LISTS.map(|(name, _)| name));
                continue;
            };
            let globs = self.globs(value, &format!("`files.{name}`"));
            extend(list(&mut self.settings.files), globs);
        }
    }

    fn hints(&mut self, value: &Value) {
        const HINTS: [&str; 5] = ["level", "critical", "duration", "node_runs", "node_uses"];
        for (key, value) in self.table(value, "`hints`") {
            let name = key.name.as_str();
            if !HINTS.contains(&name) {
                self.unknown(key, "hints.", &HINTS);
                continue;
            }
            let shown = self.truth(value, &format!("`hints.{name}`"));
            let hints = &mut self.settings.hints;
            let setting = match name {
                "level" => &mut hints.level,
                "critical" => &mut hints.critical,
                "duration" => &mut hints.duration,
                "node_runs" => &mut hints.node_runs,
                _ => &mut hints.node_uses,
            };
            replace(setting, shown);
        }
    }

    /// What is in a repository says nothing about what agents may do, and an editor says it by how it starts the server.
    fn mcp(&mut self, value: &Value) {
        if self.layer != Layer::User {
            self.problem(value.span, "`mcp` counts in the user's config.toml only");
            return;
        }
        for (key, value) in self.table(value, "`mcp`") {
            match key.name.as_str() {
                "allow_run" => {
                    let allowed = self.truth(value, "`mcp.allow_run`");
                    replace(&mut self.settings.mcp.allow_run, allowed);
                }
                _ => self.unknown(key, "mcp.", &["allow_run"]),
            }
        }
    }

    fn run(&mut self, value: &Value) {
        const EXIT: [(&str, OnEditorExit); 2] =
            [("continue", OnEditorExit::Continue), ("cancel", OnEditorExit::Cancel)];
        const TRUST: [(&str, TrustMode); 2] = [("folder", TrustMode::Folder), ("file", TrustMode::File)];
        for (key, value) in self.table(value, "`run`") {
            match key.name.as_str() {
                "on_editor_exit" => {
                    let choice = self.one_of(value, "`run.on_editor_exit`", &EXIT);
                    replace(&mut self.settings.run.on_editor_exit, choice);
                }
                "trust" => self.trust(value, &TRUST),
                "pass_env" => {
                    let names = self.texts(value, "`run.pass_env`");
                    extend(&mut self.settings.run.pass_env, names);
                }
                "jobserver" => {
                    let shared = self.truth(value, "`run.jobserver`");
                    replace(&mut self.settings.run.jobserver, shared);
                }
                "max_parallel" => {
                    let slots = self.count(value, "`run.max_parallel`");
                    replace(&mut self.settings.run.max_parallel, slots);
                }
                "runner" => {
                    let name = self.text(value, "`run.runner`");
                    replace(&mut self.settings.run.runner, name.map(Some));
                }
                "messages" => {
                    let shown = self.truth(value, "`run.messages`");
                    replace(&mut self.settings.run.messages, shown);
                }
                _ => {
                    let known = [
                        "on_editor_exit",
                        "trust",
                        "pass_env",
                        "jobserver",
                        "max_parallel",
                        "runner",
                        "messages",
                    ];
                    self.unknown(key, "run.", &known);
                }
            }
        }
    }

    /// A project can ask for the stricter way, never for the laxer one.
    fn trust(&mut self, value: &Value, words: &[(&str, TrustMode)]) {
        let Some(mode) = self.one_of(value, "`run.trust`", words) else { return };
        if self.layer != Layer::Project || mode == TrustMode::File {
            self.settings.run.trust = mode;
        }
    }

    fn runners(&mut self, value: &Value) {
        let origin = match self.layer {
            Layer::User => RunnerOrigin::User,
            Layer::Project => RunnerOrigin::Project,
            Layer::Editor => {
                self.problem(
                    value.span,
                    "runners are defined in divisi.toml or in the user's config.toml only",
                );
                return;
            }
        };
        for (key, value) in self.table(value, "`runners`") {
            if let Some(runner) = self.runner(&key.name, value, key.span, origin) {
                self.settings.runners.insert(key.name.clone(), runner);
            }
        }
    }

    fn runner(
        &mut self,
        name: &str,
        value: &Value,
        at: Option<Span>,
        origin: RunnerOrigin,
    ) -> Option<RunnerDefinition> {
        let mut kind = RunnerKind::named(name);
        let (mut command, mut args, mut env, mut repository_settings) =
            (Vec::new(), Vec::new(), Vec::new(), false);
        let mut max_parallel = None;
        let prefix = format!("runners.{name}.");
        for (key, value) in self.table(value, &format!("`runners.{name}`")) {
            let label = format!("`{prefix}{}`", key.name);
            match key.name.as_str() {
                "kind" => kind = self.one_of(value, &label, RunnerKind::ALL),
                "command" => command = self.texts(value, &label),
                "args" => args = self.texts(value, &label),
                "env" => env = self.texts(value, &label),
                "repository_settings" => replace(&mut repository_settings, self.truth(value, &label)),
                "max_parallel" => max_parallel = self.count(value, &label).filter(|most| *most > 0),
                _ => {
                    let known = ["kind", "command", "args", "env", "repository_settings", "max_parallel"];
                    self.unknown(key, &prefix, &known);
                }
            }
        }
        let Some(kind) = kind else {
            self.problem(at, format!("`runners.{name}` needs a `kind`: {}", kinds()));
            return None;
        };
        if command.is_empty() {
            command.extend(kind.program().map(str::to_owned));
        }
        let Some(program) = command.first_mut() else {
            self.problem(at, format!("`runners.{name}` needs a `command`: a program and its arguments"));
            return None;
        };
        if let Some(folder) = self.path.parent()
            && program.contains('/')
            && Path::new(program.as_str()).is_relative()
        {
            let joined = folder.join(program.strip_prefix("./").unwrap_or(program));
            *program = joined.to_string_lossy().into_owned();
        }
        for known in kind.environment() {
            if !env.iter().any(|name| name == known) {
                env.push((*known).to_owned());
            }
        }
        let defined_in = self.path.to_owned();
        Some(RunnerDefinition {
            kind,
            command,
            args,
            env,
            repository_settings,
            max_parallel,
            origin,
            defined_in,
        })
    }

    fn traces(&mut self, value: &Value) {
        const PROTOCOLS: [(&str, TraceProtocol); 2] =
            [("http/protobuf", TraceProtocol::Protobuf), ("http/json", TraceProtocol::Json)];
        if self.layer == Layer::Editor {
            let message = "where traces go is said in divisi.toml or in the user's config.toml only";
            return self.problem(value.span, message);
        }
        for (key, value) in self.table(value, "`traces`") {
            match key.name.as_str() {
                "endpoint" => {
                    let endpoint = self.text(value, "`traces.endpoint`");
                    replace(&mut self.settings.traces.endpoint, endpoint.map(Some));
                }
                "protocol" => {
                    let protocol = self.one_of(value, "`traces.protocol`", &PROTOCOLS);
                    replace(&mut self.settings.traces.protocol, protocol);
                }
                _ => self.unknown(key, "traces.", &["endpoint", "protocol"]),
            }
        }
    }

    fn table<'v>(&mut self, value: &'v Value, label: &str) -> &'v [(Key, Value)] {
        match &value.data {
            Data::Table(entries) => entries,
            other => {
                self.wrong_type(value.span, label, "a table", other);
                &[]
            }
        }
    }

    fn texts(&mut self, value: &Value, label: &str) -> Vec<String> {
        let Data::List(items) = &value.data else {
            self.wrong_type(value.span, label, "a list of texts", &value.data);
            return Vec::new();
        };
        items.iter().filter_map(|item| self.text(item, label)).collect()
    }

    fn globs(&mut self, value: &Value, label: &str) -> Vec<String> {
        let span = value.span;
        let mut globs = self.texts(value, label);
        globs.retain(|glob| match Glob::new(glob) {
            Ok(_) => true,
            Err(error) => {
                self.problem(span, format!("{label}: `{glob}` is no glob: {}", error.kind()));
                false
            }
        });
        globs
    }

    fn text(&mut self, value: &Value, label: &str) -> Option<String> {
        match &value.data {
            Data::Text(text) => Some(text.clone()),
            other => {
                self.wrong_type(value.span, label, "text", other);
                None
            }
        }
    }

    fn truth(&mut self, value: &Value, label: &str) -> Option<bool> {
        match &value.data {
            Data::Bool(truth) => Some(*truth),
            other => {
                self.wrong_type(value.span, label, "true or false", other);
                None
            }
        }
    }

    fn count(&mut self, value: &Value, label: &str) -> Option<u32> {
        match &value.data {
            Data::Whole(number) => u32::try_from(*number).ok().or_else(|| {
                self.problem(value.span, format!("{label} takes a whole number from 0 on, not {number}"));
                None
            }),
            other => {
                self.wrong_type(value.span, label, "a whole number", other);
                None
            }
        }
    }

    fn one_of<T: Copy>(&mut self, value: &Value, label: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(value, label)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.problem(value.span, format!("{label} is one of {}; `{text}` is none", known.join(", ")));
        }
        found
    }

    fn wrong_type(&mut self, span: Option<Span>, label: &str, expected: &str, found: &Data) {
        self.problem(span, format!("{label} takes {expected}, not {}", found.kind()));
    }

    /// An editor has keys of its own beside ours, so only files are told.
    fn unknown(&mut self, key: &Key, prefix: &str, known: &[&str]) {
        if self.layer == Layer::Editor {
            return;
        }
        let name = &key.name;
        let nearest = known.iter().min_by_key(|candidate| strsim::damerau_levenshtein(candidate, name));
        let near = nearest.filter(|candidate| strsim::damerau_levenshtein(candidate, name) <= 2);
        let hint = match near {
            Some(candidate) => format!("did you mean `{prefix}{candidate}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let message = format!("there is no setting `{prefix}{name}`; {hint}");
        self.tell(key.span, message, false);
    }

    /// A value that could not be taken.
    fn problem(&mut self, span: Option<Span>, message: impl Into<String>) {
        self.tell(span, message.into(), self.bears_on_runs);
    }

    fn tell(&mut self, span: Option<Span>, message: String, forbids_runs: bool) {
        let path = self.path.to_owned();
        self.problems.push(Problem { path, span, line_and_column: None, forbids_runs, message });
    }
}

fn replace<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

fn extend(list: &mut Vec<String>, more: Vec<String>) {
    for entry in more {
        if !list.contains(&entry) {
            list.push(entry);
        }
    }
}

/// All kinds of runners, for people.
fn kinds() -> String {
    let words: Vec<String> = RunnerKind::ALL.iter().map(|(word, _)| format!("`{word}`")).collect();
    words.join(", ")
}
