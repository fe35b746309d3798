//! The runner `codex`: `codex exec --json`.

use std::fs;
use std::io;
use std::path::Path;

use divisi_workspace::RunnerDefinition;
use serde_json::Value;

use super::transcript::{Transcript, fault_of_status, number, text};
use super::verdict::verdict;
use super::{AgentJob, Runner, RunnerProcess, RunnerVerdict, argv, model, said, tools};
use crate::event::{RunnerFault, Usage};
use crate::launch::{AgentReport, AgentStream, Heard, Listener, Outcome, StopStep, default_stop_sequence};

const PROMPT_FILE: &str = "prompt.md";
/// Its sandbox in which commands may change the workspace.
const WRITING: &str = "workspace-write";

const SCHEMA_FILE: &str = "schema.json";

/// Codex. Its own sandbox holds its commands; the repository's settings count only where the user has trusted the
/// folder in Codex itself.
pub(super) struct Codex<'a> {
    definition: &'a RunnerDefinition,
}

impl<'a> Codex<'a> {
    pub(super) const fn new(definition: &'a RunnerDefinition) -> Self {
        Self { definition }
    }

    fn arguments(&self, job: &AgentJob<'_>) -> Vec<String> {
        let mut arguments: Vec<String> =
            ["exec", "--json", "--skip-git-repo-check", "--color", "never"].map(str::to_owned).to_vec();
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--sandbox", sandbox(job).to_owned());
        if !self.definition.repository_settings {
            let folder = toml_string(&job.cwd.to_string_lossy());
            option("-c", format!("projects.{folder}.trust_level=\"untrusted\""));
        }
        if let Some(agent) = job.agent.filter(|agent| !agent.system_prompt.trim().is_empty()) {
            option("-c", format!("developer_instructions={}", toml_string(&agent.system_prompt)));
        }
        if let Some(effort) = said(job, "model_reasoning_effort").and_then(Value::as_str) {
            option("-c", format!("model_reasoning_effort={}", toml_string(effort)));
        }
        if let Some(model) = model(job) {
            option("--model", model.to_owned());
        }
        if job.schema.is_some() {
            option("--output-schema", job.dir.join(SCHEMA_FILE).to_string_lossy().into_owned());
        }
        arguments
    }
}

/// What its commands may touch: as its tools do, else as its file says, else nothing.
fn sandbox(job: &AgentJob<'_>) -> &'static str {
    let may_write = match job.tools {
        Some(tools) => tools::can_change(tools),
        None => said(job, "sandbox_mode").and_then(Value::as_str) == Some(WRITING),
    };
    if may_write { WRITING } else { "read-only" }
}

/// A TOML string in one line. JSON's escapes are among TOML's; DEL alone has to be escaped beyond them.
fn toml_string(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

impl Runner for Codex<'_> {
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess> {
        let prompt = job.dir.join(PROMPT_FILE);
        fs::write(&prompt, job.prompt)?;
        if let Some(schema) = job.schema {
            fs::write(job.dir.join(SCHEMA_FILE), schema.to_string())?;
        }
        let mut argv = argv(self.definition, self.arguments(job));
        argv.push("-".to_owned());
        Ok(RunnerProcess { argv, env: Vec::new(), stdin: Some(prompt), stream: Some(AgentStream::Codex) })
    }

    fn stop_sequence(&self) -> Vec<StopStep> {
        default_stop_sequence()
    }

    fn classify(&self, _dir: &Path, outcome: &Outcome) -> RunnerVerdict {
        let mut verdict = verdict("codex", outcome);
        // By a schema, its last text is the value.
        verdict.structured = verdict.result.as_deref().and_then(|result| serde_json::from_str(result).ok());
        verdict
    }
}

/// Its stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    transcript: Transcript,
}

/// How its own messages begin that name the status of the service. What follows is the service's word and counts for
/// nothing.
const BEFORE_STATUS: [&str; 2] = ["unexpected status ", "exceeded retry limit, last status: "];

/// What a failed turn failed at. It says so in its message alone, which it makes itself.
fn fault(message: &str) -> RunnerFault {
    let status = BEFORE_STATUS.iter().find_map(|beginning| message.strip_prefix(beginning));
    let status = status.and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse().ok());
    status.map_or(RunnerFault::Service, fault_of_status)
}

impl Listener for Stream {
    fn hear(&mut self, value: &Value) -> Heard {
        let mut heard = Heard::default();
        match text(value, "/type") {
            Some("thread.started") => {
                heard.is_progress = true;
                self.transcript.report.session = text(value, "/thread_id").map(str::to_owned);
            }
            Some("item.started" | "item.updated") => self.hear_item(value, false, &mut heard),
            Some("item.completed") => self.hear_item(value, true, &mut heard),
            Some("turn.completed") => {
                self.transcript.complete(&mut heard);
                self.transcript.report.failure = None;
                self.transcript.report.usage = Some(Usage {
                    input_tokens: number(value, "/usage/input_tokens"),
                    cached_tokens: number(value, "/usage/cached_input_tokens"),
                    output_tokens: number(value, "/usage/output_tokens"),
                    ..Usage::default()
                });
            }
            Some("turn.failed") => {
                self.transcript.complete(&mut heard);
                let detail = text(value, "/error/message").unwrap_or("codex reports a failure");
                self.transcript.fail(fault(detail), detail);
            }
            Some("error") => {
                heard.log.push(format!("[{}]", text(value, "/message").unwrap_or("an error")));
            }
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
    fn hear_item(&mut self, value: &Value, is_over: bool, heard: &mut Heard) {
        let Some(item) = value.get("item") else { return };
        let id = text(item, "/id").unwrap_or_default();
        match text(item, "/type") {
            Some("agent_message") if is_over => {
                let said = text(item, "/text").unwrap_or_default();
                self.transcript.say(said, heard);
                self.transcript.report.result = Some(said.to_owned());
            }
            Some("reasoning") => heard.is_progress = true,
            Some("todo_list") => {
                let items = item.get("items").and_then(Value::as_array).into_iter().flatten();
                let items = items.filter_map(|item| {
                    let is_done = item.get("completed").and_then(Value::as_bool) == Some(true);
                    Some((if is_done { "completed" } else { "pending" }, text(item, "/text")?))
                });
                self.transcript.todo(items, heard);
            }
            Some("error") => heard.log.push(format!("[{}]", text(item, "/message").unwrap_or("an error"))),
            Some("agent_message") | None => {}
            Some(tool) => self.hear_tool(id, tool, item, is_over, heard),
        }
    }

    fn hear_tool(&mut self, id: &str, tool: &str, item: &Value, is_over: bool, heard: &mut Heard) {
        let input = ["command", "query", "changes", "tool"].iter().find_map(|key| item.get(key));
        let is_known = self.transcript.is_in_a_tool();
        if !is_over || !is_known {
            self.transcript.begin_tool(id, tool, input, heard);
        }
        if is_over {
            let has_failed = text(item, "/status") == Some("failed");
            let fault = has_failed.then(|| text(item, "/aggregated_output").unwrap_or("no reason given"));
            if text(item, "/status") == Some("declined") {
                self.transcript.report.denied.push(tool.to_owned());
            }
            self.transcript.end_tool(id, fault, heard);
        }
    }
}
