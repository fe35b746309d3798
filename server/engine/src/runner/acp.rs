//! The runner `acp`: any agent that speaks the Agent Client Protocol, version 1, on its standard streams.
//!
//! The protocol has no word for an agent, a list of tools, a schema, turns or a budget. Who the agent is stands before
//! the prompt; tools are held by how permissions are answered.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use divisi_workspace::RunnerDefinition;
use serde_json::{Value, json};

use super::transcript::{Transcript, number, text};
use super::verdict::verdict;
use super::{AgentJob, Runner, RunnerProcess, RunnerVerdict, argv, disallowed, prompt_with_agent, tools};
use crate::event::RunnerFault;
use crate::launch::{AgentReport, AgentStream, Heard, Listener, Outcome, Signal, StopStep};

/// What every agent answers.
const PROTOCOL_VERSION: u64 = 1;

/// Numbers of our requests.
const INITIALIZE: u64 = 1;
const NEW_SESSION: u64 = 2;
const PROMPT: u64 = 3;

/// JSON-RPC's code for a method that is not there.
const NO_SUCH_METHOD: i64 = -32_601;

/// The protocol's code for an agent that wants its user to log in.
const AUTH_REQUIRED: i64 = -32_000;

/// An agent serves until its input ends; then there is nothing left to wait for.
const PATIENCE: Duration = Duration::from_secs(2);

/// An agent of the protocol.
pub(super) struct Acp<'a> {
    definition: &'a RunnerDefinition,
}

impl<'a> Acp<'a> {
    pub(super) const fn new(definition: &'a RunnerDefinition) -> Self {
        Self { definition }
    }
}

impl Runner for Acp<'_> {
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess> {
        Ok(RunnerProcess {
            argv: argv(self.definition, Vec::new()),
            env: Vec::new(),
            stdin: None,
            stream: Some(AgentStream::Acp {
                cwd: job.cwd.to_owned(),
                prompt: prompt_with_agent(job),
                allowed: tools::acp(job.tools, &disallowed(job)),
            }),
        })
    }

    fn stop_sequence(&self) -> Vec<StopStep> {
        let step = |signal, seconds| StopStep { signal, grace: Duration::from_secs(seconds) };
        vec![step(Signal::Word, 3), step(Signal::Terminate, 5)]
    }

    fn classify(&self, _dir: &Path, outcome: &Outcome) -> RunnerVerdict {
        verdict("the agent", outcome)
    }
}

/// Its stream, both ways.
#[derive(Debug)]
pub(super) struct Stream {
    cwd: PathBuf,
    prompt: String,
    allowed: Vec<String>,
    transcript: Transcript,
    /// What the agent says in pieces.
    said: String,
    /// Its text since the last tool call: what it says last is its result.
    last: String,
}

impl Stream {
    pub(super) fn new(cwd: &Path, prompt: &str, allowed: &[String]) -> Self {
        Self {
            cwd: cwd.to_owned(),
            prompt: prompt.to_owned(),
            allowed: allowed.to_owned(),
            transcript: Transcript::default(),
            said: String::new(),
            last: String::new(),
        }
    }
}

impl Listener for Stream {
    fn greeting(&mut self) -> Vec<Value> {
        let capabilities =
            json!({ "fs": { "readTextFile": false, "writeTextFile": false }, "terminal": false });
        let client = json!({ "name": "divisi", "title": "Divisi", "version": env!("CARGO_PKG_VERSION") });
        let parameters = json!({
            "protocolVersion": PROTOCOL_VERSION, "clientCapabilities": capabilities, "clientInfo": client,
        });
        vec![request(INITIALIZE, "initialize", parameters)]
    }

    fn hear(&mut self, value: &Value) -> Heard {
        let mut heard = Heard::default();
        match (text(value, "/method"), value.get("id")) {
            (Some("session/update"), _) => self.hear_update(value, &mut heard),
            (Some(method), Some(id)) => self.answer(method, id, value, &mut heard),
            (Some(_), None) => {}
            (None, Some(id)) => self.hear_answer(id.as_u64(), value, &mut heard),
            (None, None) => {}
        }
        heard
    }

    fn farewell(&mut self) -> Vec<Value> {
        let Some(session) = &self.transcript.report.session else { return Vec::new() };
        let parameters = json!({ "sessionId": session });
        vec![json!({ "jsonrpc": "2.0", "method": "session/cancel", "params": parameters })]
    }

    fn is_in_a_tool(&self) -> bool {
        self.transcript.is_in_a_tool()
    }

    fn is_over(&self) -> bool {
        self.transcript.report.is_complete
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }

    fn report(&self) -> AgentReport {
        self.transcript.report.clone()
    }
}

impl Stream {
    /// An answer to one of our requests, which are sent one after the other.
    fn hear_answer(&mut self, id: Option<u64>, value: &Value, heard: &mut Heard) {
        heard.is_progress = true;
        if value.get("error").is_some() {
            return self.hear_error(value, heard);
        }
        match id {
            Some(INITIALIZE) => {
                let parameters = json!({ "cwd": self.cwd, "mcpServers": [] });
                heard.replies.push(request(NEW_SESSION, "session/new", parameters));
            }
            Some(NEW_SESSION) => {
                let Some(session) = text(value, "/result/sessionId") else {
                    self.transcript.complete(heard);
                    return self.transcript.fail(RunnerFault::Other, "the agent opened no session");
                };
                self.transcript.report.session = Some(session.to_owned());
                let prompt = json!([{ "type": "text", "text": self.prompt }]);
                let parameters = json!({ "sessionId": session, "prompt": prompt });
                heard.replies.push(request(PROMPT, "session/prompt", parameters));
            }
            Some(PROMPT) => self.hear_end(value, heard),
            _ => {}
        }
    }

