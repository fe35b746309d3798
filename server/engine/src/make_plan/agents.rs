//! Agents' files, byte for byte, and the runners that execute them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::did_you_mean::nearest;
use divisi_model::agent::{said, system_prompt};
use divisi_model::{Agent, AgentWork, CommandWork, Node, Resolution, Tool, tool_of_runner};
use divisi_syntax::{LineIndex, Span, Spanned};
use divisi_workspace::settings::{BUILT_IN_RUNNERS, TURNS, is_handed_over, too_fine, unheld};
use divisi_workspace::{RunnerDefinition, Snapshot};
use serde_json::{Map, Value};

use super::{Faults, commands};
use crate::plan::PlanAgent;

/// A node whose text goes to a runner, as far as the runner has to suit it.
pub(super) struct Handed<'a> {
    /// For people: `the agent reviewer`.
    what: String,
    /// Where that is written.
    span: Span,
    runner: Option<&'a Spanned<String>>,
}

impl<'a> Handed<'a> {
    pub(super) fn agent(work: &'a AgentWork) -> Self {
        Self {
            what: format!("the agent {}", work.agent.value),
            span: work.agent.span,
            runner: work.runner.as_ref(),
        }
    }

    pub(super) fn command(work: &'a CommandWork) -> Self {
        Self {
            what: format!("the command /{}", work.name.value),
            span: work.name.span,
            runner: work.runner.as_ref(),
        }
    }
}

/// Agents and runners in use.
#[derive(Debug)]
pub(super) struct Agents<'a> {
    snapshot: &'a Snapshot,
    pub(super) files: Vec<PlanAgent>,
    pub(super) runners: BTreeMap<String, RunnerDefinition>,
    known: BTreeMap<(Tool, String), usize>,
}

impl<'a> Agents<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, files: Vec::new(), runners: BTreeMap::new(), known: BTreeMap::new() }
    }

    /// The runner's name and the agent's index in the plan.
    pub(super) fn resolve(&mut self, work: &AgentWork, faults: &mut Faults) -> Option<(String, usize)> {
        let runner = self.runner(&Handed::agent(work), faults)?;
        let agent = self.agent(&runner, &work.agent.value, faults, work.agent.span)?;
        Some((runner, agent))
    }

    /// The runner's name.
    pub(super) fn runner(&mut self, work: &Handed<'_>, faults: &mut Faults) -> Option<String> {
        let settings = self.snapshot.settings();
        let (name, span) = match (work.runner, &settings.run.runner) {
            (Some(runner), _) => (runner.value.as_str(), runner.span),
            (None, Some(runner)) => (runner.as_str(), work.span),
            (None, None) => {
                faults.add(work.span, format!("no runner is named for {}: {HOW_TO_DEFINE}", work.what));
                return None;
            }
        };
        let Some(definition) = settings.runner(name) else {
            faults.add(span, unknown_runner(name, settings.runners.keys().map(String::as_str)));
            return None;
        };
        if definition.command.is_empty() {
            faults.add(span, format!("the runner {name} has an empty command in the settings"));
            return None;
        }
        self.runners.insert(name.to_owned(), with_absolute_program(definition));
        Some(name.to_owned())
    }

    /// The most turns that an agent's file allows.
    pub(super) fn turns(&self, agent: usize) -> Option<u32> {
        let keys = &self.files.get(agent)?.keys;
        let turns = TURNS.iter().find_map(|key| keys.get(*key))?;
        // Claude Code takes a number in quotes, too.
        let turns = turns.as_u64().or_else(|| turns.as_str()?.trim().parse().ok())?;
        u32::try_from(turns).ok()
    }

    /// Adds a fault for each key of the agent's file that would vanish in this run without a word.
    pub(super) fn check_keys(
        &self,
        runner: &str,
        agent: usize,
        node: &Node,
        span: Span,
        faults: &mut Faults,
    ) {
        let (Some(definition), Some(file)) = (self.runners.get(runner), self.files.get(agent)) else {
            return;
        };
        let Some(tool) = self.snapshot.registry().at(&file.path).map(|agent| agent.tool) else { return };
        let text = Arc::from(file.text.as_str());
        let said = said(tool, &text);
        for unheld in unheld((runner, definition), tool, &said, node) {
            let line = LineIndex::new(&text).line(unheld.said.key.span.start) + 1;
            let (place, said, why) = (file.path.display(), unheld.written(), &unheld.why);
            faults.add(span, format!("{place}:{line}: the agent {} says `{said}`; {why}", file.name));
        }
    }

    /// Adds a fault for each tool with a restriction that the runner's program has no word for: it would allow more.
    pub(super) fn check_tools(&self, runner: &str, tools: &[String], span: Span, faults: &mut Faults) {
        let Some(definition) = self.runners.get(runner) else { return };
        for why in tools.iter().filter_map(|tool| too_fine(runner, definition.kind, tool)) {
            faults.add(span, why);
        }
    }

    /// The index of the agent `name` in the plan; `span` is where a fault is told.
    pub(super) fn agent(
        &mut self,
        runner: &str,
        name: &str,
        faults: &mut Faults,
        span: Span,
    ) -> Option<usize> {
        let tool = tool_of_runner(runner);
        if let Some(index) = self.known.get(&(tool, name.to_owned())) {
            return Some(*index);
        }
        match self.find(tool, name) {
            Ok(agent) => {
                let index = self.files.len();
                self.files.push(agent);
                self.known.insert((tool, name.to_owned()), index);
                Some(index)
            }
            Err(message) => {
                faults.add(span, message);
                None
            }
        }
    }

    fn find(&self, tool: Tool, name: &str) -> Result<PlanAgent, String> {
        let registry = self.snapshot.registry();
        match registry.resolve(tool, name) {
            Resolution::Found(agent) => self.read(agent),
            Resolution::Ambiguous(agents) => {
                let files: Vec<String> = agents
                    .iter()
                    .filter_map(|agent| Some(agent.path.as_ref()?.display().to_string()))
                    .collect();
                Err(format!("the agent {name} is defined more than once: {}", files.join(", ")))
            }
            Resolution::NotLoaded(_) => {
                Err(format!("the agent {name} has a file that its tool does not load"))
            }
            Resolution::Unknown => {
                let near = nearest(name, registry.agents().iter().map(|agent| agent.name.as_str()));
                let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                Err(format!("there is no agent {name}{hint}"))
            }
        }
    }

    fn read(&self, agent: &Agent) -> Result<PlanAgent, String> {
        let Some(path) = &agent.path else {
            return Err(format!(
                "the agent {} is built into its tool and has no file to hand over",
                agent.name
            ));
        };
        let text = self.text_of(path)?;
        let keys = handed_over(agent.tool, &text);
        let mut system_prompt = system_prompt(agent.tool, &text).into_owned();
        let skills = keys.get("skills").and_then(Value::as_array);
        for skill in skills.into_iter().flatten().filter_map(Value::as_str) {
            let body = commands::skill(self.snapshot, skill).map_err(|error| {
                format!("{}: the agent {} starts with skill {skill}: {error}", path.display(), agent.name)
            })?;
            system_prompt.push_str(&format!("\n\n# Skill: {skill}\n\n{}\n", body.trim()));
        }
        Ok(PlanAgent {
            name: agent.name.clone(),
            path: path.clone(),
            text,
            system_prompt,
            description: agent.description.clone(),
            tools: agent.tools.clone(),
            model: agent.model.clone(),
            keys,
        })
    }

    fn text_of(&self, path: &Path) -> Result<String, String> {
        text_of(self.snapshot, path)
    }
}

