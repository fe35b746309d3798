//! Runners without quota, and budgets that a runner holds itself (ENGINE, section 4).

use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{AttemptOutcome, Effect, Input, Outcome, TimerId};
use divisi_engine::event::{ClosedBy, Event, Evidence, FailKind, NodeState, Request, Verdict};
use expect_test::expect;

use crate::support::{Run, give_to_runner, name, out_of_quota, parse};

const MINUTE: i64 = 60_000;

/// `a`, `b` and `c` are executed by the runner `one`, `d` by `two`, `p` is a program; two at a time.
fn started() -> Run {
    let mut plan = parse("a\nb\nc\nd\np");
    for node in 0..3 {
        give_to_runner(&mut plan, node, "one");
    }
    give_to_runner(&mut plan, 3, "two");
    plan.max_parallel = 2;
    Run::started(plan)
}

/// The latest timer for a runner, and when it fires.
fn opening(run: &Run) -> (Input, i64) {
    let found = run.effects.iter().rev().find_map(|effect| match effect {
        Effect::SetTimer { timer: timer @ TimerId::RunnerOpens { .. }, generation, after_ms } => {
            Some((Input::Timer { timer: *timer, generation: *generation }, *after_ms as i64))
        }
        _ => None,
    });
    found.unwrap()
}

fn fire(run: &mut Run) {
    let (timer, after) = opening(run);
    run.now += after;
    run.input(timer);
}

fn running(run: &Run) -> Vec<String> {
    run.state.live().map(|live| run.state.plan().nodes[live.node].path.clone()).collect()
}

#[test]
fn nodes_of_a_runner_without_quota_wait_and_all_others_go_on() {
    let mut run = started();
    let from = run.records.len();
    run.exit("a", out_of_quota(None));
    run.exit("b", out_of_quota(None));
    expect![[r#"
        a#1 ended Interrupted
        RunnerClosed { runner: "one", until: 1060000, closures: 1, is_known: false, by: Quota, detail: "limit reached" }
        a → ready: limit reached
        d#1 granted
        d → running
        b#1 ended Interrupted
        b → ready: limit reached
        p#1 granted
        p → running
    "#]]
    .assert_eq(&run.story(from));
    assert_eq!(running(&run), ["d", "p"]);
    assert_eq!(status(&run.state, true), RunStatus::Running);
    run.succeed("d");
    run.succeed("p");
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Quota), "nothing else can go on");
    assert_eq!(run.view().closed_runners().collect::<Vec<_>>(), [("one", ClosedBy::Quota, run.now + MINUTE)]);
}

#[test]
fn one_node_tries_and_then_all_go_on() {
    let mut run = started();
    run.exit("a", out_of_quota(None));
    run.exit("b", out_of_quota(None));
    run.succeed("d");
    run.succeed("p");
    fire(&mut run);
    assert_eq!(running(&run), ["a"], "one probes");
    run.succeed("a");
    assert_eq!(running(&run), ["b", "c"], "it is open");
    assert_eq!(run.state.node(0).unwrap().attempt(), 2);
    run.succeed("b");
    run.succeed("c");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn who_tries_in_vain_waits_longer_each_time() {
    let mut run = started();
    run.succeed("b");
    run.succeed("c");
    run.exit("a", out_of_quota(None));
    run.succeed("d");
    run.succeed("p");
    let mut waits = Vec::new();
    for _ in 0..8 {
        waits.push(opening(&run).1 / MINUTE);
        fire(&mut run);
        run.exit("a", out_of_quota(None));
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
}

#[test]
fn a_moment_that_the_service_names_opens_for_all() {
    let mut run = started();
    let resets_at = run.now + 5 * MINUTE;
    run.exit("a", out_of_quota(Some(resets_at)));
    run.exit("b", out_of_quota(None));
    run.exit("d", out_of_quota(Some(1)));
    run.succeed("p");
    let closed: Vec<_> =
        run.view().closed_runners().map(|(name, _, until)| (name.to_owned(), until)).collect();
    assert_eq!(closed, [("one".to_owned(), resets_at), ("two".to_owned(), run.now + MINUTE)]);
    run.now = resets_at;
    let timer = TimerId::RunnerOpens { runner: 0 };
    run.input(Input::Timer { timer, generation: 7 });
    assert!(running(&run).is_empty(), "a timer of another time says nothing");
    run.input(Input::Timer { timer, generation: resets_at as u64 });
    assert_eq!(running(&run), ["a", "b"]);
}

#[test]
fn a_new_host_waits_on_and_a_resume_tries_at_once() {
    let mut run = started();
    run.exit("a", out_of_quota(None));
    run.exit("b", out_of_quota(None));
    run.succeed("d");
    run.succeed("p");
    run.now += MINUTE / 2;
    run.effects.clear();
    run.take_over(Vec::new(), &[]);
    assert_eq!(opening(&run).1, MINUTE / 2);
    assert!(running(&run).is_empty());
    run.resume();
    assert_eq!(running(&run), ["a"]);
}

#[test]
fn a_cancel_ends_the_wait() {
    let mut run = started();
    run.exit("a", out_of_quota(None));
    run.exit("b", out_of_quota(None));
    run.succeed("d");
    run.succeed("p");
    let decision = run.request(Request::Cancel);
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
    let is_cancelled =
        |effect: &Effect| matches!(effect, Effect::CancelTimer { timer: TimerId::RunnerOpens { .. }, .. });
    assert!(decision.effects.iter().any(is_cancelled));
}

#[test]
fn a_run_that_stops_gives_no_second_chance() {
    let mut run = started();
    run.fail("b");
    run.exit("a", out_of_quota(None));
    assert_eq!(run.state_of("a"), NodeState::Blocked);
    assert_eq!(run.verdict(), Some(Verdict::Failed));
}

#[test]
fn a_budget_that_the_runner_held_is_a_stop_for_the_budget() {
    let mut run = started();
    let outcome = Outcome::Failed { kind: FailKind::Budget, detail: "used up".to_owned() };
    let from = run.records.len();
    run.exit("a", AttemptOutcome { outcome, evidence: Evidence::default() });
    let states = run.records[from..].iter().filter_map(|record| match &record.event {
        Event::NodeState { node, state, .. } if node == "a" => Some(name(*state)),
        _ => None,
    });
    assert_eq!(states.collect::<Vec<_>>(), ["stopping(budget)", "failed(budget)"]);
}
