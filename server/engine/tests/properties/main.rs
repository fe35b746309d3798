//! The scheduler core against a naive one that rescans everything, and against replay.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod reference;

use divisi_engine::core::replay;
use divisi_engine::event::{NodeState, Request};
use divisi_engine::plan::{PlanWork, StoredPlan};
use divisi_model::OnFailure;
use proptest::prelude::*;
use proptest::sample::Index;

use reference::Reference;
use support::{Run, name, node, plan, retry, rule};

/// A node to be: what it waits for is taken from the nodes before it.
#[derive(Debug, Clone)]
struct Spec {
    dependencies: Vec<Index>,
    rule: &'static str,
    is_tolerant: bool,
    when: Option<&'static str>,
    succeeds: bool,
    /// Attempts that fail before one ends as `succeeds` says, and how many there may be.
    failures: u32,
    attempts: u32,
    priority: i64,
    /// Of a group: whether each instance succeeds.
    instances: Option<Vec<bool>>,
}

/// A plan, who succeeds in it, and in which order attempts end.
#[derive(Debug, Clone)]
struct Scenario {
    plan: StoredPlan,
    succeeds: Vec<bool>,
    failures: Vec<u32>,
    ends: Vec<Index>,
    cancel_after: Option<usize>,
}

fn spec() -> impl Strategy<Value = Spec> {
    let rules = ["all_success", "none_failed", "none_failed_min_one_success", "one_success", "all_done"];
    (
        prop::collection::vec(any::<Index>(), 0..3),
        prop::sample::select(rules.to_vec()),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, prop::sample::select(vec!["true", "false", "error"])),
        prop::bool::weighted(0.7),
        (0..3_u32, 1..4_u32),
        -1..2_i64,
        prop::option::weighted(0.15, prop::collection::vec(prop::bool::weighted(0.8), 0..4)),
    )
        .prop_map(
            |(dependencies, rule, is_tolerant, when, succeeds, (failures, attempts), priority, instances)| {
                Spec {
                    dependencies,
                    rule,
                    is_tolerant,
                    when,
                    succeeds,
                    failures,
                    attempts,
                    priority,
                    instances,
                }
            },
        )
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let on_failure = prop::sample::select(vec![OnFailure::Stop, OnFailure::Abort, OnFailure::Continue]);
    (
        prop::collection::vec(spec(), 1..10),
        on_failure,
        1..4_u32,
        prop::collection::vec(any::<Index>(), 256),
        prop::option::weighted(0.2, 0..6_usize),
    )
        .prop_map(|(specs, on_failure, max_parallel, ends, cancel_after)| {
            let (mut plan, succeeds, failures) = build(&specs, on_failure);
            plan.max_parallel = max_parallel;
            plan.on_failure = on_failure;
            Scenario { plan, succeeds, failures, ends, cancel_after }
        })
}

fn build(specs: &[Spec], on_failure: OnFailure) -> (StoredPlan, Vec<bool>, Vec<u32>) {
    let (mut nodes, mut succeeds, mut failures, mut outer) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, spec) in specs.iter().enumerate() {
        let at = nodes.len();
        let mut made = node(&format!("n{number}"));
        if !outer.is_empty() {
            made.dependencies = spec.dependencies.iter().map(|index| *index.get(&outer)).collect();
        }
        made.rule = rule(spec.rule);
        made.priority = spec.priority;
        // A condition that cannot be evaluated ends a node in the middle of a cascade. Whether a neighbour was looked
        // at before is nobody's business, so only a run that goes on after failures has one here.
        let when = spec.when.filter(|when| *when != "error" || on_failure == OnFailure::Continue);
        made.when = when.map(str::to_owned);
        made.continue_on_error = spec.is_tolerant;
        made.retry = (spec.attempts > 1).then(|| retry(&spec.attempts.to_string()));
        nodes.push(made);
        succeeds.push(spec.succeeds);
        failures.push(spec.failures);
        outer.push(at);
        let Some(instances) = &spec.instances else { continue };
        for (item, instance_succeeds) in instances.iter().enumerate() {
            let mut child = node(&format!("n{number}[{item}]"));
            child.group = Some(at);
            child.continue_on_error = spec.is_tolerant;
            child.retry = (spec.attempts > 1).then(|| retry(&spec.attempts.to_string()));
            nodes.push(child);
            failures.push(spec.failures);
            succeeds.push(*instance_succeeds);
        }
        nodes[at].continue_on_error = false;
        nodes[at].retry = None;
        nodes[at].work = PlanWork::Group { children: (at + 1..nodes.len()).collect() };
    }
    (plan(nodes), succeeds, failures)
}

/// The core's final states, and the run.
fn run(scenario: &Scenario) -> Run {
    let mut run = Run::started(scenario.plan.clone());
    for (step, end) in scenario.ends.iter().enumerate() {
        if scenario.cancel_after == Some(step) {
            run.request(Request::Cancel);
        }
        let moves = |node: &usize| {
            let state = run.state.node(*node).unwrap().state();
            state.is_live() || state == NodeState::RetryWait
        };
        let moving: Vec<usize> = (0..scenario.plan.nodes.len()).filter(moves).collect();
        if moving.is_empty() {
            break;
        }
        let node = *end.get(&moving);
        let path = scenario.plan.nodes[node].path.clone();
        let has_failed_enough = run.state.node(node).unwrap().attempt() > scenario.failures[node];
        if run.state_of(&path) == NodeState::RetryWait {
            run.try_again(&path);
        } else if scenario.succeeds[node] && has_failed_enough {
            run.succeed(&path);
        } else {
            run.fail(&path);
        }
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn final_states_are_those_of_the_naive_scheduler(scenario in scenario()) {
        let run = run(&scenario);
        let expected = Reference::run(&scenario);
        let found: Vec<String> = scenario.plan.nodes.iter().map(|node| name(run.state_of(&node.path))).collect();
        prop_assert_eq!(found, expected.states());
        prop_assert_eq!(run.verdict(), Some(expected.verdict()));
    }

    #[test]
    fn replay_gives_the_live_state_at_every_place(scenario in scenario()) {
        let run = run(&scenario);
        let plan = run.state.plan().clone();
        prop_assert_eq!(&replay("run", plan.clone(), &run.records).unwrap(), &run.state);
        let middle = run.records.len() / 2;
        let mut state = replay("run", plan, &run.records[..middle]).unwrap();
        for record in &run.records[middle..] {
            divisi_engine::core::apply(&mut state, record);
        }
        prop_assert_eq!(&state, &run.state);
    }

    #[test]
    fn events_survive_json(scenario in scenario()) {
        for record in run(&scenario).records {
            let text = serde_json::to_string(&record).unwrap();
            prop_assert_eq!(serde_json::from_str::<divisi_engine::event::EventRecord>(&text).unwrap(), record);
        }
    }
}
