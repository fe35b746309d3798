//! What an attempt's end amounts to: exit status, the runner's report, the outputs.

use std::collections::BTreeMap;
use std::fs;

use super::prepare::Workshop;
use super::sweep::sweep;
use crate::core::{AttemptOutcome, Outcome};
use crate::deceptive::is_deceptive;
use crate::event::{Evidence, FailKind, OutputValue, RunnerFault};
use crate::launch;
use crate::logs::{Masker, read_log};
use crate::outputs::{Before, Made, OutputFault, ResultText, collect};
use crate::plan::{PlanNode, PlanWork};
use crate::run_folder::AttemptFolder;
use crate::runner::{Ending, RunnerVerdict, runner};

/// Characters of the log's last line that stand in an error.
const LAST_LINE_LIMIT: usize = 200;

impl Workshop<'_> {
    /// Judges an attempt from what is on disk: the same for one that ended just now and for one that a former host
    /// left behind.
    pub(super) fn judge(
        &self,
        node: usize,
        attempt: u32,
        undoes: bool,
        end: &launch::Outcome,
    ) -> AttemptOutcome {
        let folder = self.attempt_folder(node, attempt);
        let Some(planned) = self.plan.nodes.get(node) else {
            let evidence = evidence(end, &RunnerVerdict::default());
            return failed(FailKind::Runner, "the node is not in the plan".to_owned(), evidence);
        };
        let planned = planned.executed(undoes);
        let planned = planned.as_ref();
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
        let evidence = evidence(end, &verdict);
        match &verdict.ending {
            Ending::Failed { fault, detail } => return reported(*fault, detail, evidence, folder),
            Ending::OutOfQuota { detail, resets_at } => {
                let outcome = Outcome::Interrupted { detail: detail.clone(), resets_at: *resets_at };
                let evidence = Evidence { fault: Some(RunnerFault::Quota), ..evidence };
                return AttemptOutcome { outcome, evidence };
            }
            Ending::ByExitStatus if end.exit_code != Some(0) => {
                return failed(FailKind::Exit, self.explain_exit(planned, folder, end), evidence);
            }
            Ending::ByExitStatus | Ending::Succeeded => {}
        }
        match self.outputs(planned, folder, end, &verdict) {
            Ok(outputs) => {
                let detail = joined(remark(end), denials(&verdict.denied));
                AttemptOutcome {
                    outcome: Outcome::Succeeded { outputs },
                    evidence: Evidence { detail, ..evidence },
                }
            }
            Err(fault) => failed(fault.kind, fault.detail, evidence),
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
        verdict: &RunnerVerdict,
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
        let result = match &verdict.result {
            _ if verdict.holds_secret => ResultText::Secret,
            Some(text) => ResultText::Runner(text),
            None if verdict.ending == Ending::Succeeded => ResultText::Nothing,
            None => ResultText::Stdout { file: &stdout, bytes: end.stdout_bytes, masked: end.stdout_masked },
        };
        collect(&Made {
            outputs: &node.outputs,
            dir: folder.outputs(),
            cwd: &self.working_folder(node, folder),
            before: &before,
            result,
            structured: verdict.structured.as_ref().filter(|_| !verdict.holds_secret),
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
        Outcome::Failed { detail, .. } | Outcome::Interrupted { detail, .. } => {
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

fn failed(kind: FailKind, detail: String, evidence: Evidence) -> AttemptOutcome {
    AttemptOutcome { outcome: Outcome::Failed { kind, detail }, evidence }
}

/// A failure that the runner reports. Where its program broke off, what it printed last says more than we can.
fn reported(
    fault: Option<RunnerFault>,
    detail: &str,
    evidence: Evidence,
    folder: &AttemptFolder,
) -> AttemptOutcome {
    let kind = if fault == Some(RunnerFault::Budget) { FailKind::Budget } else { FailKind::Runner };
    let last = last_line(folder).filter(|_| fault == Some(RunnerFault::BrokeOff));
    let detail = last.map_or_else(|| detail.to_owned(), |last| format!("{detail}: {last}"));
    failed(kind, detail, Evidence { fault, ..evidence })
}

fn evidence(end: &launch::Outcome, verdict: &RunnerVerdict) -> Evidence {
    Evidence {
        exit_code: end.exit_code,
        signal: end.signal,
        wall_ms: end.wall_ms,
        usage: verdict.usage.clone(),
        session: verdict.session.clone(),
        denied: verdict.denied.clone(),
        fault: None,
        result: None,
        detail: end.log_error.clone(),
    }
}

/// What was refused to an agent that succeeded all the same: `refused: 2 × Bash`.
fn denials(denied: &[String]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tool in denied {
        *counts.entry(tool).or_default() += 1;
    }
    let texts = counts.into_iter().map(|(tool, count)| match count {
        1 => tool.to_owned(),
        count => format!("{count} × {tool}"),
    });
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| format!("refused: {}", texts.join(", ")))
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