/// The keys of an agent's file that some runner is told.
fn handed_over(tool: Tool, text: &str) -> Map<String, Value> {
    let said = said(tool, &Arc::from(text)).into_iter();
    let handed = said.filter(|said| is_handed_over(tool, &said.key.value));
    handed.map(|said| (said.key.value, said.value)).collect()
}

/// What the editor shows where the file is open, else what the disk holds at this moment.
pub(super) fn text_of(snapshot: &Snapshot, path: &Path) -> Result<String, String> {
    if let Some(open) = snapshot.document(path).filter(|document| document.version.is_some()) {
        return Ok(open.text.to_string());
    }
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A program path with a slash is relative to the file that defines the runner; a bare name is looked up in `PATH`.
fn with_absolute_program(mut definition: RunnerDefinition) -> RunnerDefinition {
    let folder = definition.defined_in.parent().unwrap_or(Path::new("")).to_owned();
    if let Some(program) = definition.command.first_mut().filter(|program| program.contains('/')) {
        *program = folder.join(program.as_str()).to_string_lossy().into_owned();
    }
    definition
}

const HOW_TO_DEFINE: &str = "write `runner:` on the node or under `defaults`, or `run.runner` in the settings: claude, \
                             codex, gemini, opencode, or one of your own, defined in divisi.toml";

fn unknown_runner<'a>(name: &str, defined: impl Iterator<Item = &'a str>) -> String {
    if BUILT_IN_RUNNERS.contains(&name) {
        return format!(
            "the runner {name} needs a program; define it in divisi.toml: [runners.{name}] command = [\"my-agent\"]"
        );
    }
    match nearest(name, defined) {
        Some(near) => format!("there is no runner {name}; did you mean {near}?"),
        None => format!("there is no runner {name}: {HOW_TO_DEFINE}"),
    }
}
