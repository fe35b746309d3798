//! What must be true of a run that was killed many times and has ended: by its journal, and by what its commands wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use divisi_engine::event::{AttemptEnd, Event, EventRecord, NodeState};
use divisi_engine::journal::Reader;
use divisi_engine::plan::StoredPlan;
use divisi_model::ResumePolicy;

use crate::bench::{Bench, await_that};
use crate::invariants::Invariants;

type Attempt = (String, u32);

pub(crate) fn judge(bench: &Bench) {
    let records = bench.events();
    let plan = Arc::new(bench.runs.plan(&bench.run).unwrap());
    let state = Invariants::check(&bench.run, &plan, &records);
    for (index, node) in plan.nodes.iter().enumerate() {
        assert_eq!(state.node(index).unwrap().state(), NodeState::Succeeded, "{}", node.path);
    }
    ran_as_journaled(&records, &Witness::read(bench));
    not_repeated_against_its_policy(&plan, &records);
    await_that("the death of every process of the run", || bench.survivors().is_empty());
    let reader = Reader::open(&bench.root().join(".divisi/runs").join(&bench.run)).unwrap();
    assert!(!reader.is_owned(), "nobody holds the run");
}

/// What the commands themselves wrote.
struct Witness {
    begun: BTreeMap<Attempt, u32>,
    done: BTreeSet<Attempt>,
}

impl Witness {
    fn read(bench: &Bench) -> Self {
        let mut witness = Self { begun: BTreeMap::new(), done: BTreeSet::new() };
        for line in bench.read("witness").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let attempt = (words[1].to_owned(), words[2].parse().unwrap());
            match words[0] {
                "begin" => *witness.begun.entry(attempt).or_default() += 1,
                _ => drop(witness.done.insert(attempt)),
            }
        }
        witness
    }
}

/// An attempt runs once, only after its grant was journaled; one that the journal calls a success has done its work;
/// and a node that has succeeded never runs again.
fn ran_as_journaled(records: &[EventRecord], witness: &Witness) {
    let mut granted = BTreeSet::new();
    let mut succeeded = BTreeMap::new();
    for record in records {
        match &record.event {
            Event::AttemptGranted { node, attempt, .. } => drop(granted.insert((node.clone(), *attempt))),
            Event::AttemptEnded { node, attempt, end: AttemptEnd::Succeeded, .. } => {
                assert_eq!(succeeded.insert(node.clone(), *attempt), None, "{node} succeeded twice");
            }
            _ => {}
        }
    }
    for (attempt, times) in &witness.begun {
        assert_eq!(*times, 1, "{attempt:?} ran more than once");
        assert!(granted.contains(attempt), "{attempt:?} ran without a grant");
        assert!(attempt.1 <= succeeded[&attempt.0], "{attempt:?} ran after {} had succeeded", attempt.0);
    }
    for attempt in succeeded {
        assert!(witness.begun.contains_key(&attempt), "{attempt:?} succeeded and never ran");
        assert!(witness.done.contains(&attempt), "{attempt:?} succeeded before its work was done");
    }
}

/// A node with `resume: never` is not ready again because its attempt was lost: somebody has to resume the run that it
/// failed. (Where the guard had written down how the attempt ended, that counts, and may be tried again.)
fn not_repeated_against_its_policy(plan: &StoredPlan, records: &[EventRecord]) {
    let never =
        |path: &str| plan.nodes.iter().any(|node| node.path == path && node.resume == ResumePolicy::Never);
    let mut lost = BTreeSet::new();
    for record in records {
        let Event::NodeState { node, state, .. } = &record.event else { continue };
        match state {
            NodeState::Lost => drop(lost.insert(node)),
            _ if lost.remove(node) && never(node) => {
                assert_ne!(*state, NodeState::Ready, "{node} was lost and is run again");
            }
            _ => {}
        }
    }
}
