//! Runners that fail by themselves, whatever they are given to do (ENGINE, section 4): after several such failures in a
//! row a runner is closed, as for want of quota, and one node tries whether it works again. The other runners' nodes go
//! on.

use super::draft::Draft;
use super::gate::Gate;
use super::state::State;
use crate::event::{AttemptEnd, ClosedBy, Evidence, FailKind, RunnerFault};

/// Faults in a row, of whatever attempts, that close a runner.
const FAULTS: u32 = 3;

/// Closures in a row after which it is closed no more: an hour has gone by, and a run shall come to an end. Its faults
/// count then as any failure does, until an attempt shows that it works.
const CLOSURES: u32 = 6;

/// Whether an attempt failed by its runner and not by its task, as the runner says in a structured field.
fn is_runner_fault(kind: FailKind, evidence: &Evidence) -> bool {
    let is_of_runner =
        |fault| matches!(fault, RunnerFault::Auth | RunnerFault::Service | RunnerFault::BrokeOff);
    match kind {
        FailKind::Spawn => true,
        FailKind::Runner => evidence.fault.is_some_and(is_of_runner),
        _ => false,
    }
}

/// Counts the faults in a row of the runner of `node`. What was stopped, lost or does not count says nothing about it.
pub(super) fn count_fault(state: &mut State, node: usize, end: AttemptEnd, evidence: &Evidence) {
    let Some(runner) = state.runner_of(node) else { return };
    match end {
        AttemptEnd::Failed { kind } if is_runner_fault(kind, evidence) => {
            let faults = state.faults.entry(runner).or_default();
            *faults = faults.saturating_add(1);
        }
        AttemptEnd::Failed { kind: FailKind::Budget } => {}
        AttemptEnd::Succeeded | AttemptEnd::Failed { .. } => drop(state.faults.remove(&runner)),
        AttemptEnd::TimedOut
        | AttemptEnd::Idle
        | AttemptEnd::Cancelled
        | AttemptEnd::Interrupted
        | AttemptEnd::Lost => {}
    }
}

impl Draft<'_> {
    /// Whether this failure of the live attempt of `node` counts as no try: it is the runner's, and the runner was
    /// closed meanwhile, or the attempt is the one that tries it.
    pub(super) fn is_excused(&self, node: usize, kind: FailKind, evidence: &Evidence) -> bool {
        let gate = self.state().runner_of(node).and_then(|runner| self.state().gates.get(&runner));
        let excuses = match gate {
            Some(Gate::Closed { .. }) => true,
            Some(Gate::Probing { closures, by: ClosedBy::Faults }) => *closures < CLOSURES,
            Some(Gate::Probing { by: ClosedBy::Quota, .. }) | None => false,
        };
        excuses && is_runner_fault(kind, evidence)
    }

    /// An attempt of `node` ended by itself in a failure that counts. One fault too many closes its runner.
    pub(super) fn judge_runner(&mut self, node: usize, detail: &str) {
        self.prove_runner(node);
        let faults = self.state().runner_of(node).and_then(|runner| self.state().faults.get(&runner));
        if faults == Some(&FAULTS) {
            self.close_runner(node, detail, None, ClosedBy::Faults);
        }
    }
}
