//! What is to be started, in full.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Environment variable that marks every process of an attempt: `RUN-TOKEN/NODE.ATTEMPT`.
pub const TOKEN_VARIABLE: &str = "DIVISI_TOKEN";

/// A program, ready to start. It holds secrets: it goes through the pipe to the guard and is never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSpec {
    /// Program and arguments; the program is looked up in the `PATH` of [`ProcessSpec::env`].
    pub argv: Vec<String>,
    /// Absolute folder in which it runs.
    pub cwd: PathBuf,
    /// Its whole environment, [`TOKEN_VARIABLE`] included.
    pub env: Vec<(String, String)>,
    /// A file that it reads as standard input; none means an empty one.
    pub stdin: Option<PathBuf>,
    /// The attempt's folder: `log` and `stdout` are written there. It is made when there is something to write.
    pub dir: PathBuf,
    /// The run's file of outcomes.
    pub outcomes: PathBuf,
    /// The value of [`TOKEN_VARIABLE`].
    pub token: String,
    /// Masked in everything it prints.
    pub secrets: Vec<String>,
    /// After how long without a byte it counts as idle.
    pub idle_ms: Option<u64>,
    /// How it is asked to stop; after the last step the whole tree is killed.
    pub stop: Vec<StopStep>,
    /// Where the jobserver's pipes stand; none where builds are left to themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<PathBuf>,
    /// Of an agent's program: how what it prints is understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<AgentStream>,
}

/// What an agent's program speaks on its standard streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "speaks", rename_all = "snake_case")]
pub enum AgentStream {
    /// `claude --output-format stream-json`.
    Claude,
    /// `codex exec --json`.
    Codex,
    /// `gemini -o stream-json`.
    Gemini,
    /// `opencode run --format json`.
    Opencode,
    /// The Agent Client Protocol, both ways.
    Acp {
        /// Absolute folder of the conversation.
        cwd: PathBuf,
        /// What the agent is asked.
        prompt: String,
        /// Kinds of tool calls that are allowed, in the protocol's words.
        allowed: Vec<String>,
    },
}

impl AgentStream {
    /// Whether it is spoken to while it runs.
    pub(crate) const fn is_a_conversation(&self) -> bool {
        matches!(self, Self::Acp { .. })
    }
}

/// One step of a stop sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopStep {
    /// Sent to the process group.
    pub signal: Signal,
    /// How long to wait before the next step.
    pub grace: Duration,
}

/// A signal that asks a program to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    /// `SIGINT`.
    Interrupt,
    /// `SIGTERM`.
    Terminate,
    /// None: the word that its protocol has for it was written to its standard input.
    Word,
}

/// `SIGTERM`, then five seconds.
pub fn default_stop_sequence() -> Vec<StopStep> {
    vec![StopStep { signal: Signal::Terminate, grace: Duration::from_secs(5) }]
}
