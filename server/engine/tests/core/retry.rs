//! ENGINE, sections 3 and 4: when a failed node is tried again.

use divisi_engine::core::retry::backoff_ms;
use divisi_engine::core::{AttemptOutcome, Effect, Input, Outcome, Recovered, TimerId};
use divisi_engine::event::{Event, FailKind, Request, StopCause, Verdict};
use divisi_engine::plan::PlanRetry;
use divisi_model::{Backoff, OnFailure};
use expect_test::expect;

use crate::support::{Run, failed, parse, succeeded};

const RETRY: PlanRetry = PlanRetry {
    attempts: 3,
    backoff: Backoff::Exponential,
    initial_ms: 1_000,
    max_ms: 300_000,
    multiplier: 2.0,
    jitter: false,
    on: None,
};

#[test]
fn waits_grow_as_the_backoff_says() {
    let waits = |retry: PlanRetry| -> Vec<u64> { (1..=6).map(|tries| backoff_ms(&retry, tries)).collect() };
    let of = |backoff| waits(PlanRetry { backoff, ..RETRY });
    assert_eq!(of(Backoff::Immediate), [0, 0, 0, 0, 0, 0]);
    assert_eq!(of(Backoff::Linear), [1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
    assert_eq!(of(Backoff::Exponential), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    assert_eq!(of(Backoff::Fibonacci), [1_000, 1_000, 2_000, 3_000, 5_000, 8_000]);
    assert_eq!(waits(PlanRetry { multiplier: 1.5, ..RETRY })[..3], [1_000, 1_500, 2_250]);
    assert_eq!(waits(PlanRetry { max_ms: 3_000, ..RETRY })[1..], [2_000, 3_000, 3_000, 3_000, 3_000]);
}

#[test]
fn no_number_breaks_a_wait() {
    for backoff in [Backoff::Linear, Backoff::Exponential, Backoff::Fibonacci] {
        let huge = PlanRetry { backoff, initial_ms: u64::MAX, ..RETRY };
        assert_eq!(backoff_ms(&huge, u32::MAX), RETRY.max_ms, "{backoff:?}");
    }
    for multiplier in [f64::NAN, -2.0, 0.0] {
        assert_eq!(backoff_ms(&PlanRetry { multiplier, ..RETRY }, 2), 0, "{multiplier}");
    }
    assert_eq!(backoff_ms(&PlanRetry { multiplier: f64::INFINITY, ..RETRY }, 2), RETRY.max_ms);
}

#[test]
fn a_failure_is_tried_again_until_the_attempts_are_used_up() {
    let mut run = Run::started(parse("a: retry(3)\nb <- a"));
    run.fail("a");
    run.try_again("a");
    run.fail("a");
    run.try_again("a");
    run.fail("a");
    expect![[r#"
        host 1
        a → ready
        a#1 granted
        a → running
        a#1 ended Failed { kind: Exit }
        a tried again after Exit in 1000 ms
        a → retry_wait: exit status 1
        a → ready
        a#2 granted
        a → running
        a#2 ended Failed { kind: Exit }
        a tried again after Exit in 2000 ms
        a → retry_wait: exit status 1
        a → ready
        a#3 granted
        a → running
        a#3 ended Failed { kind: Exit }
        a → failed(exit): exit status 1
        b → blocked: a failed
        run Failed
    "#]]
    .assert_eq(&run.story(0));
}

/// Every way in which an attempt can end, and whether another follows.
#[test]
fn what_is_tried_again() {
    let reported = |kind| {
        move |run: &mut Run| {
            let outcome = Outcome::Failed { kind, detail: String::new() };
            let input = AttemptOutcome { outcome, evidence: Default::default() };
            run.input(Input::AttemptExited { key: run.key("a"), outcome: input });
        }
    };
    let mut found = String::new();
    let mut note = |what: &str, end: &dyn Fn(&mut Run)| {
        for plan in ["a: retry(2), timeout", "a: retry(2 exit), timeout"] {
            let mut run = Run::started(parse(plan));
            end(&mut run);
            found += &format!("{what:<14} {plan:<28} {}", run.states());
        }
    };
    for kind in [
        FailKind::Exit,
        FailKind::OutputMissing,
        FailKind::OutputTooLarge,
        FailKind::OutputInvalid,
        FailKind::Runner,
        FailKind::Spawn,
    ] {
        note(&format!("{kind:?}"), &reported(kind));
    }
    let stop = |run: &mut Run, cause: StopCause| {
        run.spawned("a");
        match cause {
            StopCause::TimedOut => drop(run.time_out("a")),
            StopCause::Idle => drop(run.input(Input::IdleElapsed { key: run.key("a") })),
            _ => drop(run.cancel_node("a")),
        }
        run.succeed("a");
    };
    note("timed out", &|run| stop(run, StopCause::TimedOut));
    note("idle", &|run| stop(run, StopCause::Idle));
    note("cancelled", &|run| stop(run, StopCause::Cancelled));
    note("run cancelled", &|run| {
        run.request(Request::Cancel);
        run.fail("a");
    });
    expect![[r#"
        Exit           a: retry(2), timeout         a: retry_wait
        Exit           a: retry(2 exit), timeout    a: retry_wait
        OutputMissing  a: retry(2), timeout         a: retry_wait
        OutputMissing  a: retry(2 exit), timeout    a: failed(output_missing)
        OutputTooLarge a: retry(2), timeout         a: retry_wait
        OutputTooLarge a: retry(2 exit), timeout    a: failed(output_too_large)
        OutputInvalid  a: retry(2), timeout         a: retry_wait
        OutputInvalid  a: retry(2 exit), timeout    a: failed(output_invalid)
        Runner         a: retry(2), timeout         a: retry_wait
        Runner         a: retry(2 exit), timeout    a: failed(runner)
        Spawn          a: retry(2), timeout         a: retry_wait
        Spawn          a: retry(2 exit), timeout    a: failed(spawn)
        timed out      a: retry(2), timeout         a: retry_wait
        timed out      a: retry(2 exit), timeout    a: failed(timed_out)
        idle           a: retry(2), timeout         a: retry_wait
        idle           a: retry(2 exit), timeout    a: failed(idle)
        cancelled      a: retry(2), timeout         a: cancelled
        cancelled      a: retry(2 exit), timeout    a: cancelled
        run cancelled  a: retry(2), timeout         a: cancelled
        run cancelled  a: retry(2 exit), timeout    a: cancelled
    "#]]
    .assert_eq(&found);
}

#[test]
fn what_no_attempt_ended_in_is_not_tried_again() {
    for (plan, end) in [
        ("a: retry(3), bad-template", "a: failed(template)\n"),
        ("a: retry(3), bad-input", "a: failed(input)\n"),
        ("a: retry(3), when(error)", "a: failed(expression)\n"),
    ] {
        let run = Run::started(parse(plan));
        assert_eq!((run.states().as_str(), run.verdict()), (end, Some(Verdict::Failed)));
    }
}

#[test]
fn lost_attempts_use_up_no_try() {
    let mut run = Run::started(parse("a: retry(2)"));
    run.take_over(Vec::new(), &[]);
    run.fail("a");
    assert_eq!(run.states(), "a: retry_wait\n");
    run.try_again("a");
    run.take_over(Vec::new(), &[]);
    run.fail("a");
    assert_eq!(run.states(), "a: failed(exit)\n");
}

#[test]
fn an_adopted_failure_is_tried_again() {
    let mut run = Run::started(parse("a: retry(2)"));
    run.take_over(vec![Recovered { node: 0, attempt: 1, outcome: failed() }], &[]);
    assert_eq!(run.states(), "a: retry_wait\n");
    run.try_again("a");
    run.succeed("a");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

/// Plan, what happens while `a` waits, where that leads. Truth table 3, column retry_wait.
#[test]
fn what_becomes_of_a_wait() {
    let cases = [
        (OnFailure::Stop, "a: failed(exit)\nb: failed(exit)\nc: blocked\n"),
        (OnFailure::Abort, "a: failed(exit)\nb: failed(exit)\nc: blocked\n"),
        (OnFailure::Continue, "a: retry_wait\nb: failed(exit)\nc: pending\n"),
    ];
    for (on_failure, states) in cases {
        let mut plan = parse("a: retry(2)\nb\nc <- a");
        plan.on_failure = on_failure;
        let mut run = Run::started(plan);
        run.fail("a");
        let decision = run.fail("b");
        assert_eq!(run.states(), states, "{on_failure:?}");
        let timer = TimerId::Retry { node: 0 };
        let voids = decision.effects.contains(&Effect::CancelTimer { timer, generation: 1 });
        assert_eq!(voids, on_failure != OnFailure::Continue);
    }
    for (request, states) in [
        (Request::Cancel, "a: cancelled\nb: cancelled\n"),
        (Request::CancelNode { node: "a".to_owned() }, "a: cancelled\nb: blocked\n"),
        (Request::Pause, "a: retry_wait\nb: pending\n"),
    ] {
        let mut run = Run::started(parse("a: retry(2)\nb <- a"));
        run.fail("a");
        run.request(request);
        assert_eq!(run.states(), states);
    }
}

#[test]
fn a_failure_in_a_run_that_stops_is_final() {
    let mut run = Run::started(parse("a: retry(2)\nb"));
    run.fail("b");
    run.fail("a");
    assert_eq!(
        (run.states().as_str(), run.verdict()),
        ("a: failed(exit)\nb: failed(exit)\n", Some(Verdict::Failed))
    );
}

#[test]
fn in_a_pause_the_wait_ends_and_nothing_starts() {
    let mut run = Run::started(parse("a: retry(2)"));
    run.fail("a");
    run.request(Request::Pause);
    run.try_again("a");
    assert_eq!(run.states(), "a: ready\n");
    run.request(Request::Unpause);
    assert_eq!(run.states(), "a: running\n");
}

#[test]
fn a_waiting_node_holds_no_slot() {
    let mut plan = parse("a: retry(2), priority(1)\nb");
    plan.max_parallel = 1;
    let mut run = Run::started(plan);
    run.fail("a");
    assert_eq!(run.states(), "a: retry_wait\nb: running\n");
    run.try_again("a");
    assert_eq!(run.states(), "a: ready\nb: running\n");
}

#[test]
fn a_wait_survives_its_host() {
    let timer = TimerId::Retry { node: 0 };
    // The clock at the takeover, against the moment of the failure; what is left of the wait.
    for (later, left) in [(0, 1_000), (300, 700), (5_000, 0), (-3_600_000, 1_000)] {
        let mut run = Run::started(parse("a: retry(2)"));
        run.fail("a");
        run.now += later;
        let decision = run.take_over(Vec::new(), &[]);
        assert_eq!(run.states(), "a: retry_wait\n");
        assert_eq!(decision.effects, [Effect::SetTimer { timer, generation: 1, after_ms: left }]);
    }
}

#[test]
fn an_old_timer_starts_nothing() {
    let mut run = Run::started(parse("a: retry(3)"));
    run.fail("a");
    run.try_again("a");
    run.fail("a");
    let old = Input::Timer { timer: TimerId::Retry { node: 0 }, generation: 1 };
    assert!(run.input(old).events.is_empty());
}

#[test]
fn a_resume_gives_all_attempts_again() {
    let mut run = Run::started(parse("a: retry(2)"));
    run.fail("a");
    run.try_again("a");
    run.fail("a");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.resume();
    run.fail("a");
    assert_eq!(run.states(), "a: retry_wait\n");
}

#[test]
fn a_resume_takes_a_wait_back_whose_rule_no_longer_holds() {
    let mut run = Run::started(parse("a: tolerant\nb <- a: retry(2)"));
    run.fail("a");
    run.fail("b");
    assert_eq!(run.states(), "a: failed(exit)\nb: retry_wait\n");
    let decision = run.resume();
    assert_eq!(run.states(), "a: running\nb: pending\n");
    let left = decision.effects.iter().filter(|effect| matches!(effect, Effect::SetTimer { .. })).count();
    assert_eq!(left, 0, "{:?}", decision.effects);
}

#[test]
fn waits_are_varied_by_run_node_and_attempt() {
    let mut plan = parse("a: retry(3)\nb: retry(3)");
    for node in &mut plan.nodes {
        node.retry.as_mut().unwrap().jitter = true;
    }
    let waits = |run: &mut Run| {
        run.fail("a");
        run.fail("b");
        let waits: Vec<u64> = run
            .records
            .iter()
            .filter_map(|record| match &record.event {
                Event::RetryScheduled { wait_ms, .. } => Some(*wait_ms),
                _ => None,
            })
            .collect();
        waits
    };
    let first = waits(&mut Run::started(plan.clone()));
    assert!(first.iter().all(|wait| (500..=1_000).contains(wait)), "{first:?}");
    assert_ne!(first[0], first[1]);
    assert_eq!(first, waits(&mut Run::started(plan)), "the same run decides the same");
}

#[test]
fn a_success_ends_the_trying() {
    let mut run = Run::started(parse("a: retry(2)"));
    run.input(Input::AttemptExited { key: run.key("a"), outcome: succeeded("x") });
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}
