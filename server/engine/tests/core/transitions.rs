//! ENGINE, section 3: the table of transitions, and what happens at one that it forbids.

use divisi_engine::amounts::Amounts;
use divisi_engine::core::transitions::is_allowed;
use divisi_engine::core::{apply, replay};
use divisi_engine::event::{EVENT_VERSION, Event, EventRecord, FailKind, NodeState, StopCause};

use crate::support::{Run, name, parse};

/// The table as ENGINE has it. `failed` without kinds means any; `reported` are the kinds that a launcher reports.
/// After `+` stands what this implementation adds (see `is_allowed`).
const TABLE: &str = "
    pending             → ready | skipped | blocked | cancelled | failed(expression) | expanded
    ready               → running | reused | waiting_approval | blocked | cancelled | failed(template) | failed(input) | failed(identity) + pending
    waiting_approval    → succeeded | failed(rejected) | failed(timed_out) | blocked | cancelled + pending
    running             → succeeded | merging | stopping(timed_out) | stopping(idle) | stopping(cancelled) | stopping(budget) | retry_wait | ready | reported | lost
    stopping(timed_out) → retry_wait | failed(timed_out) | lost
    stopping(idle)      → retry_wait | failed(idle) | lost
    stopping(cancelled) → cancelled | lost
    stopping(budget)    → failed(budget) | lost
    merging             → succeeded | failed(merge_conflict) | merging
    retry_wait          → ready | failed | cancelled | pending
    lost                → succeeded | merging | reported | retry_wait | cancelled | ready | waiting_decision | failed(lost)
    waiting_decision    → ready | succeeded | failed(marked) | cancelled | pending
    expanded            → succeeded | failed(children) | failed(timed_out) | blocked | skipped | cancelled + pending
    succeeded           → compensating | pending
    reused              → pending
    failed              → compensating | pending
    cancelled           → compensating | pending
    skipped             → pending
    blocked             → pending
    compensating        → compensated | compensation_failed | compensating
    compensated         → pending
    compensation_failed → compensating
";

const REPORTED: [&str; 6] =
    ["exit", "output_missing", "output_too_large", "output_invalid", "runner", "spawn"];

#[test]
fn the_table_is_the_table() {
    let states = all_states();
    let mut allowed = 0;
    for from in &states {
        for to in &states {
            let expected = is_in_table(&name(*from), &name(*to));
            assert_eq!(is_allowed(*from, *to), expected, "{} → {}", name(*from), name(*to));
            allowed += usize::from(expected);
        }
    }
    assert!(allowed > 100, "the table was read: {allowed}");
}

fn is_in_table(from: &str, to: &str) -> bool {
    let row = TABLE.lines().filter_map(|line| line.split_once('→')).find(|(left, _)| {
        let left = left.trim();
        left == from || (left == "failed" && from.starts_with("failed("))
    });
    let Some((_, right)) = row else { panic!("no row for {from}") };
    right.split(['|', '+']).map(str::trim).any(|cell| match cell {
        "failed" => to.starts_with("failed("),
        "reported" => REPORTED.iter().any(|kind| to == format!("failed({kind})")),
        cell => cell == to,
    })
}

fn all_states() -> Vec<NodeState> {
    use FailKind as K;
    let kinds = [
        K::Exit,
        K::TimedOut,
        K::Idle,
        K::OutputMissing,
        K::OutputTooLarge,
        K::OutputInvalid,
        K::Runner,
        K::Spawn,
        K::Expression,
        K::Template,
        K::Input,
        K::Identity,
        K::Budget,
        K::Lost,
        K::MergeConflict,
        K::Rejected,
        K::Marked,
        K::Children,
    ];
    let causes = [StopCause::TimedOut, StopCause::Idle, StopCause::Cancelled, StopCause::Budget];
    let plain = [
        NodeState::Pending,
        NodeState::Ready,
        NodeState::WaitingApproval,
        NodeState::Running,
        NodeState::Merging,
        NodeState::RetryWait,
        NodeState::Lost,
        NodeState::WaitingDecision,
        NodeState::Expanded,
        NodeState::Succeeded,
        NodeState::Reused,
        NodeState::Skipped,
        NodeState::Blocked,
        NodeState::Cancelled,
        NodeState::Compensating,
        NodeState::Compensated,
        NodeState::CompensationFailed,
    ];
    let failed = kinds.into_iter().map(|kind| NodeState::Failed { kind });
    let stopping = causes.into_iter().map(|cause| NodeState::Stopping { cause });
    plain.into_iter().chain(failed).chain(stopping).collect()
}