    fn hear_error(&mut self, value: &Value, heard: &mut Heard) {
        self.flush(heard);
        self.transcript.complete(heard);
        let code = value.pointer("/error/code").and_then(Value::as_i64);
        let fault = if code == Some(AUTH_REQUIRED) { RunnerFault::Auth } else { RunnerFault::Other };
        self.transcript.fail(fault, text(value, "/error/message").unwrap_or("the agent reports an error"));
    }

    fn hear_end(&mut self, value: &Value, heard: &mut Heard) {
        self.flush(heard);
        self.transcript.complete(heard);
        self.transcript.report.result = Some(std::mem::take(&mut self.last)).filter(|text| !text.is_empty());
        if let Some(used) = value.pointer("/result/usage") {
            let usage = self.transcript.usage();
            usage.cached_tokens = number(used, "/cachedReadTokens");
            usage.input_tokens = number(used, "/inputTokens").saturating_add(usage.cached_tokens);
            usage.output_tokens = number(used, "/outputTokens");
        }
        match text(value, "/result/stopReason") {
            Some("end_turn") => {}
            Some("max_turn_requests") => {
                self.transcript.fail(RunnerFault::Turns, "the agent used up its turns")
            }
            Some(reason) => self.transcript.fail(RunnerFault::Other, format!("the agent stopped: {reason}")),
            None => self.transcript.fail(RunnerFault::Other, "the agent stopped and gave no reason"),
        }
    }

    fn hear_update(&mut self, value: &Value, heard: &mut Heard) {
        let Some(update) = value.pointer("/params/update") else { return };
        let kind = text(update, "/sessionUpdate");
        if kind != Some("agent_message_chunk") {
            self.flush(heard);
        }
        match kind {
            Some("agent_message_chunk") => {
                heard.is_progress = true;
                let piece = text(update, "/content/text").unwrap_or_default();
                self.said.push_str(piece);
                self.last.push_str(piece);
            }
            Some("agent_thought_chunk") => heard.is_progress = true,
            Some("tool_call" | "tool_call_update") => self.hear_tool(update, heard),
            Some("plan") => {
                let entries = update.get("entries").and_then(Value::as_array).into_iter().flatten();
                let entries =
                    entries.filter_map(|entry| Some((text(entry, "/status")?, text(entry, "/content")?)));
                self.transcript.todo(entries, heard);
            }
            Some("usage_update") if text(update, "/cost/currency") == Some("USD") => {
                self.transcript.usage().usd = update.pointer("/cost/amount").and_then(Value::as_f64);
            }
            _ => {}
        }
    }

    fn hear_tool(&mut self, update: &Value, heard: &mut Heard) {
        let id = text(update, "/toolCallId").unwrap_or_default();
        match text(update, "/status") {
            Some("completed") => self.transcript.end_tool(id, None, heard),
            Some("failed") => {
                let why = text(update, "/content/0/content/text").unwrap_or("no reason given");
                self.transcript.end_tool(id, Some(why), heard);
            }
            // What it is about is told with its progress, not with its beginning.
            Some("in_progress") => {
                self.last.clear();
                let title = text(update, "/title").unwrap_or("a tool");
                self.transcript.begin_tool(id, title, None, heard);
            }
            _ => heard.is_progress = true,
        }
    }

    /// A request of the agent. Only permissions are answered: files and terminals it has itself.
    fn answer(&mut self, method: &str, id: &Value, value: &Value, heard: &mut Heard) {
        heard.is_progress = true;
        if method != "session/request_permission" {
            let error = json!({ "code": NO_SUCH_METHOD, "message": format!("{method} is not offered") });
            heard.replies.push(json!({ "jsonrpc": "2.0", "id": id, "error": error }));
            return;
        }
        let kind = text(value, "/params/toolCall/kind").unwrap_or("other");
        let is_allowed = self.allowed.iter().any(|allowed| allowed == kind);
        let wanted: [&str; 2] =
            if is_allowed { ["allow_once", "allow_always"] } else { ["reject_once", "reject_always"] };
        if !is_allowed {
            self.transcript.report.denied.push(kind.to_owned());
            let title = text(value, "/params/toolCall/title").unwrap_or_default();
            heard.log.push(format!("  refused: {kind} {title}"));
        }
        let options = value.pointer("/params/options").and_then(Value::as_array);
        let option = wanted.iter().find_map(|wanted| {
            let option = options?.iter().find(|option| text(option, "/kind") == Some(wanted))?;
            option.get("optionId")
        });
        let outcome = match option {
            Some(option) => json!({ "outcome": "selected", "optionId": option }),
            None => json!({ "outcome": "cancelled" }),
        };
        heard.replies.push(json!({ "jsonrpc": "2.0", "id": id, "result": { "outcome": outcome } }));
    }

    /// What was said in pieces is told as a whole.
    fn flush(&mut self, heard: &mut Heard) {
        let said = std::mem::take(&mut self.said);
        if !said.is_empty() {
            self.transcript.say(&said, heard);
        }
    }
}

fn request(id: u64, method: &str, parameters: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters })
}
