//! The runner `claude`: Claude Code, headless, with its stream of JSON.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::written;
use serde_json::{Map, Value, json};

use super::transcript::{Transcript, fault_of_status, number, text};
use super::verdict::verdict;
use super::{AgentJob, Runner, RunnerProcess, RunnerVerdict, argv, disallowed, model, said, tools};
use crate::event::{RunnerFault, Usage};
use crate::launch::{AgentReport, AgentStream, Heard, Listener, Outcome, Signal, StopStep};
use crate::plan::PlanAgent;

const AGENTS_FILE: &str = "agents.json";
const PROMPT_FILE: &str = "prompt.md";

/// The tool by which it gives what a schema asks for.
const STRUCTURED_OUTPUT: &str = "StructuredOutput";

/// How often it tries again before it reports that a service fails.
const TRIES: &str = "3";

const GRACE: Duration = Duration::from_secs(5);

/// Claude Code.
pub(super) struct Claude<'a> {
    definition: &'a RunnerDefinition,
}

impl<'a> Claude<'a> {
    pub(super) const fn new(definition: &'a RunnerDefinition) -> Self {
        Self { definition }
    }

    fn arguments(&self, job: &AgentJob<'_>) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["-p", "--output-format", "stream-json", "--verbose"].map(str::to_owned).to_vec();
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--permission-mode", "dontAsk".to_owned());
        option("--permission-prompts", "none".to_owned());
        if let Some(agent) = job.agent {
            option("--agents", job.dir.join(AGENTS_FILE).to_string_lossy().into_owned());
            option("--agent", agent.name.clone());
        }
        option("--session-id", job.session.to_owned());
        if let Some(tools) = job.tools.filter(|tools| !tools.is_empty()) {
            option("--allowedTools", tools.join(","));
        }
        let disallowed = disallowed(job);
        if !disallowed.is_empty() {
            option("--disallowedTools", disallowed.join(","));
        }
        if let Some(effort) = said(job, "effort") {
            option("--effort", written(effort));
        }
        if let Some(model) = model(job) {
            option("--model", model.to_owned());
        }
        if let Some(turns) = job.max_turns {
            option("--max-turns", turns.to_string());
        }
        if let Some(micro_usd) = job.max_micro_usd {
            option("--max-budget-usd", dollars(micro_usd));
        }
        if let Some(schema) = job.schema {
            option("--json-schema", schema.to_string());
        }
        if !self.definition.repository_settings {
            option("--setting-sources", "user".to_owned());
            arguments.push("--strict-mcp-config".to_owned());
        }
        arguments
    }

    /// The agent as `--agents` takes it: without the repository's settings its file is not read.
    fn agents_file(&self, defined: &PlanAgent, job: &AgentJob<'_>) -> Value {
        let mut agent = Map::new();
        agent
            .insert("description".to_owned(), json!(defined.description.as_deref().unwrap_or(&defined.name)));
        agent.insert("prompt".to_owned(), json!(defined.system_prompt));
        if let Some(tools) = job.tools {
            let mut names: Vec<&str> = tools.iter().map(|tool| tools::base(tool)).collect();
            if job.schema.is_some() && !names.contains(&STRUCTURED_OUTPUT) {
                names.push(STRUCTURED_OUTPUT);
            }
            agent.insert("tools".to_owned(), json!(names));
        }
        for key in ["hooks", "mcpServers"] {
            let said = defined.keys.get(key).filter(|_| self.definition.repository_settings);
            agent.extend(said.map(|value| (key.to_owned(), in_its_form(key, value))));
        }
        json!({ defined.name.clone(): agent })
    }
}

/// A key of an agent's file as `--agents` takes it: servers are a list there.
fn in_its_form(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(servers) if key == "mcpServers" => {
            servers.iter().map(|(name, server)| json!({ name.clone(): server })).collect()
        }
        Value::String(_) if key == "mcpServers" => json!([value]),
        _ => value.clone(),
    }
}