fn forbidden() -> EventRecord {
    let event = Event::NodeState {
        node: "a".to_owned(),
        state: NodeState::Succeeded,
        attempt: None,
        detail: None,
        outputs: std::collections::BTreeMap::new(),
    };
    EventRecord { v: EVENT_VERSION, run: "run".to_owned(), seq: 1, at: 0, critical: true, event }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "from Pending to Succeeded, which cannot be")]
fn a_forbidden_transition_panics_in_debug() {
    apply(&mut Run::planned(parse("a")).state, &forbidden());
}

#[test]
#[cfg(not(debug_assertions))]
fn a_forbidden_transition_is_refused_in_release() {
    let mut run = Run::planned(parse("a"));
    apply(&mut run.state, &forbidden());
    assert_eq!(run.state_of("a"), NodeState::Pending);
}

#[test]
fn a_journal_that_cannot_be_is_an_error() {
    let plan = std::sync::Arc::new(parse("a"));
    let fault = replay("run", plan.clone(), &[forbidden()]).unwrap_err();
    assert_eq!(fault.to_string(), "event 1 takes the node a from Pending to Succeeded, which cannot be");

    let mut late = forbidden();
    late.seq = 2;
    assert_eq!(
        replay("run", plan.clone(), &[late]).unwrap_err().to_string(),
        "event 2 follows event 0 in the journal"
    );

    let mut stranger = forbidden();
    stranger.event = Event::AttemptGranted { node: "b".to_owned(), attempt: 1, reserved: Amounts::default() };
    let fault = replay("run", plan.clone(), &[stranger.clone()]).unwrap_err();
    assert_eq!(fault.to_string(), "event 1 names the node b, which the plan does not have");

    stranger.event = Event::AttemptGranted { node: "a".to_owned(), attempt: 2, reserved: Amounts::default() };
    let fault = replay("run", plan.clone(), &[stranger.clone()]).unwrap_err();
    assert_eq!(fault.to_string(), "event 1 speaks of attempt 2 of the node a, which it cannot be in");

    let mut first = stranger.clone();
    first.event = Event::AttemptGranted { node: "a".to_owned(), attempt: 1, reserved: Amounts::default() };
    stranger.seq = 2;
    let fault = replay("run", plan, &[first, stranger]).unwrap_err();
    let two_at_once = "event 2 speaks of attempt 2 of the node a, which it cannot be in";
    assert_eq!(fault.to_string(), two_at_once);
}

#[test]
fn a_plan_that_cannot_be_is_an_error() {
    use divisi_engine::core::State;
    let fault = |edit: fn(&mut divisi_engine::plan::StoredPlan)| {
        let mut plan = parse("a\ng: group(c)\nc\nb <- a");
        edit(&mut plan);
        State::new("run", std::sync::Arc::new(plan)).unwrap_err().to_string()
    };
    assert_eq!(
        fault(|plan| plan.nodes[3].dependencies.push(9)),
        "node b of the stored plan refers to a node that is not there"
    );
    assert_eq!(fault(|plan| plan.nodes[3].path = "a".to_owned()), "the stored plan names a twice");
    assert_eq!(
        fault(|plan| plan.nodes[2].group = None),
        "the group of c and its instances do not agree in the stored plan"
    );
    assert_eq!(
        fault(|plan| plan.nodes[0].dependencies.push(3)),
        "nodes of the stored plan wait for each other: a is one of them"
    );
    assert_eq!(
        fault(|plan| plan.nodes[2].dependencies.push(1)),
        "nodes of the stored plan wait for each other: c is one of them",
        "an instance that waits for its own group"
    );
}
