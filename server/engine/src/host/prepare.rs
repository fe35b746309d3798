//! From a granted attempt to a program that is ready to start.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::spare_folders::SpareFolders;
use crate::core::{AttemptKey, RenderedCommand, StartAttempt};
use crate::environment::{self, NodeEnvironment};
use crate::launch::{AgentStream, ProcessSpec, StopStep, TOKEN_VARIABLE, default_stop_sequence};
use crate::outputs::Before;
use crate::outside::{ANCESTORS_VARIABLE, Ancestry};
use crate::plan::{PlanNode, PlanWork, StoredPlan};
use crate::run_folder::{AttemptFolder, RunFolder};
use crate::runner::{AgentJob, RunnerProcess, runner, schema, takes_schema};
use crate::traces::{PARENT_VARIABLE, TraceContext};
use crate::words;

/// What one attempt is made from.
#[derive(Debug, Clone, Copy)]
pub struct Workshop<'a> {
    /// What is run.
    pub plan: &'a StoredPlan,
    /// Where its files are.
    pub folder: &'a RunFolder,
    /// Its id.
    pub run: &'a str,
    /// The environment that the host was given.
    pub environment: &'a BTreeMap<String, String>,
    /// The trace that attempts are to join; none where the run is not traced.
    pub trace: Option<&'a TraceContext>,
}

/// A program and what belongs to it.
struct Program {
    argv: Vec<String>,
    stdin: Option<PathBuf>,
    env: Vec<(String, String)>,
    stop: Vec<StopStep>,
    stream: Option<AgentStream>,
}

