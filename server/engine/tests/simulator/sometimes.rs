//! Proof that the interesting cases occurred.

use std::collections::BTreeMap;
use std::fmt;

/// What has to occur among 10,000 seeds.
const EXPECTED: &[&str] = &[
    "a budget is raised",
    "a cancel",
    "a cancel that undoes",
    "a cancel while a run is undone",
    "a crash while a run is undone",
    "a failed try to undo is tried again",
    "a run is undone on request after its end",
    "three or more nodes are undone",
    "verdict compensated",
    "verdict compensation_failed",
    "a crash while a person is asked",
    "a person agrees",
    "a person says no",
    "an answer to what is not asked any more",
    "nobody answers in time",
    "a crash after the commit, before its effects",
    "a crash before the commit",
    "a crash of the whole machine that lost a tail",
    "a crash while a node is looked for",
    "a crash while a node waits for its next try",
    "a crash while an attempt is stopped",
    "a group failed",
    "a group succeeded with a tolerated failure",
    "a failure is tried again",
    "a fault of a closed runner does not count",
    "a cancel while a merge is under way",
    "a crash while a merge is under way",
    "a kill",
    "a limit is reached",
    "a lock is shared",
    "a merge",
    "a node and what follows it is done again",
    "a node cancelled alone",
    "a node failed as lost, three in a row",
    "a node succeeded after a retry",
    "a node is done again though its result is kept",
    "a node of the parent is taken over",
    "a node waits for a decision",
    "a node waits for a limit",
    "a node waits for a lock",
    "a pause",
    "a person decides",
    "a process ignores its stop",
    "a report from a former epoch",
    "a runner spends more than its cap",
    "a resume of a run that ended",
    "a resume of an orphan",
    "a resume that resets what was ready",
    "a run aborts",
    "a run stops",
    "a second cancel",
    "a spawn failed",
    "a template failed",
    "a time-out",
    "a time-out is tried again",
    "a timer that came too late",
    "an abort leaves an all_done node running",
    "an elder that waits for a lock is passed by one that is not in its way",
    "an earlier result is too old",
    "an earlier result is used",
    "an earlier result would be put over somebody's work",
    "an identity cannot be told",
    "an idle time-out",
    "an outcome adopted",
    "an unknown cost",
    "a runner fails too often in a row",
    "a runner fails when it is tried again",
    "all tries used up",
    "every slot taken",
    "money is reserved",
    "no money left",
    "no money left for a part",
    "no quota until a moment",
    "no quota, nobody says for how long",
    "no time left",
    "one node tries for quota",
    "quota again",
    "resume: never failed a node",
    "a DAG stops, and the run goes on",
    "a DAG within a DAG opens",
    "a barrier opens",
    "a barrier stands again",
    "a group grows",
    "a group grows anew, by other items",
    "a group grows anew, by the same items",
    "a group has no items",
    "a group within a DAG opens",
    "a node is done again alone",
    "an all_done node runs in a DAG that stops",
    "an item is gone",
    "another run has what a node needs",
    "arguments are bound in the run",
    "the time of a DAG is over",
    "verdict halted",
    "verdict cancelled",
    "what a node reads changed while it ran",
    "verdict failed",
    "verdict succeeded",
    "verdict succeeded after a resume",
];

/// Transitions that this version reaches; the rest of the table waits for later features.
const TRANSITIONS: &[&str] = &[
    "pending → ready",
    "pending → skipped",
    "pending → blocked",
    "pending → cancelled",
    "pending → failed",
    "pending → expanded",
    "ready → running",
    "ready → reused",
    "ready → blocked",
    "ready → cancelled",
    "ready → failed",
    "ready → pending",
    "ready → waiting_approval",
    "waiting_approval → succeeded",
    "waiting_approval → failed",
    "waiting_approval → blocked",
    "waiting_approval → cancelled",
    "waiting_approval → pending",
    "running → succeeded",
    "running → merging",
    "merging → succeeded",
    "merging → failed",
    "merging → merging",
    "lost → merging",
    "running → stopping",
    "running → failed",
    "running → retry_wait",
    "running → lost",
    "stopping → retry_wait",
    "running → ready",
    "stopping → failed",
    "stopping → cancelled",
    "retry_wait → ready",
    "retry_wait → failed",
    "retry_wait → cancelled",
    "retry_wait → pending",
    "lost → succeeded",
    "lost → retry_wait",
    "lost → failed",
    "lost → ready",
    "lost → waiting_decision",
    "waiting_decision → ready",
    "waiting_decision → succeeded",
    "waiting_decision → failed",
    "waiting_decision → cancelled",
    "waiting_decision → pending",
    "expanded → succeeded",
    "expanded → failed",
    "expanded → blocked",
    "expanded → skipped",
    "expanded → cancelled",
    "expanded → pending",
    "succeeded → pending",
    "reused → pending",
    "succeeded → compensating",
    "failed → compensating",
    "cancelled → compensating",
    "compensating → compensating",
    "compensating → compensated",
    "compensating → compensation_failed",
    "compensated → pending",
    "compensation_failed → compensating",
    "failed → pending",
    "cancelled → pending",
    "skipped → pending",
    "blocked → pending",
];

#[derive(Default)]
pub(crate) struct Sometimes {
    seen: BTreeMap<String, u64>,
    transitions: BTreeMap<String, u64>,
}

impl Sometimes {
    pub(crate) fn saw(&mut self, what: &str) {
        assert!(EXPECTED.contains(&what), "{what:?} is not in the list");
        *self.seen.entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn saw_transition(&mut self, from: &str, to: &str) {
        let plain = |state: &str| state.split('(').next().unwrap_or_default().to_owned();
        *self.transitions.entry(format!("{} → {}", plain(from), plain(to))).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, count) in &other.seen {
            *self.seen.entry(what.clone()).or_default() += count;
        }
        for (what, count) in &other.transitions {
            *self.transitions.entry(what.clone()).or_default() += count;
        }
    }

    pub(crate) fn assert_all(&self) {
        let missing: Vec<_> = EXPECTED.iter().filter(|what| !self.seen.contains_key(**what)).collect();
        assert!(missing.is_empty(), "never happened: {missing:?}");
        let missing: Vec<_> =
            TRANSITIONS.iter().filter(|what| !self.transitions.contains_key(**what)).collect();
        assert!(missing.is_empty(), "never taken: {missing:?}");
        let beyond: Vec<_> =
            self.transitions.keys().filter(|what| !TRANSITIONS.contains(&what.as_str())).collect();
        assert!(beyond.is_empty(), "taken, and not in the list: {beyond:?}");
    }
}

impl fmt::Display for Sometimes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in self.seen.iter().chain(&self.transitions) {
            writeln!(formatter, "{count:>8} × {what}")?;
        }
        Ok(())
    }
}
