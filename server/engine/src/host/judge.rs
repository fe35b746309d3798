//! What an attempt's end amounts to: exit status, the runner's report, the outputs.

use std::collections::BTreeMap;
use std::fs;

use super::prepare::{Workshop, working_folder};
use super::sweep::sweep;
use crate::core::{AttemptOutcome, Outcome};
use crate::deceptive::is_deceptive;
use crate::event::{Evidence, FailKind, OutputValue};
use crate::launch;
use crate::logs::{Masker, read_log};
use crate::outputs::{Before, Made, OutputFault, ResultText, collect};
use crate::plan::{PlanNode, PlanWork};
use crate::run_folder::AttemptFolder;
use crate::runner::{RunnerVerdict, runner};

/// Characters of the log's last line that stand in an error.
const LAST_LINE_LIMIT: usize = 200;

impl Workshop<'_> {
    /// Judges an attempt from what is on disk: the same for one that ended just now and for one that a former host
    /// left behind.
    pub(super) fn judge(&self, node: usize, attempt: u32, end: &launch::Outcome) -> AttemptOutcome {
        let folder = self.attempt_folder(node, attempt);
        let Some(planned) = self.plan.nodes.get(node) else {
            return failed(FailKind::Runner, "the node is not in the plan".to_owned(), end, None);
        };
        let judged = self.judge_as_left(planned, &folder, end);
        // A run whose environment no longer gives the secrets cannot know them; it takes no outputs either.
        let secrets = self.secrets(planned).unwrap_or_default();
        without_secrets(judged, sweep(&folder, &secrets), &secrets)
    }

    fn judge_as_left(
        &self,
        planned: &PlanNode,
        folder: &AttemptFolder,
        end: &launch::Outcome,
    ) -> AttemptOutcome {
        let verdict = self.runner_verdict(planned, folder, end);
        let usage = verdict.usage.clone();
        if let Some(failure) = verdict.failure {
            return failed(FailKind::Runner, failure, end, usage);
        }
        if end.exit_code != Some(0) {
            return failed(FailKind::Exit, self.explain_exit(planned, folder, end), end, usage);
        }
        match self.outputs(planned, folder, end, verdict.result.as_deref()) {
            Ok(outputs) => AttemptOutcome {
                outcome: Outcome::Succeeded { outputs },
                evidence: Evidence { detail: remark(end), ..evidence(end, usage) },
            },
            Err(fault) => failed(fault.kind, fault.detail, end, usage),
        }
    }

    fn runner_verdict(
        &self,
        node: &PlanNode,
        folder: &AttemptFolder,
        end: &launch::Outcome,
    ) -> RunnerVerdict {
        let PlanWork::Agent { runner: name, .. } = &node.work else { return RunnerVerdict::default() };
        match self.plan.runners.get(name) {
            Some(definition) => runner(definition).classify(folder.path(), end),
            None => RunnerVerdict::default(),
        }
    }

    fn outputs(
        &self,
        node: &PlanNode,
        folder: &AttemptFolder,
        end: &launch::Outcome,
        result: Option<&str>,
    ) -> Result<BTreeMap<String, OutputValue>, OutputFault> {
        if node.outputs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let secrets =
            self.secrets(node).map_err(|detail| OutputFault { kind: FailKind::OutputInvalid, detail })?;
        let before: Before = fs::read(folder.before())
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default();
        let stdout = folder.stdout();
        let result = result.map_or(
            ResultText::Stdout { file: &stdout, bytes: end.stdout_bytes, masked: end.stdout_masked },
            ResultText::Runner,
        );
        collect(&Made {
            outputs: &node.outputs,
            dir: folder.outputs(),
            cwd: &working_folder(self.plan, node),
            before: &before,
            result,
            secrets: &secrets,
            blobs: &self.folder.blobs(),
        })
    }

    fn explain_exit(&self, node: &PlanNode, folder: &AttemptFolder, end: &launch::Outcome) -> String {
        let mut text = match (end.exit_code, end.signal) {
            (Some(code), _) => format!("exit status {code}"),
            (None, Some(signal)) => format!("ended by signal {signal}"),
            (None, None) => "its end is unknown: it hangs in the system and could not be killed".to_owned(),
        };
        if let Some(line) = last_line(folder) {
            text = format!("{text}: {line}");
        }
        let withheld = self.withheld(node);
        if !withheld.is_empty() {
            let names = withheld.join(", ");
            text = format!(
                "{text} (not passed on to it: {names}; declare them under `env` or in `run.pass_env`)"
            );
        }
        text
    }
}

/// The outcome as it may be journaled: what a runner says of its failure is as much its own text as its result.
fn without_secrets(mut judged: AttemptOutcome, swept: Option<String>, secrets: &[String]) -> AttemptOutcome {
    let evidence = &mut judged.evidence.detail;
    match &mut judged.outcome {
        Outcome::Failed { detail, .. } => {
            *detail = Masker::mask_text(secrets, detail);
            detail.extend(swept.iter().flat_map(|swept| ["; ", swept]));
        }
        Outcome::Succeeded { .. } => *evidence = joined(evidence.take(), swept),
    }
    judged
}

/// Two remarks as one.
fn joined(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one}; {other}")),
        (one, other) => one.or(other),
    }
}

fn failed(
    kind: FailKind,
    detail: String,
    end: &launch::Outcome,
    usage: Option<crate::event::Usage>,
) -> AttemptOutcome {
    AttemptOutcome { outcome: Outcome::Failed { kind, detail }, evidence: evidence(end, usage) }
}

fn evidence(end: &launch::Outcome, usage: Option<crate::event::Usage>) -> Evidence {
    Evidence {
        exit_code: end.exit_code,
        signal: end.signal,
        wall_ms: end.wall_ms,
        usage,
        detail: end.log_error.clone(),
    }
}

/// What a success leaves to say.
fn remark(end: &launch::Outcome) -> Option<String> {
    let left = match end.left_behind {
        0 => None,
        1 => Some("a process that it left behind was killed".to_owned()),
        count => Some(format!("{count} processes that it left behind were killed")),
    };
    joined(left, end.log_error.clone())
}

/// The last line that it printed, which is often the error.
fn last_line(folder: &AttemptFolder) -> Option<String> {
    let log = read_log(&folder.log()).ok()?;
    let tail = log.get(log.len().saturating_sub(4096)..)?;
    let text = String::from_utf8_lossy(tail);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().filter(|c| !is_deceptive(*c)).take(LAST_LINE_LIMIT).collect())
}