impl Workshop<'_> {
    /// Makes room for an attempt; its `$DIVISI_OUTPUT_DIR`, which is its own where the node declares outputs. An error
    /// is text for people.
    pub(super) fn make_folders(&self, key: AttemptKey, spare: &mut SpareFolders) -> Result<PathBuf, String> {
        let node = self.node(key)?;
        let folder = self.attempt_folder(key.node, key.attempt);
        let mut make = || {
            // What an earlier host left; the first one of a run finds nothing, and looking costs.
            if key.epoch > 1 {
                folder.clear()?;
            }
            if node.outputs.is_empty() {
                return spare.lend((key.node, key.attempt));
            }
            folder.make_outputs()?;
            Ok(folder.outputs().to_owned())
        };
        make().map_err(|error: std::io::Error| format!("{}: {error}", folder.outputs().display()))
    }

    /// Fills the attempt's folders, and says what to start. `outputs`: its `$DIVISI_OUTPUT_DIR`.
    ///
    /// # Errors
    /// Text for people: a value, a program or a file is not there.
    pub fn prepare(&self, start: &StartAttempt, outputs: &Path) -> Result<ProcessSpec, String> {
        let node = self.node(start.key)?.executed(start.undoes);
        let node = node.as_ref();
        let folder = self.attempt_folder(start.key.node, start.key.attempt);
        let cwd = self.working_folder(node, &folder);
        remember_files(node, &cwd, &folder)?;
        let mut environment =
            environment::build(self.plan, node, &start.inputs, self.runner_env(node), self.environment)?;
        write_inputs(&mut environment, &folder)?;
        let program = self.program(node, start, &folder, &environment.variables)?;
        let token = self.token(start.key.node, start.key.attempt);
        self.add_own_variables(&mut environment, node, start.key, outputs, &token);
        environment.variables.insert("PWD".to_owned(), cwd.to_string_lossy().into_owned());
        environment.variables.extend(program.env);
        Ok(ProcessSpec {
            argv: program.argv,
            cwd,
            env: environment.variables.into_iter().collect(),
            stdin: program.stdin,
            dir: folder.path().to_owned(),
            outcomes: self.folder.outcomes(),
            token,
            secrets: environment.secrets,
            idle_ms: node.idle_timeout_ms,
            stop: program.stop,
            jobs: self.plan.jobserver.then(|| self.folder.path().to_owned()),
            stream: program.stream,
        })
    }

    /// What must not appear in the outputs of a node; an error is text for people.
    pub(super) fn secrets(&self, node: &PlanNode) -> Result<Vec<String>, String> {
        if !self.has_secrets(node) {
            return Ok(Vec::new());
        }
        let nothing = BTreeMap::new();
        Ok(environment::build(self.plan, node, &nothing, self.runner_env(node), self.environment)?.secrets)
    }

    /// Whether any can be in the environment of a node. Most have none, and an environment is not built for nothing.
    fn has_secrets(&self, node: &PlanNode) -> bool {
        let is_declared = self.plan.env_of(node).iter().chain(&node.env).any(|variable| variable.secret);
        is_declared || !self.plan.secret_args_of(node).is_empty() || !self.runner_env(node).is_empty()
    }

    pub(super) fn attempt_folder(&self, node: usize, attempt: u32) -> AttemptFolder {
        let path = self.plan.nodes.get(node).map_or("", |node| node.path.as_str());
        self.folder.attempt(node, path, attempt)
    }

    /// Where an attempt's program runs: in the workspace, or in its copy of it.
    pub(super) fn working_folder(&self, node: &PlanNode, folder: &AttemptFolder) -> PathBuf {
        let workspace = match (&node.worktree, &self.plan.repository) {
            (Some(_), Some(repository)) => self.folder.worktree(folder).join(&repository.prefix),
            _ => self.plan.workspace.clone(),
        };
        match &node.cwd {
            Some(cwd) => workspace.join(cwd),
            None => workspace,
        }
    }

    /// Marks the processes of an attempt, and its outcome.
    pub(super) fn token(&self, node: usize, attempt: u32) -> String {
        format!("{}{node}.{attempt}", self.folder.token())
    }

    /// Variables that the node's program text mentions, that the host has and the node did not get.
    pub(super) fn withheld(&self, node: &PlanNode) -> Vec<String> {
        let text = match &node.work {
            PlanWork::Line { line, .. } => line.clone(),
            PlanWork::Argv { argv } => argv.join(" "),
            PlanWork::Agent { .. }
            | PlanWork::Approve { .. }
            | PlanWork::Group { .. }
            | PlanWork::Dag { .. } => return Vec::new(),
        };
        let nothing = BTreeMap::new();
        let given = environment::build(self.plan, node, &nothing, &[], self.environment).unwrap_or_default();
        environment::withheld(&text, &given.variables, self.environment)
    }

    fn node(&self, key: AttemptKey) -> Result<&PlanNode, String> {
        self.plan.nodes.get(key.node).ok_or_else(|| "the node is not in the plan".to_owned())
    }

    fn runner_env(&self, node: &PlanNode) -> &[String] {
        match &node.work {
            PlanWork::Agent { runner, .. } => {
                self.plan.runners.get(runner).map(|runner| runner.env.as_slice()).unwrap_or_default()
            }
            _ => &[],
        }
    }

    fn program(
        &self,
        node: &PlanNode,
        start: &StartAttempt,
        folder: &AttemptFolder,
        environment: &BTreeMap<String, String>,
    ) -> Result<Program, String> {
        let argv = match &start.command {
            RenderedCommand::Argv { argv } => argv.clone(),
            RenderedCommand::Line { line, shell: Some(shell) } => {
                shell.iter().chain([line]).cloned().collect()
            }
            RenderedCommand::Line { line, shell: None } => {
                words::split(line).ok_or_else(|| "the command has shell syntax and no shell".to_owned())?
            }
            RenderedCommand::Agent { prompt } => {
                return self.agent_program(node, start, prompt, folder, environment);
            }
        };
        Ok(Program { argv, stdin: None, env: Vec::new(), stop: default_stop_sequence(), stream: None })
    }

    fn agent_program(
        &self,
        node: &PlanNode,
        start: &StartAttempt,
        prompt: &str,
        folder: &AttemptFolder,
        environment: &BTreeMap<String, String>,
    ) -> Result<Program, String> {
        let PlanWork::Agent {
            agent, runner: name, model, tools, max_turns, max_micro_usd, max_tokens, ..
        } = &node.work
        else {
            return Err("a prompt was rendered for a node without a runner".to_owned());
        };
        let in_plan = |agent: usize| {
            self.plan.agents.get(agent).ok_or_else(|| "the agent is not in the plan".to_owned())
        };
        let agent = agent.map(in_plan).transpose()?;
        let definition =
            self.plan.runners.get(name).ok_or_else(|| format!("the runner {name} is not in the plan"))?;
        let schema = schema(&node.outputs).filter(|_| takes_schema(definition.kind));
        let runner = runner(definition);
        folder.make().map_err(|error| format!("{}: {error}", folder.path().display()))?;
        let reserved_turns = start.reserved.turns.and_then(|turns| u32::try_from(turns).ok());
        let job = AgentJob {
            agent,
            prompt,
            model: model.as_deref().or_else(|| agent?.model.as_deref()),
            tools: tools.as_deref().or_else(|| agent?.tools.as_deref()),
            max_turns: least(*max_turns, reserved_turns),
            max_micro_usd: least(*max_micro_usd, start.reserved.micro_usd),
            max_tokens: least(*max_tokens, start.reserved.tokens),
            schema: schema.as_ref(),
            session: &session_of(&self.token(start.key.node, start.key.attempt)),
            cwd: &self.working_folder(node, folder),
            dir: folder.path(),
            environment,
        };
        let RunnerProcess { argv, env, stdin, stream } =
            runner.prepare(&job).map_err(|error| format!("the files for the runner {name}: {error}"))?;
        Ok(Program { argv, stdin, env, stop: runner.stop_sequence(), stream })
    }

    fn add_own_variables(
        &self,
        environment: &mut NodeEnvironment,
        node: &PlanNode,
        key: AttemptKey,
        outputs: &Path,
        token: &str,
    ) {
        let outputs = outputs.to_string_lossy().into_owned();
        for (name, value) in [
            ("DIVISI_RUN", self.run.to_owned()),
            ("DIVISI_NODE", node.path.clone()),
            ("DIVISI_ATTEMPT", key.attempt.to_string()),
            ("DIVISI_OUTPUT_DIR", outputs),
            (TOKEN_VARIABLE, token.to_owned()),
            (ANCESTORS_VARIABLE, Ancestry::from_environment(self.environment).within(self.run, &node.path)),
        ] {
            environment.variables.insert(name.to_owned(), value);
        }
        if let Some(trace) = self.trace {
            let place = trace.handed_to(&node.path, key.attempt);
            environment.variables.insert(PARENT_VARIABLE.to_owned(), place);
        }
    }
}

