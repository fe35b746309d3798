//! The runner `opencode`: `opencode run --format json`.

use std::fs;
use std::io;
use std::path::Path;

use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::{ShellUse, shell_use};
use serde_json::{Map, Value, json};

use super::transcript::{Transcript, fault_of_status, number, text};
use super::verdict::verdict;
use super::{AgentJob, Runner, RunnerProcess, RunnerVerdict, argv, disallowed, model, said, tools};
use crate::event::RunnerFault;
use crate::launch::{AgentReport, AgentStream, Heard, Listener, Outcome, StopStep, default_stop_sequence};

const PROMPT_FILE: &str = "prompt.md";
const CONFIG_FILE: &str = "opencode.json";

/// OpenCode.
pub(super) struct Opencode<'a> {
    definition: &'a RunnerDefinition,
}

impl<'a> Opencode<'a> {
    pub(super) const fn new(definition: &'a RunnerDefinition) -> Self {
        Self { definition }
    }

    fn arguments(&self, job: &AgentJob<'_>) -> Vec<String> {
        let mut arguments: Vec<String> = ["run", "--format", "json"].map(str::to_owned).to_vec();
        if !self.definition.repository_settings {
            arguments.push("--pure".to_owned());
        }
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--agent", name(job).to_owned());
        if let Some(model) = model(job) {
            option("--model", model.to_owned());
        }
        arguments
    }
}

/// What the agent is called; without one the model gets limits alone.
fn name<'a>(job: &AgentJob<'a>) -> &'a str {
    job.agent.map_or("divisi", |agent| agent.name.as_str())
}

/// The agent as its settings take it. With tools, everything else is refused.
fn config(job: &AgentJob<'_>) -> Value {
    let mut agent = Map::new();
    agent.insert("mode".to_owned(), json!("primary"));
    if let Some(defined) = job.agent {
        agent.insert("prompt".to_owned(), json!(defined.system_prompt));
    }
    if let Some(description) = job.agent.and_then(|agent| agent.description.as_ref()) {
        agent.insert("description".to_owned(), json!(description));
    }
    if let Some(turns) = job.max_turns {
        agent.insert("steps".to_owned(), json!(turns));
    }
    for key in ["temperature", "top_p", "variant", "options"] {
        agent.extend(said(job, key).map(|value| (key.to_owned(), value.clone())));
    }
    match permission(job) {
        Some(permission) => {
            agent.insert("permission".to_owned(), permission);
        }
        None => {
            for key in ["tools", "permission"] {
                agent.extend(said(job, key).map(|value| (key.to_owned(), value.clone())));
            }
        }
    }
    json!({ "agent": { name(job): agent }, "share": "disabled" })
}

/// What it may use, where the node names tools or the file of another tool's agent takes some away; else its own file
/// says it.
fn permission(job: &AgentJob<'_>) -> Option<Value> {
    let mut permission = Map::new();
    if let Some(tools) = job.tools {
        permission.insert("*".to_owned(), json!("deny"));
        tools.iter().for_each(|tool| decide(&mut permission, tool, "allow"));
    }
    disallowed(job).iter().for_each(|tool| decide(&mut permission, tool, "deny"));
    (!permission.is_empty()).then_some(Value::Object(permission))
}

/// Adds a tool in its words, of which the latest that matches counts. What a restriction leaves out is refused where the
/// rest is allowed, and stays as it is where the rest is refused.
fn decide(permission: &mut Map<String, Value>, tool: &str, decision: &str) {
    let name = tools::opencode(tool);
    let pattern = match shell_use(tool) {
        // It takes a line of several commands apart, and `git *` is `git` alone, too.
        Some(ShellUse::Prefix(words)) => format!("{words} *"),
        Some(ShellUse::Exactly(words)) => words.to_owned(),
        None => return drop(permission.insert(name, json!(decision))),
    };
    let others = if decision == "allow" { json!({ "*": "deny" }) } else { json!({}) };
    let entry = permission.entry(name).or_insert(others);
    if let Value::String(whole) = entry {
        *entry = json!({ "*": whole });
    }
    if let Value::Object(patterns) = entry {
        patterns.insert(pattern, json!(decision));
    }
}

