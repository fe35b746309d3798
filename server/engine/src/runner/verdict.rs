//! An agent's report and its program's end → how the attempt ended.

use super::{Ending, RunnerVerdict};
use crate::event::RunnerFault;
use crate::launch::Outcome;

/// By the program's last word; its exit status counts only where there was none, and then it is a failure whatever it
/// is: a program that is content with itself and gave no answer did not do its work.
pub(super) fn verdict(program: &str, outcome: &Outcome) -> RunnerVerdict {
    let Some(report) = &outcome.agent else {
        return RunnerVerdict { ending: broke_off(program, outcome), ..RunnerVerdict::default() };
    };
    let ending = match &report.failure {
        Some(failure) if failure.fault == RunnerFault::Quota => {
            Ending::OutOfQuota { detail: failure.detail.clone(), resets_at: failure.resets_at }
        }
        Some(failure) => Ending::Failed { fault: Some(failure.fault), detail: failure.detail.clone() },
        None if report.is_complete => Ending::Succeeded,
        None => broke_off(program, outcome),
    };
    RunnerVerdict {
        ending,
        result: report.result.clone(),
        structured: report.structured.clone(),
        holds_secret: report.holds_secret,
        usage: report.usage.clone(),
        session: report.session.clone(),
        denied: report.denied.clone(),
    }
}

fn broke_off(program: &str, outcome: &Outcome) -> Ending {
    let how = match (outcome.exit_code, outcome.signal) {
        (Some(code), _) => format!("with exit status {code}"),
        (None, Some(signal)) => format!("by signal {signal}"),
        (None, None) => "somehow".to_owned(),
    };
    let detail = format!("{program} ended {how} before it gave a result");
    Ending::Failed { fault: Some(RunnerFault::BrokeOff), detail }
}
