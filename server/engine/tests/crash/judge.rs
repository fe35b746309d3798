//! What must be true of a run that was killed many times and has ended: by its journal, by what its commands wrote, and by
//! what is left of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use divisi_engine::event::{AttemptEnd, Event, EventRecord, FailKind, NodeState};
use divisi_engine::plan::{PlanNode, StoredPlan};
use divisi_model::ResumePolicy;

use crate::bench::Bench;
use crate::invariants::Invariants;
use crate::remains;
use crate::trial::Kind;

/// The node's path, and whether it is undone.
type Work = (String, bool);

pub(crate) fn judge(bench: &Bench, kind: Kind, count: usize, crash: &Path) {
    let records = bench.events();
    let plan = Arc::new(bench.runs.plan(&bench.run).unwrap());
    let state = Invariants::check(&bench.run, &plan, &records);
    for (index, node) in plan.nodes.iter().enumerate() {
        let found = state.node(index).unwrap().state();
        assert_eq!(found, expected(kind, node), "{}", node.path);
    }
    ran_as_journaled(&records, &Witness::read(bench));
    not_repeated_against_its_policy(&plan, &records);
    remains::judge(bench, kind, count, crash);
}

/// How a node must have ended.
fn expected(kind: Kind, node: &PlanNode) -> NodeState {
    match kind {
        Kind::Undone if node.path == "last" => NodeState::Failed { kind: FailKind::Exit },
        Kind::Undone if node.compensate.is_some() => NodeState::Compensated,
        Kind::Reused if remains::is_unchanged(&node.path) => NodeState::Reused,
        _ => NodeState::Succeeded,
    }
}

/// What the commands themselves wrote, by attempt.
struct Witness {
    begun: BTreeMap<(Work, u32), u32>,
    done: BTreeSet<(Work, u32)>,
}

impl Witness {
    fn read(bench: &Bench) -> Self {
        let mut witness = Self { begun: BTreeMap::new(), done: BTreeSet::new() };
        for line in bench.read("witness").lines() {
            let [word, node, attempt] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let undoes = word.ends_with("-undo");
            let attempt = ((node.to_owned(), undoes), attempt.parse().unwrap());
            if word.starts_with("begin") {
                *witness.begun.entry(attempt).or_default() += 1;
            } else {
                witness.done.insert(attempt);
            }
        }
        witness
    }
}

/// An attempt runs once, only after its grant was journaled; one that the journal calls a success has done its work;
/// and a node that has succeeded never runs again, nor is one undone again that was.
fn ran_as_journaled(records: &[EventRecord], witness: &Witness) {
    let mut granted: BTreeSet<(Work, u32)> = BTreeSet::new();
    let mut succeeded: BTreeMap<Work, u32> = BTreeMap::new();
    let mut undoes = false;
    for record in records {
        match &record.event {
            Event::CompensationStarted { .. } => undoes = true,
            Event::AttemptGranted { node, attempt, .. } => {
                granted.insert(((node.clone(), undoes), *attempt));
            }
            Event::AttemptEnded { node, attempt, end: AttemptEnd::Succeeded, .. } => {
                let earlier = succeeded.insert((node.clone(), undoes), *attempt);
                assert_eq!(earlier, None, "{node} succeeded twice");
            }
            _ => {}
        }
    }
    for (attempt, times) in &witness.begun {
        assert_eq!(*times, 1, "{attempt:?} ran more than once");
        assert!(granted.contains(attempt), "{attempt:?} ran without a grant");
        let last = succeeded.get(&attempt.0);
        assert!(last.is_none_or(|last| attempt.1 <= *last), "{attempt:?} ran after its success");
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