impl Runner for Opencode<'_> {
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess> {
        let prompt = job.dir.join(PROMPT_FILE);
        fs::write(&prompt, job.prompt)?;
        let config_file = job.dir.join(CONFIG_FILE);
        fs::write(&config_file, config(job).to_string())?;
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut env = vec![
            variable("OPENCODE_CONFIG", &config_file.to_string_lossy()),
            variable("OPENCODE_DISABLE_AUTOUPDATE", "1"),
        ];
        if !self.definition.repository_settings {
            env.push(variable("OPENCODE_DISABLE_PROJECT_CONFIG", "1"));
        }
        Ok(RunnerProcess {
            argv: argv(self.definition, self.arguments(job)),
            env,
            stdin: Some(prompt),
            stream: Some(AgentStream::Opencode),
        })
    }

    fn stop_sequence(&self) -> Vec<StopStep> {
        default_stop_sequence()
    }

    fn classify(&self, _dir: &Path, outcome: &Outcome) -> RunnerVerdict {
        verdict("opencode", outcome)
    }
}

/// Its stream. It has no last word of its own: a step that ends for any reason but a tool call is the last.
#[derive(Debug, Default)]
pub(super) struct Stream {
    transcript: Transcript,
    step_has_begun: bool,
    /// Texts of the last step, which are the result.
    last: String,
}

impl Listener for Stream {
    fn hear(&mut self, value: &Value) -> Heard {
        let mut heard = Heard::default();
        if let Some(session) = text(value, "/sessionID") {
            self.transcript.report.session = Some(session.to_owned());
        }
        match text(value, "/type") {
            Some("step_start") => {
                heard.is_progress = true;
                self.last.clear();
                self.step_has_begun = true;
                self.transcript.report.is_complete = false;
            }
            Some("text") => {
                let said = text(value, "/part/text").unwrap_or_default();
                self.transcript.say(said, &mut heard);
                self.last.push_str(said);
            }
            Some("reasoning") => heard.is_progress = true,
            Some("tool_use") => self.hear_tool(value, &mut heard),
            Some("step_finish") => self.hear_step(value, &mut heard),
            Some("error") => self.hear_error(value, &mut heard),
            _ => {}
        }
        heard
    }

    /// A tool call is told when it is over, so that the time between the beginning of a step and its end may be a
    /// tool's.
    fn is_in_a_tool(&self) -> bool {
        self.step_has_begun
    }

    fn is_over(&self) -> bool {
        self.transcript.report.is_complete
    }

    fn report(&self) -> AgentReport {
        self.transcript.report.clone()
    }
}

impl Stream {
    fn hear_tool(&mut self, value: &Value, heard: &mut Heard) {
        let id = text(value, "/part/callID").unwrap_or_default();
        let name = text(value, "/part/tool").unwrap_or("a tool");
        self.transcript.begin_tool(id, name, value.pointer("/part/state/input"), heard);
        let has_failed = text(value, "/part/state/status") == Some("error");
        let fault = has_failed.then(|| text(value, "/part/state/error").unwrap_or("no reason given"));
        self.transcript.end_tool(id, fault, heard);
    }

    fn hear_step(&mut self, value: &Value, heard: &mut Heard) {
        heard.is_progress = true;
        self.step_has_begun = false;
        let usage = self.transcript.usage();
        let cached = number(value, "/part/tokens/cache/read");
        let read =
            number(value, "/part/tokens/input").saturating_add(number(value, "/part/tokens/cache/write"));
        usage.input_tokens = usage.input_tokens.saturating_add(read).saturating_add(cached);
        usage.cached_tokens = usage.cached_tokens.saturating_add(cached);
        usage.output_tokens = usage.output_tokens.saturating_add(number(value, "/part/tokens/output"));
        usage.turns = Some(usage.turns.unwrap_or(0).saturating_add(1));
        if let Some(cost) = value.pointer("/part/cost").and_then(Value::as_f64) {
            usage.usd = Some(usage.usd.unwrap_or(0.0) + cost);
        }
        if text(value, "/part/reason") != Some("tool-calls") {
            self.transcript.complete(heard);
            self.transcript.report.result = Some(self.last.clone()).filter(|text| !text.is_empty());
        }
    }

    fn hear_error(&mut self, value: &Value, heard: &mut Heard) {
        self.step_has_begun = false;
        self.transcript.complete(heard);
        let status = value.pointer("/error/data/statusCode").and_then(Value::as_u64);
        let fault = match (text(value, "/error/name"), status) {
            (Some("ProviderAuthError"), _) => RunnerFault::Auth,
            (_, Some(status)) => fault_of_status(status),
            _ => RunnerFault::Other,
        };
        let detail = text(value, "/error/data/message").or_else(|| text(value, "/error/name"));
        self.transcript.fail(fault, detail.unwrap_or("opencode reports an error"));
    }
}
