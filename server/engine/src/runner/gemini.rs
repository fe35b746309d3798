//! The runner `gemini`: Gemini CLI, headless, with its stream of JSON.

use std::fs;
use std::io;
use std::path::Path;

use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::{ShellUse, shell_use};
use serde_json::{Value, json};

use super::gemini_home;
use super::transcript::{Transcript, fault_of_status, number, text};
use super::verdict::verdict;
use super::{
    AgentJob, Runner, RunnerProcess, RunnerVerdict, argv, disallowed, model, prompt_with_agent, tools,
};
use crate::event::{RunnerFault, Usage};
use crate::launch::{AgentReport, AgentStream, Heard, Listener, Outcome, StopStep, default_stop_sequence};

const PROMPT_FILE: &str = "prompt.md";
const POLICY_FILE: &str = "policy.toml";
const SHELL: &str = "run_shell_command";
const HOME_FOLDER: &str = "home";

/// Names its home.
const HOME_VARIABLE: &str = "GEMINI_CLI_HOME";

/// Says whether the folder it works in is trusted, whatever its settings say.
const TRUST_VARIABLE: &str = "GEMINI_CLI_TRUST_WORKSPACE";

/// Gemini CLI. An agent cannot be handed to it: who it is stands before the prompt.
pub(super) struct Gemini<'a> {
    definition: &'a RunnerDefinition,
}

impl<'a> Gemini<'a> {
    pub(super) const fn new(definition: &'a RunnerDefinition) -> Self {
        Self { definition }
    }

    fn arguments(&self, job: &AgentJob<'_>) -> Vec<String> {
        let mut arguments: Vec<String> = ["-o", "stream-json"].map(str::to_owned).to_vec();
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--session-id", job.session.to_owned());
        if policy(job).is_some() {
            option("--policy", job.dir.join(POLICY_FILE).to_string_lossy().into_owned());
        }
        if let Some(model) = model(job) {
            option("--model", model.to_owned());
        }
        arguments
    }

    /// Settings over the user's. The repository's come over these, where they count.
    fn settings(&self, job: &AgentJob<'_>) -> Value {
        let mut settings = json!({ "general": { "enableAutoUpdate": false } });
        if let Some(turns) = job.max_turns {
            settings["model"] = json!({ "maxSessionTurns": turns });
        }
        if !self.definition.repository_settings {
            // It would end at once in a folder that it does not trust. That it does not is said by a variable.
            settings["security"] = json!({ "folderTrust": { "enabled": false } });
            settings["advanced"] = json!({ "ignoreLocalEnv": true });
        }
        settings
    }
}

/// The user's home, as it would find it.
fn home_of_user<'a>(job: &AgentJob<'a>) -> Option<&'a Path> {
    let names = [HOME_VARIABLE, "HOME"].into_iter();
    names.filter_map(|name| job.environment.get(name)).find(|home| !home.is_empty()).map(Path::new)
}

/// With tools, everything else is refused; what the agent's file takes away is refused in any case.
fn policy(job: &AgentJob<'_>) -> Option<String> {
    let mut policy = String::new();
    if let Some(tools) = job.tools {
        policy.push_str(&rule("*", "deny", 100, ""));
        policy.extend(tools.iter().map(|tool| rules(tool, "allow", 200)));
    }
    policy.extend(disallowed(job).iter().map(|tool| rules(tool, "deny", 300)));
    (!policy.is_empty()).then_some(policy)
}

/// A tool in its words. It takes a line of several commands apart and holds each of them against the rules.
fn rules(tool: &str, decision: &str, priority: u32) -> String {
    let commands = match shell_use(tool) {
        Some(ShellUse::Prefix(words)) => format!("commandPrefix = {}\n", Value::from(words)),
        // What the pattern is matched against is JSON: the command ends with its quotation mark.
        Some(ShellUse::Exactly(words)) => {
            format!("commandRegex = {}\n", Value::from(format!("{}\"", escaped(words))))
        }
        None => String::new(),
    };
    let rule_for = |name: &String| {
        // Without a word about commands it looks at them itself, and asks about some where nobody answers.
        let is_any_command = name == SHELL && decision == "allow" && commands.is_empty();
        rule(name, decision, priority, if is_any_command { "commandRegex = \".\"\n" } else { &commands })
    };
    tools::gemini(tool).iter().map(rule_for).collect()
}

fn rule(name: &str, decision: &str, priority: u32, commands: &str) -> String {
    let name = Value::from(name);
    format!("[[rule]]\ntoolName = {name}\ndecision = \"{decision}\"\npriority = {priority}\n{commands}")
}

/// Text that a regular expression matches as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if character.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

