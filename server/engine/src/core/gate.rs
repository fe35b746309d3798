//! Runners whose service gives no more for now, or that fail by themselves (ENGINE, section 4): no node of theirs starts
//! before they may be used again, all others go on.

use super::draft::Draft;
use super::effect::{Effect, TimerId};
use super::state::State;
use crate::event::{ClosedBy, Event};

/// Minutes after which one node tries whether there is some again, where nobody said when.
const PROBES: [i64; 6] = [1, 2, 4, 8, 16, 30];

const MINUTE_MS: i64 = 60_000;

/// What keeps the nodes of a runner from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Nothing starts.
    Closed {
        /// When that changes, milliseconds since the epoch.
        until: i64,
        /// How often in a row it was closed.
        closures: u32,
        /// Whether the service named that moment: then it is open for all. Else one node probes.
        is_known: bool,
        /// Why.
        by: ClosedBy,
    },
    /// One node at a time.
    Probing {
        /// How often in a row it was closed.
        closures: u32,
        /// Why.
        by: ClosedBy,
    },
}

impl Gate {
    /// The same, as far as one node may try it.
    pub(crate) const fn probing(self) -> Self {
        match self {
            Self::Closed { closures, by, .. } | Self::Probing { closures, by } => {
                Self::Probing { closures, by }
            }
        }
    }
}

impl State {
    /// Index of the runner that executes `node`; none for what is no agent.
    pub(crate) fn runner_of(&self, node: usize) -> Option<usize> {
        if self.undo.is_some() {
            return self.undoing_runner(node);
        }
        self.graph.demand(node).runner
    }

    /// Whether a runner gives nothing, not even to one node.
    pub(crate) fn is_runner_closed(&self, runner: usize) -> bool {
        matches!(self.gates.get(&runner), Some(Gate::Closed { .. }))
    }

    /// Whether a runner lets another of its nodes start.
    pub(crate) fn is_runner_open(&self, runner: usize) -> bool {
        match self.gates.get(&runner) {
            None => true,
            Some(Gate::Closed { .. }) => false,
            Some(Gate::Probing { .. }) => !self.live.iter().any(|live| self.runner_of(*live) == Some(runner)),
        }
    }

    fn runner_name(&self, runner: usize) -> Option<String> {
        self.plan.runners.keys().nth(runner).cloned()
    }
}

impl Draft<'_> {
    /// An attempt of `node` found that its runner cannot be used for now.
    pub(super) fn close_runner(&mut self, node: usize, detail: &str, resets_at: Option<i64>, by: ClosedBy) {
        let Some(runner) = self.state().runner_of(node) else { return };
        let named = resets_at.filter(|at| *at > self.now_ms());
        let (closures, current) = match self.state().gates.get(&runner) {
            None => (1, None),
            Some(Gate::Probing { closures, .. }) => (closures.saturating_add(1), None),
            // Its other attempts find the same; that is no news but for a later moment.
            Some(Gate::Closed { until, closures, .. }) => (*closures, Some(*until)),
        };
        let until = named.unwrap_or_else(|| self.now_ms().saturating_add(probe_after(closures)));
        if current.is_some_and(|current| named.is_none() || until <= current) {
            return;
        }
        let Some(name) = self.state().runner_name(runner) else { return };
        self.emit(Event::RunnerClosed {
            runner: name,
            until,
            closures,
            is_known: named.is_some(),
            by,
            detail: detail.to_owned(),
        });
        self.set_opening(runner, until);
    }

    /// An attempt of `node` ended by itself and not for want of quota.
    pub(super) fn prove_runner(&mut self, node: usize) {
        let Some(runner) = self.state().runner_of(node) else { return };
        if matches!(self.state().gates.get(&runner), Some(Gate::Probing { .. })) {
            self.open(runner, false);
        }
    }

    /// A timer of [`TimerId::RunnerOpens`] fired.
    pub(super) fn opening_is_due(&mut self, runner: usize, generation: u64) {
        let Some(Gate::Closed { until, is_known, .. }) = self.state().gates.get(&runner).copied() else {
            return;
        };
        if generation_of(until) == generation {
            self.open(runner, !is_known);
        }
    }

    /// Sets the timers of a former host again.
    pub(super) fn set_openings(&mut self) {
        for (runner, until) in self.closed() {
            self.set_opening(runner, until);
        }
    }

    /// Nobody waits for these moments any more: the run is over, or is resumed and tries at once.
    pub(super) fn cancel_openings(&mut self) {
        for (runner, until) in self.closed() {
            let timer = TimerId::RunnerOpens { runner };
            self.perform(Effect::CancelTimer { timer, generation: generation_of(until) });
        }
    }

    fn open(&mut self, runner: usize, probing: bool) {
        if let Some(name) = self.state().runner_name(runner) {
            self.emit(Event::RunnerOpened { runner: name, probing });
        }
    }

    fn closed(&self) -> Vec<(usize, i64)> {
        let gates = self.state().gates.iter();
        gates
            .filter_map(|(runner, gate)| match gate {
                Gate::Closed { until, .. } => Some((*runner, *until)),
                Gate::Probing { .. } => None,
            })
            .collect()
    }

    fn set_opening(&mut self, runner: usize, until: i64) {
        let after_ms = u64::try_from(until.saturating_sub(self.now_ms())).unwrap_or(0);
        let timer = TimerId::RunnerOpens { runner };
        self.perform(Effect::SetTimer { timer, generation: generation_of(until), after_ms });
    }
}

fn probe_after(closures: u32) -> i64 {
    let index = usize::try_from(closures.saturating_sub(1)).unwrap_or(usize::MAX);
    PROBES.get(index).or(PROBES.last()).copied().unwrap_or(1) * MINUTE_MS
}

/// A moment is a generation: a runner that is closed anew is closed until another one.
fn generation_of(until: i64) -> u64 {
    u64::try_from(until).unwrap_or(0)
}