/// The stricter of two limits.
fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.into_iter().chain(other).min()
}

/// A UUID that belongs to this attempt and to no other: each attempt has a conversation of its own.
fn session_of(token: &str) -> String {
    let hex = blake3::hash(token.as_bytes()).to_hex();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    // Version 8, variant 1: of the maker's own making.
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

/// A path as the node's program names it, from the top of the repository; none where it leads out of it.
pub(super) fn below_workspace(folder: &Path, path: &str) -> Option<String> {
    let mut below = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::Normal(name) => below.push(name),
            Component::CurDir => {}
            Component::ParentDir if below.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    below.into_os_string().into_string().ok()
}

/// Keeps the stamps of the node's `file` outputs, so that it is known later which of them the attempt wrote.
fn remember_files(node: &PlanNode, cwd: &Path, folder: &AttemptFolder) -> Result<(), String> {
    let before = Before::look(&node.outputs, cwd);
    if before.is_empty() {
        return Ok(());
    }
    let json = serde_json::to_vec(&before).map_err(|error| error.to_string())?;
    folder
        .make()
        .and_then(|()| fs::write(folder.before(), json))
        .map_err(|error| format!("{}: {error}", folder.before().display()))
}

/// Large inputs go into files.
fn write_inputs(environment: &mut NodeEnvironment, folder: &AttemptFolder) -> Result<(), String> {
    for (variable, text) in std::mem::take(&mut environment.input_files) {
        let path = folder.inputs().join(&variable);
        let written = fs::create_dir_all(folder.inputs()).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        environment.variables.insert(variable, path.to_string_lossy().into_owned());
    }
    Ok(())
}
