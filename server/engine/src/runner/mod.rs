//! How an agent node becomes a program, and what that program's stream means. Each runner has its own way to hand the
//! agent over, its own stop sequence, its own stream and its own structured outcome; nothing is ever decided by the
//! text that an agent prints.
//!
//! ```text
//! exec          a program of the user's own, which reports in a file
//! claude        Claude Code
//! codex         Codex
//! gemini        Gemini CLI
//! opencode      OpenCode
//! acp           any agent that speaks the Agent Client Protocol
//! transcript    what every listener keeps of its stream
//! schema        what an agent is asked for by a JSON Schema
//! tools         what the agents call their tools
//! verdict       an agent's report and its program's end → how the attempt ended
//! ```

mod acp;
mod claude;
mod codex;
mod exec;
mod gemini;
mod gemini_home;
mod opencode;
mod schema;
mod tools;
mod transcript;
mod verdict;
mod version;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::RunnerKind;
use serde_json::Value;

use crate::event::{RunnerFault, Usage};
use crate::launch::{AgentStream, Listener, Outcome, StopStep};
use crate::plan::PlanAgent;

pub use exec::Exec;
pub(crate) use exec::{REPORT_LIMIT, RESULT_FILE};
pub(crate) use schema::{schema, value_of};
pub(crate) use version::version;

/// An agent node, ready to be handed over.
#[derive(Debug, Clone, Copy)]
pub struct AgentJob<'a> {
    /// The agent; none for the runner's own.
    pub agent: Option<&'a PlanAgent>,
    /// The rendered prompt.
    pub prompt: &'a str,
    /// The node's model, else the agent's.
    pub model: Option<&'a str>,
    /// The node's tools, else the agent's; none means all.
    pub tools: Option<&'a [String]>,
    /// The most turns, of `max_turns` and `budget`.
    pub max_turns: Option<u32>,
    /// The most that it may cost, in millionths of a US dollar.
    pub max_micro_usd: Option<u64>,
    /// The most tokens that it may read and write.
    pub max_tokens: Option<u64>,
    /// The JSON Schema of what it is to give; none where its last text will do.
    pub schema: Option<&'a Value>,
    /// Names the conversation: a UUID that no other attempt has.
    pub session: &'a str,
    /// Absolute folder in which it works.
    pub cwd: &'a Path,
    /// The attempt's folder: files for the runner go there.
    pub dir: &'a Path,
    /// The node's environment.
    pub environment: &'a BTreeMap<String, String>,
}

/// A program that executes the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerProcess {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Variables beyond the node's environment.
    pub env: Vec<(String, String)>,
    /// What it reads as standard input.
    pub stdin: Option<PathBuf>,
    /// How what it prints is understood; none where it is only kept.
    pub stream: Option<AgentStream>,
}

/// How an attempt ended, as its runner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ending {
    /// The runner has no say: the exit status has.
    #[default]
    ByExitStatus,
    /// Well, whatever the exit status is.
    Succeeded,
    /// Not well, whatever the exit status is.
    Failed {
        /// What it says of the failure, where it does so in a structured field.
        fault: Option<RunnerFault>,
        /// For people.
        detail: String,
    },
    /// The service gives no more for now: the attempt counts as not made.
    OutOfQuota {
        /// For people.
        detail: String,
        /// When there will be some again, milliseconds since the epoch.
        resets_at: Option<i64>,
    },
}

/// What a runner's own report says of an attempt that is over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunnerVerdict {
    /// How it ended.
    pub ending: Ending,
    /// The agent's last text; none means: its standard output.
    pub result: Option<String>,
    /// What it gave by the schema it was asked to fill.
    pub structured: Option<Value>,
    /// Whether a secret stood in either.
    pub holds_secret: bool,
    /// Tokens and cost.
    pub usage: Option<Usage>,
    /// The agent's own name for the conversation.
    pub session: Option<String>,
    /// Tools that were refused.
    pub denied: Vec<String>,
}

/// A way to execute agent nodes.
pub trait Runner {
    /// Writes the job's files and says what to start.
    ///
    /// # Errors
    /// Where a file cannot be written.
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess>;

    /// How it is asked to stop before its tree is killed.
    fn stop_sequence(&self) -> Vec<StopStep>;

    /// How an attempt ended, from its folder and its outcome.
    fn classify(&self, dir: &Path, outcome: &Outcome) -> RunnerVerdict;
}

/// The runner that a definition asks for.
pub fn runner(definition: &RunnerDefinition) -> Box<dyn Runner + '_> {
    match definition.kind {
        RunnerKind::Exec => Box::new(Exec::new(definition.command.clone())),
        RunnerKind::Claude => Box::new(claude::Claude::new(definition)),
        RunnerKind::Codex => Box::new(codex::Codex::new(definition)),
        RunnerKind::Gemini => Box::new(gemini::Gemini::new(definition)),
        RunnerKind::Opencode => Box::new(opencode::Opencode::new(definition)),
        RunnerKind::Acp => Box::new(acp::Acp::new(definition)),
    }
}

/// Who understands a stream.
pub fn listener(stream: &AgentStream) -> Box<dyn Listener> {
    match stream {
        AgentStream::Claude => Box::new(claude::Stream::default()),
        AgentStream::Codex => Box::new(codex::Stream::default()),
        AgentStream::Gemini => Box::new(gemini::Stream::default()),
        AgentStream::Opencode => Box::new(opencode::Stream::default()),
        AgentStream::Acp { cwd, prompt, allowed } => Box::new(acp::Stream::new(cwd, prompt, allowed)),
    }
}

/// Whether a runner can ask its agent for values by a JSON Schema.
pub const fn takes_schema(kind: RunnerKind) -> bool {
    matches!(kind, RunnerKind::Claude | RunnerKind::Codex)
}

/// The command, then arguments, then those of the definition.
fn argv(definition: &RunnerDefinition, arguments: Vec<String>) -> Vec<String> {
    definition.command.iter().cloned().chain(arguments).chain(definition.args.iter().cloned()).collect()
}

/// The prompt for an agent that has no other way to be told who it is.
fn prompt_with_agent(job: &AgentJob<'_>) -> String {
    match job.agent.map_or("", |agent| agent.system_prompt.trim()) {
        "" => job.prompt.to_owned(),
        system_prompt => format!("{system_prompt}\n\n---\n\n{}", job.prompt),
    }
}

/// What the agent's file says of `key`.
fn said<'a>(job: &AgentJob<'a>, key: &str) -> Option<&'a Value> {
    job.agent?.keys.get(key)
}

/// Tools that the agent's file takes away from it.
fn disallowed(job: &AgentJob<'_>) -> Vec<String> {
    let names = said(job, "disallowedTools").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The model to name, if any: `inherit` is the agent's way to say none.
fn model<'a>(job: &AgentJob<'a>) -> Option<&'a str> {
    job.model.filter(|model| *model != "inherit")
}
