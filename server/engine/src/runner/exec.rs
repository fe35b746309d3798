//! The runner `exec`: a program of the user's own. The protocol is described in `docs/guide/runners.md`.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use super::{AgentJob, Ending, Runner, RunnerProcess, RunnerVerdict};
use crate::event::Usage;
use crate::launch::{Outcome, StopStep, default_stop_sequence};

const AGENT_FILE: &str = "agent.md";
const SYSTEM_PROMPT_FILE: &str = "system-prompt.md";
const PROMPT_FILE: &str = "prompt.md";
/// What the program reports, in the attempt's folder.
pub(crate) const RESULT_FILE: &str = "result.json";

/// Bytes of a report that are read.
pub(crate) const REPORT_LIMIT: u64 = 4 * 1024 * 1024;

/// A program that gets agent and prompt as files and environment.
#[derive(Debug, Clone)]
pub struct Exec {
    command: Vec<String>,
}

impl Exec {
    /// `command`: program and arguments.
    pub const fn new(command: Vec<String>) -> Self {
        Self { command }
    }
}

/// What the program may write into `$DIVISI_RESULT_FILE`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExecReport {
    #[serde(default)]
    status: ReportedStatus,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    result: Option<String>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReportedStatus {
    #[default]
    Succeeded,
    Failed,
}

impl Runner for Exec {
    fn prepare(&self, job: &AgentJob<'_>) -> io::Result<RunnerProcess> {
        let file = |name: &str, text: &str| -> io::Result<String> {
            let path = job.dir.join(name);
            fs::write(&path, text)?;
            Ok(path.to_string_lossy().into_owned())
        };
        let mut env = vec![
            ("DIVISI_PROMPT_FILE".to_owned(), file(PROMPT_FILE, job.prompt)?),
            ("DIVISI_RESULT_FILE".to_owned(), job.dir.join(RESULT_FILE).to_string_lossy().into_owned()),
        ];
        if let Some(agent) = job.agent {
            env.push(("DIVISI_AGENT_NAME".to_owned(), agent.name.clone()));
            env.push(("DIVISI_AGENT_FILE".to_owned(), file(AGENT_FILE, &agent.text)?));
            env.push((
                "DIVISI_SYSTEM_PROMPT_FILE".to_owned(),
                file(SYSTEM_PROMPT_FILE, &agent.system_prompt)?,
            ));
        }
        if let Some(model) = job.model {
            env.push(("DIVISI_MODEL".to_owned(), model.to_owned()));
        }
        if let Some(tools) = job.tools {
            env.push(("DIVISI_TOOLS".to_owned(), tools.join(",")));
        }
        if let Some(turns) = job.max_turns {
            env.push(("DIVISI_MAX_TURNS".to_owned(), turns.to_string()));
        }
        if let Some(micro_usd) = job.max_micro_usd {
            env.push(("DIVISI_MAX_MICRO_USD".to_owned(), micro_usd.to_string()));
        }
        if let Some(tokens) = job.max_tokens {
            env.push(("DIVISI_MAX_TOKENS".to_owned(), tokens.to_string()));
        }
        let stdin = Some(job.dir.join(PROMPT_FILE));
        Ok(RunnerProcess { argv: self.command.clone(), env, stdin, stream: None })
    }

    fn stop_sequence(&self) -> Vec<StopStep> {
        default_stop_sequence()
    }

    fn classify(&self, dir: &Path, _outcome: &Outcome) -> RunnerVerdict {
        let path = dir.join(RESULT_FILE);
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return RunnerVerdict::default(),
            Ok(metadata) if metadata.is_file() && metadata.len() <= REPORT_LIMIT => {}
            _ => return unreadable("it is no regular file of 4 MiB at most"),
        }
        let report = fs::read(&path).map_err(|error| error.to_string());
        match report
            .and_then(|bytes| serde_json::from_slice::<ExecReport>(&bytes).map_err(|error| error.to_string()))
        {
            Ok(report) => verdict(report),
            Err(error) => unreadable(&error),
        }
    }
}

fn verdict(report: ExecReport) -> RunnerVerdict {
    let ending = match (report.status, report.error) {
        (ReportedStatus::Succeeded, None) => Ending::ByExitStatus,
        (_, Some(error)) => failed(error),
        (ReportedStatus::Failed, None) => failed("the runner reports a failure and no reason".to_owned()),
    };
    RunnerVerdict { ending, result: report.result, usage: report.usage, ..RunnerVerdict::default() }
}

fn unreadable(why: &str) -> RunnerVerdict {
    let ending = failed(format!("the runner's report in $DIVISI_RESULT_FILE cannot be read: {why}"));
    RunnerVerdict { ending, ..RunnerVerdict::default() }
}

const fn failed(detail: String) -> Ending {
    Ending::Failed { fault: None, detail }
}