/// `2.5` for 2,500,000 millionths.
fn dollars(micro_usd: u64) -> String {
    let text = format!("{}.{:06}", micro_usd / 1_000_000, micro_usd % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Runner for Claude<'_> {
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess> {
        if let Some(agent) = job.agent {
            fs::write(job.dir.join(AGENTS_FILE), self.agents_file(agent, job).to_string())?;
        }
        let prompt = job.dir.join(PROMPT_FILE);
        fs::write(&prompt, job.prompt)?;
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Ok(RunnerProcess {
            argv: argv(self.definition, self.arguments(job)),
            env: vec![
                variable("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
                variable("CLAUDE_CODE_MAX_RETRIES", TRIES),
                variable("DISABLE_AUTOUPDATER", "1"),
            ],
            stdin: Some(prompt),
            stream: Some(AgentStream::Claude),
        })
    }

    /// At SIGINT it writes its result, so that the cost is known.
    fn stop_sequence(&self) -> Vec<StopStep> {
        [Signal::Interrupt, Signal::Terminate].map(|signal| StopStep { signal, grace: GRACE }).to_vec()
    }

    fn classify(&self, _dir: &Path, outcome: &Outcome) -> RunnerVerdict {
        verdict("claude", outcome)
    }
}

/// Its stream. Several results may come; the last one counts.
#[derive(Debug, Default)]
pub(super) struct Stream {
    transcript: Transcript,
    /// When a limit that it told of ends, seconds since the epoch.
    resets_at: Option<i64>,
}

impl Listener for Stream {
    fn hear(&mut self, value: &Value) -> Heard {
        let mut heard = Heard::default();
        if let Some(session) = text(value, "/session_id") {
            self.transcript.report.session = Some(session.to_owned());
        }
        match text(value, "/type") {
            Some("assistant") => self.hear_message(value, &mut heard),
            Some("user") => self.hear_tool_results(value, &mut heard),
            Some("result") => self.hear_result(value, &mut heard),
            Some("rate_limit_event") if text(value, "/rate_limit_info/status") == Some("rejected") => {
                self.resets_at = value.pointer("/rate_limit_info/resetsAt").and_then(Value::as_i64);
            }
            Some("system") if text(value, "/subtype") == Some("api_retry") => {
                let status = number(value, "/error_status");
                heard.log.push(format!("[the service answers {status}; it is tried again]"));
            }
            Some("system") => heard.is_progress = text(value, "/subtype") == Some("init"),
            _ => {}
        }
        heard
    }

    fn is_in_a_tool(&self) -> bool {
        self.transcript.is_in_a_tool()
    }

    fn is_over(&self) -> bool {
        self.transcript.report.is_complete
    }

    fn report(&self) -> AgentReport {
        self.transcript.report.clone()
    }
}

impl Stream {
    fn hear_message(&mut self, value: &Value, heard: &mut Heard) {
        let content = value.pointer("/message/content").and_then(Value::as_array);
        for block in content.into_iter().flatten() {
            match text(block, "/type") {
                Some("text") => self.transcript.say(text(block, "/text").unwrap_or_default(), heard),
                Some("thinking") => heard.is_progress = true,
                Some("tool_use") => {
                    let name = text(block, "/name").unwrap_or("a tool");
                    let id = text(block, "/id").unwrap_or_default();
                    self.transcript.begin_tool(id, name, block.get("input"), heard);
                    let todos = block.pointer("/input/todos").and_then(Value::as_array);
                    let todos = todos.into_iter().flatten();
                    let todos =
                        todos.filter_map(|todo| Some((text(todo, "/status")?, text(todo, "/content")?)));
                    self.transcript.todo(todos, heard);
                }
                _ => {}
            }
        }
    }

    fn hear_tool_results(&mut self, value: &Value, heard: &mut Heard) {
        let content = value.pointer("/message/content").and_then(Value::as_array);
        for block in content.into_iter().flatten() {
            if text(block, "/type") != Some("tool_result") {
                continue;
            }
            let is_error = block.pointer("/is_error").and_then(Value::as_bool) == Some(true);
            let fault = is_error.then(|| text(block, "/content").unwrap_or("no reason given"));
            self.transcript.end_tool(text(block, "/tool_use_id").unwrap_or_default(), fault, heard);
        }
    }

    fn hear_result(&mut self, value: &Value, heard: &mut Heard) {
        self.transcript.complete(heard);
        let denials = value.pointer("/permission_denials").and_then(Value::as_array);
        let denied = denials.into_iter().flatten().filter_map(|denial| text(denial, "/tool_name"));
        self.transcript.report.denied = denied.map(str::to_owned).collect();
        self.transcript.report.usage = Some(usage(value));
        self.transcript.report.result = text(value, "/result").map(str::to_owned);
        self.transcript.report.structured =
            value.get("structured_output").filter(|structured| !structured.is_null()).cloned();
        self.transcript.report.failure = None;
        if value.get("is_error").and_then(Value::as_bool) == Some(true) {
            self.hear_failure(value);
        }
    }

    fn hear_failure(&mut self, value: &Value) {
        let status = value.get("api_error_status").and_then(Value::as_u64);
        let fault = match (text(value, "/subtype"), status) {
            (Some("error_max_budget_usd"), _) => RunnerFault::Budget,
            (Some("error_max_turns"), _) => RunnerFault::Turns,
            (_, Some(status)) => fault_of_status(status),
            _ => RunnerFault::Other,
        };
        let said = text(value, "/result").or_else(|| text(value, "/errors/0"));
        let detail = match fault {
            RunnerFault::Budget => "claude used up its budget".to_owned(),
            RunnerFault::Turns => "claude used up its turns".to_owned(),
            _ => said.or_else(|| text(value, "/subtype")).unwrap_or("claude reports an error").to_owned(),
        };
        self.transcript.fail(fault, detail);
        if let Some(failure) = &mut self.transcript.report.failure
            && fault == RunnerFault::Quota
        {
            failure.resets_at = self.resets_at.and_then(|seconds| seconds.checked_mul(1_000));
        }
    }
}

/// What a result says of the whole conversation so far; a new conversation begins with each attempt. The sums by model
/// hold calls that the plain sum leaves out where a limit ended the conversation.
fn usage(result: &Value) -> Usage {
    let models = result.get("modelUsage").and_then(Value::as_object).filter(|models| !models.is_empty());
    let mut usage = Usage {
        usd: result.get("total_cost_usd").and_then(Value::as_f64),
        turns: u32::try_from(number(result, "/num_turns")).ok(),
        ..Usage::default()
    };
    let mut add = |read: u64, cached: u64, written: u64| {
        usage.input_tokens = usage.input_tokens.saturating_add(read).saturating_add(cached);
        usage.cached_tokens = usage.cached_tokens.saturating_add(cached);
        usage.output_tokens = usage.output_tokens.saturating_add(written);
    };
    match models {
        Some(models) => models.values().for_each(|model| {
            let read =
                number(model, "/inputTokens").saturating_add(number(model, "/cacheCreationInputTokens"));
            add(read, number(model, "/cacheReadInputTokens"), number(model, "/outputTokens"));
        }),
        None => {
            let read = number(result, "/usage/input_tokens")
                .saturating_add(number(result, "/usage/cache_creation_input_tokens"));
            add(
                read,
                number(result, "/usage/cache_read_input_tokens"),
                number(result, "/usage/output_tokens"),
            );
        }
    }
    usage
}
