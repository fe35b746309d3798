//! Runners that fail by themselves (ENGINE, section 4).

use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{AttemptOutcome, Effect, Input, Outcome};
use divisi_engine::event::{ClosedBy, Evidence, FailKind, NodeState, RunnerFault};
use divisi_model::OnFailure;

use crate::support::{Run, failed, give_to_runner, out_of_quota, parse, retry};

const MINUTE: i64 = 60_000;

/// `a` to `e` are executed by the runner `one`, `f` by `two`, `p` is a program. What fails stops nothing.
fn started(max_parallel: u32) -> Run {
    let mut plan = parse("a\nb\nc\nd\ne\nf\np");
    for node in 0..5 {
        give_to_runner(&mut plan, node, "one");
    }
    give_to_runner(&mut plan, 5, "two");
    plan.max_parallel = max_parallel;
    plan.on_failure = OnFailure::Continue;
    Run::started(plan)
}

fn faulty(fault: RunnerFault) -> AttemptOutcome {
    let outcome = Outcome::Failed { kind: FailKind::Runner, detail: "no service".to_owned() };
    AttemptOutcome { outcome, evidence: Evidence { fault: Some(fault), ..Evidence::default() } }
}

/// The attempts of `nodes` fail by their runner.
fn break_off(run: &mut Run, nodes: &[&str]) {
    for node in nodes {
        run.exit(node, faulty(RunnerFault::BrokeOff));
    }
}

fn running(run: &Run) -> String {
    let names = run.state.live().map(|live| run.state.plan().nodes[live.node].path.clone());
    names.collect::<Vec<_>>().join(" ")
}

/// Lets the time come at which closed runners are tried; the minutes until then.
fn wait(run: &mut Run) -> i64 {
    let timers = run.effects.iter().rev().find_map(|effect| match effect {
        Effect::SetTimer { timer, generation, after_ms } => Some((*timer, *generation, *after_ms as i64)),
        _ => None,
    });
    let (timer, generation, after) = timers.unwrap();
    run.now += after;
    run.input(Input::Timer { timer, generation });
    after / MINUTE
}

#[test]
fn faults_in_a_row_close_a_runner_and_all_others_go_on() {
    let mut run = started(1);
    run.exit("a", faulty(RunnerFault::Auth));
    run.exit("b", faulty(RunnerFault::Service));
    assert_eq!(running(&run), "c");
    run.exit("c", faulty(RunnerFault::BrokeOff));
    assert_eq!(running(&run), "f", "d waits");
    assert_eq!(
        run.view().closed_runners().collect::<Vec<_>>(),
        [("one", ClosedBy::Faults, run.now + MINUTE)]
    );
    run.succeed("f");
    run.succeed("p");
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Quota), "nothing else can go on");
    assert_eq!(run.state_of("c"), NodeState::Failed { kind: FailKind::Runner }, "the third counts");
    wait(&mut run);
    run.succeed("d");
    run.succeed("e");
    assert!(run.verdict().is_some());
}

#[test]
fn a_program_that_cannot_be_started_is_a_fault_of_its_runner() {
    let mut run = started(1);
    for node in ["a", "b", "c"] {
        let key = run.key(node);
        run.input(Input::SpawnFailed { key, detail: "no such file".to_owned() });
    }
    assert_eq!(running(&run), "f");
}

#[test]
fn what_shows_that_a_runner_works_ends_the_row() {
    let mut run = started(1);
    break_off(&mut run, &["a", "b"]);
    run.succeed("c");
    break_off(&mut run, &["d", "e"]);
    assert_eq!(run.view().closed_runners().count(), 0);
    let mut run = started(1);
    break_off(&mut run, &["a", "b"]);
    run.exit("c", faulty(RunnerFault::Turns));
    run.exit("d", failed());
    break_off(&mut run, &["e"]);
    assert_eq!(run.view().closed_runners().count(), 0, "the task failed, not the runner");
}

#[test]
fn what_fails_while_its_runner_is_closed_uses_no_try() {
    let mut run = started(5);
    break_off(&mut run, &["a", "b", "c", "d"]);
    assert_eq!(run.state_of("d"), NodeState::Ready);
    run.exit("e", failed());
    assert_eq!(run.state_of("e"), NodeState::Failed { kind: FailKind::Exit }, "a failure of its own is one");
    assert_eq!(running(&run), "f p");
}

#[test]
fn one_node_tries_and_then_all_go_on() {
    let mut run = started(5);
    break_off(&mut run, &["a", "b", "c", "d", "e"]);
    wait(&mut run);
    assert_eq!(running(&run), "d f p");
    run.succeed("d");
    assert_eq!(running(&run), "e f p");
}

#[test]
fn who_tries_in_vain_waits_longer_and_is_given_up_in_the_end() {
    let mut run = started(5);
    break_off(&mut run, &["a", "b", "c"]);
    run.succeed("f");
    run.succeed("p");
    break_off(&mut run, &["d", "e"]);
    let mut waits = Vec::new();
    for _ in 0..5 {
        waits.push(wait(&mut run));
        break_off(&mut run, &["d"]);
        assert_eq!(run.state_of("d"), NodeState::Ready, "to try a runner uses no try");
    }
    waits.push(wait(&mut run));
    assert_eq!(waits, [1, 2, 4, 8, 16, 30]);
    break_off(&mut run, &["d"]);
    assert_eq!(run.state_of("d"), NodeState::Failed { kind: FailKind::Runner });
    assert_eq!(running(&run), "e");
    break_off(&mut run, &["e"]);
    assert!(run.verdict().is_some(), "a run comes to an end");
}

#[test]
fn a_resume_tries_at_once_and_begins_to_count_anew() {
    let mut plan = parse("a");
    give_to_runner(&mut plan, 0, "one");
    plan.nodes[0].retry = Some(retry("9"));
    let mut run = Run::started(plan);
    break_off(&mut run, &["a"]);
    run.try_again("a");
    break_off(&mut run, &["a"]);
    run.try_again("a");
    break_off(&mut run, &["a"]);
    assert_eq!(run.view().closed_runners().count(), 1);
    run.take_over(Vec::new(), &[]);
    run.try_again("a");
    assert_eq!(running(&run), "", "a new host waits on");
    run.resume();
    assert_eq!(running(&run), "a");
    run.exit("a", failed());
    run.try_again("a");
    break_off(&mut run, &["a"]);
    assert_eq!(run.view().closed_runners().count(), 0);
}

#[test]
fn a_fault_of_who_tries_for_quota_shows_that_there_is_some() {
    let mut run = started(1);
    run.exit("a", out_of_quota(None));
    run.succeed("f");
    run.succeed("p");
    wait(&mut run);
    break_off(&mut run, &["a"]);
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Runner });
    assert_eq!(running(&run), "b");
}