impl Runner for Gemini<'_> {
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess> {
        let prompt = job.dir.join(PROMPT_FILE);
        fs::write(&prompt, prompt_with_agent(job))?;
        let home = job.dir.join(HOME_FOLDER);
        let trusts_the_repository = self.definition.repository_settings;
        gemini_home::make(&home, home_of_user(job), self.settings(job), trusts_the_repository)?;
        if let Some(policy) = policy(job) {
            fs::write(job.dir.join(POLICY_FILE), policy)?;
        }
        Ok(RunnerProcess {
            argv: argv(self.definition, self.arguments(job)),
            env: vec![
                (HOME_VARIABLE.to_owned(), home.to_string_lossy().into_owned()),
                (TRUST_VARIABLE.to_owned(), trusts_the_repository.to_string()),
            ],
            stdin: Some(prompt),
            stream: Some(AgentStream::Gemini),
        })
    }

    fn stop_sequence(&self) -> Vec<StopStep> {
        default_stop_sequence()
    }

    fn classify(&self, _dir: &Path, outcome: &Outcome) -> RunnerVerdict {
        verdict("gemini", outcome)
    }
}

/// Its stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    transcript: Transcript,
    /// What the agent says in pieces.
    said: String,
    /// Its text since the last tool call: what it says last is its result.
    last: String,
}

impl Listener for Stream {
    fn hear(&mut self, value: &Value) -> Heard {
        let mut heard = Heard::default();
        let kind = text(value, "/type");
        if kind != Some("message") {
            let said = std::mem::take(&mut self.said);
            self.transcript.say(&said, &mut heard);
            heard.is_progress = false;
        }
        match kind {
            Some("init") => {
                heard.is_progress = true;
                self.transcript.report.session = text(value, "/session_id").map(str::to_owned);
            }
            Some("message") if text(value, "/role") == Some("assistant") => {
                heard.is_progress = true;
                let piece = text(value, "/content").unwrap_or_default();
                self.said.push_str(piece);
                self.last.push_str(piece);
            }
            Some("tool_use") => {
                self.last.clear();
                let name = text(value, "/tool_name").unwrap_or("a tool");
                let id = text(value, "/tool_id").unwrap_or_default();
                self.transcript.begin_tool(id, name, value.get("parameters"), &mut heard);
            }
            Some("tool_result") => self.hear_tool_result(value, &mut heard),
            Some("error") => {
                heard.log.push(format!("[{}]", text(value, "/message").unwrap_or("an error")));
            }
            Some("result") => self.hear_result(value, &mut heard),
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
    fn hear_tool_result(&mut self, value: &Value, heard: &mut Heard) {
        let id = text(value, "/tool_id").unwrap_or_default();
        let kind = text(value, "/error/type");
        if kind == Some("policy_violation") || kind == Some("tool_not_registered") {
            let tool = id.split("__").next().unwrap_or(id);
            self.transcript.report.denied.push(tool.to_owned());
        }
        let has_failed = text(value, "/status") == Some("error");
        let fault = has_failed.then(|| text(value, "/error/message").unwrap_or("no reason given"));
        self.transcript.end_tool(id, fault, heard);
    }

    fn hear_result(&mut self, value: &Value, heard: &mut Heard) {
        self.transcript.complete(heard);
        self.transcript.report.result = Some(self.last.clone()).filter(|text| !text.is_empty());
        self.transcript.report.usage = Some(Usage {
            input_tokens: number(value, "/stats/input_tokens"),
            cached_tokens: number(value, "/stats/cached"),
            output_tokens: number(value, "/stats/output_tokens"),
            ..Usage::default()
        });
        if text(value, "/status") != Some("success") {
            let message = text(value, "/error/message").unwrap_or("gemini reports a failure");
            let fault = match text(value, "/error/type") {
                Some("FatalTurnLimitedError") => RunnerFault::Turns,
                Some("FatalAuthenticationError") => RunnerFault::Auth,
                Some("TerminalQuotaError" | "RetryableQuotaError") => RunnerFault::Quota,
                _ => fault_of_answer(message),
            };
            self.transcript.fail(fault, message);
        }
    }
}

/// What the service's answer says of a failure, which stands in the message as it came: `[API Error: {…}]`.
fn fault_of_answer(message: &str) -> RunnerFault {
    let answer = message.strip_prefix("[API Error: ").unwrap_or_default();
    let answer = serde_json::Deserializer::from_str(answer).into_iter::<Value>().next().and_then(Result::ok);
    let code = answer.as_ref().and_then(|answer| answer.pointer("/error/code")).and_then(Value::as_u64);
    code.map_or(RunnerFault::Service, fault_of_status)
}
