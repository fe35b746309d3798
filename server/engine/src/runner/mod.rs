//! How an agent node becomes a program. Each runner has its own way to hand the agent over, its own stop sequence, and
//! its own structured outcome; nothing is ever read from the text that an agent prints.

mod exec;

use std::io;
use std::path::{Path, PathBuf};

use divisi_workspace::RunnerDefinition;
use divisi_workspace::settings::RunnerKind;

use crate::event::Usage;
use crate::launch::{Outcome, StopStep};
use crate::plan::PlanAgent;

pub use exec::Exec;
pub(crate) use exec::{REPORT_LIMIT, RESULT_FILE};

/// An agent node, ready to be handed over.
#[derive(Debug, Clone, Copy)]
pub struct AgentJob<'a> {
    /// The agent.
    pub agent: &'a PlanAgent,
    /// The rendered prompt.
    pub prompt: &'a str,
    /// The node's model, else the agent's.
    pub model: Option<&'a str>,
    /// The node's tools, else the agent's; none means all.
    pub tools: Option<&'a [String]>,
    /// `max_turns`.
    pub max_turns: Option<u32>,
    /// The attempt's folder: files for the runner go there.
    pub dir: &'a Path,
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
}

/// What a runner's own report says of an attempt that is over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunnerVerdict {
    /// The agent's last text; none means: its standard output.
    pub result: Option<String>,
    /// Why it counts as failed, whatever its exit status.
    pub failure: Option<String>,
    /// Tokens and cost.
    pub usage: Option<Usage>,
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

    /// Reads its report from the attempt's folder.
    fn classify(&self, dir: &Path, outcome: &Outcome) -> RunnerVerdict;
}

/// The runner that a definition asks for.
pub fn runner(definition: &RunnerDefinition) -> Box<dyn Runner> {
    match definition.kind {
        RunnerKind::Exec => Box::new(Exec::new(definition.command.clone())),
    }
}
