//! Undoing what a run did (ENGINE, section 8).

use divisi_engine::core::compensation::leaves_something;
use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{Durability, Effect, Recovered, TimerId};
use divisi_engine::event::{AttemptEnd, FailKind, NodeState, Request, StopCause, Verdict};
use divisi_engine::plan::StoredPlan;
use divisi_model::OnFailure;
use expect_test::expect;

use crate::support::{Run, failed, give_undoing_to_runner, out_of_quota, parse, retry, succeeded};

/// Compensates after a failure.
fn undoing(text: &str) -> StoredPlan {
    let mut plan = parse(text);
    plan.on_failure = OnFailure::Compensate;
    plan
}

/// `a` and `b` succeeded in this order, `c` failed: `b` is being undone.
fn failed_after_two() -> Run {
    let mut run = Run::started(undoing("a: undo\nb <- a: undo\nc <- b"));
    run.succeed("a");
    run.succeed("b");
    run.fail("c");
    run
}

#[test]
fn what_was_done_is_undone_the_last_first() {
    let mut run = failed_after_two();
    let from = run.records.len();
    assert_eq!(run.states(), "a: succeeded\nb: compensating\nc: failed(exit)\n");
    assert_eq!(run.succeed("b").durability, Durability::Power);
    run.succeed("a");
    expect![[r#"
        b#2 ended Succeeded
        b → compensated
        a → compensating
        a#2 granted
        a#2 ended Succeeded
        a → compensated
        run Compensated
    "#]]
    .assert_eq(&run.story(from));
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

/// ENGINE, section 8: the set, cell by cell.
#[test]
fn only_what_may_have_left_something_is_undone() {
    use FailKind as K;
    let kinds = [
        (K::Exit, false),
        (K::TimedOut, true),
        (K::Idle, true),
        (K::OutputMissing, false),
        (K::OutputTooLarge, false),
        (K::OutputInvalid, false),
        (K::Runner, false),
        (K::Spawn, false),
        (K::Expression, false),
        (K::Template, false),
        (K::Input, false),
        (K::Identity, false),
        (K::Budget, true),
        (K::Lost, true),
        (K::MergeConflict, false),
        (K::Rejected, false),
        (K::Marked, false),
        (K::Children, false),
    ];
    for (kind, unknown) in kinds {
        let state = NodeState::Failed { kind };
        assert_eq!(leaves_something(state, None, &[]), unknown, "{kind:?}");
        assert!(leaves_something(state, None, &[kind]), "{kind:?} by `on`");
    }
    for end in [AttemptEnd::Cancelled, AttemptEnd::Lost, AttemptEnd::TimedOut, AttemptEnd::Idle] {
        assert!(leaves_something(NodeState::Cancelled, Some(end), &[]), "{end:?}");
    }
    let clean = AttemptEnd::Failed { kind: K::Exit };
    assert!(!leaves_something(NodeState::Cancelled, Some(clean), &[]), "a try that failed, and no other");
    assert!(!leaves_something(NodeState::Cancelled, None, &[]), "cancelled before its start");
    assert!(leaves_something(NodeState::Succeeded, None, &[]));
    for state in [NodeState::Reused, NodeState::Skipped, NodeState::Blocked, NodeState::Compensated] {
        assert!(!leaves_something(state, Some(AttemptEnd::Succeeded), &[]), "{state:?}");
    }
}

#[test]
fn the_set_in_a_run() {
    let mut plan = undoing(
        "good: undo\nfirm\nslow: undo, timeout\nclean: undo\nwide: undo(exit)\nnot: undo, when(false)\nlate <- slow: undo",
    );
    plan.max_parallel = 9;
    let mut run = Run::started(plan);
    run.spawned("slow");
    run.succeed("good");
    run.succeed("firm");
    run.time_out("slow");
    run.fail("clean");
    run.fail("wide");
    assert_eq!(run.state_of("good"), NodeState::Succeeded, "slow is not dead yet");
    run.fail("slow");
    run.succeed("slow");
    run.succeed("wide");
    run.succeed("good");
    assert_eq!(
        run.states(),
        "good: compensated\nfirm: succeeded\nslow: compensated\nclean: failed(exit)\nwide: compensated\nnot: skipped\nlate: blocked\n"
    );
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

#[test]
fn it_begins_when_every_attempt_is_dead() {
    let mut plan = undoing("a: undo\nlive\nbad");
    plan.max_parallel = 3;
    let mut run = Run::started(plan);
    run.succeed("a");
    run.fail("bad");
    assert_eq!(run.state_of("a"), NodeState::Succeeded, "live runs to its end");
    assert_eq!(status(&run.state, true), RunStatus::Stopping);
    run.succeed("live");
    assert_eq!(run.state_of("a"), NodeState::Compensating);
    assert_eq!(status(&run.state, true), RunStatus::Compensating);
}

#[test]
fn a_run_with_nothing_to_undo_is_undone() {
    let mut run = Run::started(undoing("a"));
    run.fail("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

#[test]
fn a_failure_that_is_tolerated_undoes_nothing() {
    let mut run = Run::started(undoing("a: undo, tolerant\nb: undo"));
    run.fail("a");
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn one_that_fails_does_not_stop_the_rest_and_is_tried_again_alone() {
    let mut run = failed_after_two();
    run.fail("b");
    run.succeed("a");
    assert_eq!(run.states(), "a: compensated\nb: compensation_failed\nc: failed(exit)\n");
    assert_eq!(run.verdict(), Some(Verdict::CompensationFailed));
    run.resume();
    assert_eq!(run.states(), "a: compensated\nb: compensating\nc: failed(exit)\n");
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

#[test]
fn it_has_its_own_retry_and_its_own_timeout() {
    let mut plan = undoing("a: undo\nbad <- a");
    let compensate = plan.nodes[0].compensate.as_deref_mut().unwrap();
    compensate.retry = Some(retry("3 exit timed_out"));
    compensate.timeout_ms = Some(5_000);
    let mut run = Run::started(plan);
    run.succeed("a");
    run.fail("bad");
    let timer = TimerId::AttemptTimeout { node: 0 };
    let set = Effect::SetTimer { timer, generation: 2, after_ms: 5_000 };
    assert!(run.spawned("a").effects.contains(&set));
    run.time_out("a");
    run.succeed("a");
    assert_eq!(run.state_of("a"), NodeState::Compensating, "the cause is fixed, and it is tried again");
    assert_eq!(run.state.live().count(), 0);
    run.try_again("a");
    run.fail("a");
    run.try_again("a");
    assert_eq!(run.key("a").attempt, 4);
    run.fail("a");
    assert_eq!(run.state_of("a"), NodeState::CompensationFailed);
    assert_eq!(run.verdict(), Some(Verdict::CompensationFailed));
}

#[test]
fn an_attempt_to_undo_that_was_lost_is_done_again() {
    let mut run = failed_after_two();
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.key("b").attempt, 3);
    run.resume();
    assert_eq!(run.key("b").attempt, 4);
    run.resume();
    assert_eq!(run.state_of("b"), NodeState::CompensationFailed, "three lost in a row");
    assert_eq!(run.state_of("a"), NodeState::Compensating, "the rest goes on");
}

#[test]
fn what_a_guard_left_behind_counts() {
    let mut run = failed_after_two();
    let key = run.key("b");
    let recovered = Recovered { node: key.node, attempt: key.attempt, outcome: succeeded("") };
    run.take_over(vec![recovered], &[Request::Resume]);
    assert_eq!(run.states(), "a: compensating\nb: compensated\nc: failed(exit)\n");
}

#[test]
fn a_takeover_in_the_wait_for_another_try_waits_for_the_rest() {
    let mut plan = undoing("a: undo\nbad <- a");
    plan.nodes[0].compensate.as_deref_mut().unwrap().retry = Some(retry("2"));
    let mut run = Run::started(plan);
    run.succeed("a");
    run.fail("bad");
    run.fail("a");
    run.now += 400;
    let taken = run.take_over(Vec::new(), &[Request::Resume]);
    assert!(taken.effects.iter().any(|effect| matches!(effect, Effect::SetTimer { after_ms: 600, .. })));
    run.try_again("a");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

#[test]
fn a_compensated_node_is_not_finished() {
    let mut run = Run::started(undoing("a: undo\nb <- a\nside\nc <- b: undo\nbad <- c side"));
    for node in ["a", "side", "b", "c"] {
        run.succeed(node);
    }
    run.fail("bad");
    run.succeed("c");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
    run.resume();
    assert_eq!(run.states(), "a: running\nb: pending\nside: succeeded\nc: pending\nbad: pending\n");
    for node in ["a", "b", "c", "bad"] {
        run.succeed(node);
    }
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn a_run_that_is_undone_twice_is_undone_in_the_order_of_its_last_ends() {
    let mut run = Run::started(undoing("a: undo\nb: undo\nbad <- a b"));
    run.succeed("a");
    run.succeed("b");
    run.fail("bad");
    run.succeed("b");
    run.succeed("a");
    run.resume();
    run.succeed("b");
    run.succeed("a");
    run.fail("bad");
    assert_eq!(run.first_live().as_deref(), Some("a"), "it ended last this time");
}

#[test]
fn a_cancel_undoes_nothing_unless_that_is_asked() {
    let mut plain = Run::started(undoing("a: undo\nlive <- a"));
    plain.succeed("a");
    plain.request(Request::Cancel);
    plain.fail("live");
    assert_eq!(plain.verdict(), Some(Verdict::Cancelled));

    let mut asked = Run::started(parse("a: undo\nlive <- a: undo"));
    asked.succeed("a");
    asked.request(Request::Compensate);
    assert_eq!(asked.state_of("live"), NodeState::Stopping { cause: StopCause::Cancelled });
    asked.fail("live");
    assert_eq!(asked.states(), "a: succeeded\nlive: compensating\n");
    asked.succeed("live");
    asked.succeed("a");
    assert_eq!(asked.verdict(), Some(Verdict::Compensated));
}

#[test]
fn a_run_that_failed_or_was_cancelled_is_undone_on_request() {
    let mut run = Run::started(parse("a: undo\nbad <- a"));
    run.succeed("a");
    run.fail("bad");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.take_over(Vec::new(), &[Request::Compensate]);
    assert_eq!(run.states(), "a: compensating\nbad: failed(exit)\n");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
    let again = run.take_over(Vec::new(), &[Request::Compensate]);
    assert_eq!(again.effects.len(), 1, "{again:?}");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));

    let mut good = Run::started(parse("a: undo"));
    good.succeed("a");
    good.take_over(Vec::new(), &[Request::Compensate]);
    assert_eq!(good.states(), "a: succeeded\n");
    assert_eq!(good.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn a_cancel_while_it_is_undone_leaves_the_rest_as_it_is() {
    let mut run = failed_after_two();
    let key = run.key("b");
    let cause = StopCause::Cancelled;
    assert_eq!(run.request(Request::Cancel).effects, [Effect::Stop { key, cause }]);
    assert_eq!(run.request(Request::Cancel).effects, [Effect::Kill { key }]);
    run.succeed("b");
    assert_eq!(run.states(), "a: succeeded\nb: compensation_failed\nc: failed(exit)\n");
    assert_eq!(run.verdict(), Some(Verdict::CompensationFailed));
    run.resume();
    run.succeed("b");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated), "what had no turn has it now");
}

#[test]
fn one_node_alone_may_be_left_as_it_is() {
    let mut run = failed_after_two();
    run.cancel_node("b");
    run.succeed("b");
    assert_eq!(run.states(), "a: compensating\nb: compensation_failed\nc: failed(exit)\n");
}

#[test]
fn a_pause_undoes_nothing() {
    let mut run = failed_after_two();
    run.request(Request::Pause);
    run.succeed("b");
    assert_eq!(run.states(), "a: succeeded\nb: compensated\nc: failed(exit)\n");
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::User));
    run.request(Request::Unpause);
    assert_eq!(run.state_of("a"), NodeState::Compensating);
}

#[test]
fn what_cannot_be_rendered_is_not_undone() {
    let mut run = Run::started(undoing("a: undo\nb <- a: bad-undo\nc <- b"));
    run.succeed("a");
    run.succeed("b");
    run.fail("c");
    assert_eq!(run.states(), "a: compensating\nb: compensation_failed\nc: failed(exit)\n");
}

#[test]
fn it_sees_values_as_recorded() {
    let mut run = failed_after_two();
    run.succeed("b");
    assert!(run.state.outputs(1).is_some(), "b is undone, and what it made is known");
    assert_eq!(run.state.recorded_state(1), Some(NodeState::Succeeded));
}

#[test]
fn an_agent_that_undoes_waits_for_quota() {
    let mut plan = undoing("a: undo\nbad <- a");
    give_undoing_to_runner(&mut plan, 0, "one");
    let mut run = Run::started(plan);
    run.succeed("a");
    run.fail("bad");
    run.exit("a", out_of_quota(Some(run.now + 60_000)));
    assert_eq!(run.state_of("a"), NodeState::Compensating);
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Quota));
    let (timer, generation) = run
        .effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::SetTimer { timer, generation, .. } => Some((*timer, *generation)),
            _ => None,
        })
        .unwrap();
    run.now += 60_000;
    run.input(divisi_engine::core::Input::Timer { timer, generation });
    assert_eq!(run.key("a").attempt, 3);
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Compensated));
}

#[test]
fn instances_are_undone_each_for_itself() {
    let mut run = Run::started(undoing("g: group(x y)\nx: undo\ny: undo\nbad <- g"));
    run.succeed("x");
    run.succeed("y");
    run.fail("bad");
    run.succeed("y");
    run.fail("x");
    assert_eq!(run.states(), "g: succeeded\nx: compensation_failed\ny: compensated\nbad: failed(exit)\n");
    run.resume();
    run.succeed("x");
    run.resume();
    assert_eq!(run.states(), "g: expanded\nx: running\ny: running\nbad: pending\n");
}

#[test]
fn a_node_that_can_be_undone_starts_with_a_flush() {
    let mut run = Run::planned(parse("a: undo\nb <- a\nc <- b: undo"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.succeed("a").durability, Durability::Crash);
    assert_eq!(run.succeed("b").durability, Durability::Power);
}

#[test]
fn a_failure_that_can_not_be_forgotten_away() {
    let mut run = failed_after_two();
    run.exit("b", failed());
    run.succeed("a");
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "a".to_owned() }]);
    assert_eq!(run.states(), "a: compensated\nb: compensating\nc: failed(exit)\n");
}

#[test]
fn a_view_tells_what_is_undone() {
    let mut run = failed_after_two();
    run.spawned("b");
    let view = run.view();
    assert!(view.is_undoing());
    let running: Vec<_> = view.running().map(|node| node.path.as_str()).collect();
    assert_eq!(running, ["b"]);
    run.fail("b");
    run.succeed("a");
    let view = run.view();
    let not: Vec<_> = view.not_undone().map(|node| (node.path.as_str(), node.detail.as_deref())).collect();
    assert_eq!(not, [("b", Some("exit status 1"))]);
    assert_eq!(view.node("a").unwrap().recorded, Some(NodeState::Succeeded));
    assert!(!view.is_undoing());
}
