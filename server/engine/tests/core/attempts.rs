//! ENGINE, sections 1 and 4: attempts, their effects, their one end.

use divisi_engine::core::{AttemptOutcome, Durability, Effect, Input, Outcome, RenderedCommand, TimerId};
use divisi_engine::event::{Evidence, FailKind, NodeState, Request, StopCause, Usage, Verdict};
use expect_test::expect;

use crate::support::{Run, failed, parse, succeeded};

#[test]
fn a_chain_from_start_to_end() {
    let mut run = Run::started(parse("a\nb <- a"));
    run.spawned("a");
    run.succeed("a");
    run.spawned("b");
    run.succeed("b");
    expect![[r#"
        host 1
        a → ready
        a#1 granted
        a → running
        a#1 started
        a#1 ended Succeeded
        a → succeeded
        b → ready
        b#1 granted
        b → running
        b#1 started
        b#1 ended Succeeded
        b → succeeded
        run Succeeded
    "#]]
    .assert_eq(&run.story(0));
}

#[test]
fn the_end_of_one_and_the_start_of_the_next_share_a_decision() {
    let mut run = Run::started(parse("a\nb <- a"));
    let decision = run.succeed("a");
    let [Effect::Start(start)] = &decision.effects[..] else { panic!("{:?}", decision.effects) };
    assert_eq!((start.key.node, start.key.attempt, start.key.epoch), (1, 1, 1));
    assert_eq!(start.command, RenderedCommand::Argv { argv: vec!["b".to_owned()] });
}

#[test]
fn nothing_happens_before_a_host_has_started() {
    let mut run = Run::planned(parse("a"));
    assert!(run.input(Input::Tick).events.is_empty());
    assert!(run.request(Request::Cancel).events.is_empty());
}

#[test]
fn nothing_happens_after_the_end() {
    let mut run = Run::started(parse("a"));
    run.succeed("a");
    assert!(run.input(Input::Tick).events.is_empty());
    assert!(run.request(Request::Cancel).events.is_empty());
}

#[test]
fn reports_of_another_attempt_or_epoch_change_nothing() {
    let mut run = Run::started(parse("a\nb"));
    let key = run.key("a");
    for wrong in [
        divisi_engine::core::AttemptKey { epoch: 0, ..key },
        divisi_engine::core::AttemptKey { attempt: 2, ..key },
        divisi_engine::core::AttemptKey { node: 99, ..key },
    ] {
        assert!(run.input(Input::AttemptExited { key: wrong, outcome: succeeded("a") }).events.is_empty());
        assert!(run.input(Input::SpawnFailed { key: wrong, detail: String::new() }).events.is_empty());
        assert!(run.input(Input::IdleElapsed { key: wrong }).events.is_empty());
    }
    run.succeed("a");
    assert!(
        run.input(Input::AttemptExited { key, outcome: failed() }).events.is_empty(),
        "an attempt ends once"
    );
}

#[test]
fn a_second_report_of_a_start_changes_nothing() {
    let mut run = Run::started(parse("a: timeout"));
    assert_eq!(run.spawned("a").effects.len(), 1);
    assert_eq!(run.spawned("a"), divisi_engine::core::Decision::default());
}

#[test]
fn a_program_that_cannot_be_started_fails_its_node() {
    let mut run = Run::started(parse("a"));
    let key = run.key("a");
    run.input(Input::SpawnFailed { key, detail: "no such file: a".to_owned() });
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Spawn });
    assert_eq!(run.state.node(0).unwrap().detail(), Some("no such file: a"));
}

#[test]
fn what_cannot_be_rendered_fails_without_an_attempt() {
    let mut run = Run::started(parse("a: bad-template\nb: bad-input\nc <- a: all_done"));
    run.succeed("c");
    expect![[r#"
        host 1
        a → ready
        b → ready
        a → failed(template): args.x is undefined
        c → ready
        b → blocked: the run stops after a failure
        c#1 granted
        c → running
        c#1 ended Succeeded
        c → succeeded
        run Failed
    "#]]
    .assert_eq(&run.story(0));
    assert_eq!(
        Run::started(parse("b: bad-input")).state_of("b"),
        NodeState::Failed { kind: FailKind::Input }
    );
}

#[test]
fn a_timeout_is_a_timer_of_the_attempt() {
    let mut run = Run::started(parse("a: timeout"));
    let timer = TimerId::AttemptTimeout { node: 0 };
    let decision = run.spawned("a");
    assert_eq!(decision.effects, [Effect::SetTimer { timer, generation: 1, after_ms: 60_000 }]);
    let stale = run.input(Input::Timer { timer, generation: 7 });
    assert!(stale.events.is_empty(), "a timer of another generation");
    let key = run.key("a");
    let decision = run.time_out("a");
    let stop = Effect::Stop { key, cause: StopCause::TimedOut };
    assert_eq!(decision.effects, [Effect::CancelTimer { timer, generation: 1 }, stop]);
    run.succeed("a");
    assert_eq!(
        run.state_of("a"),
        NodeState::Failed { kind: FailKind::TimedOut },
        "the exit code is evidence only"
    );
    assert_eq!(run.verdict(), Some(Verdict::Failed));
}

#[test]
fn a_timer_of_an_earlier_attempt_changes_nothing() {
    let mut run = Run::started(parse("a: timeout"));
    run.spawned("a");
    run.take_over(Vec::new(), &[]);
    run.spawned("a");
    let timer = TimerId::AttemptTimeout { node: 0 };
    assert!(run.input(Input::Timer { timer, generation: 1 }).events.is_empty());
    assert_eq!(run.input(Input::Timer { timer, generation: 2 }).events.len(), 2);
}

#[test]
fn an_exit_read_first_voids_the_timer() {
    let mut run = Run::started(parse("a: timeout\nb"));
    run.spawned("a");
    let decision = run.succeed("a");
    assert!(matches!(decision.effects[..], [Effect::CancelTimer { generation: 1, .. }]));
    assert!(run.time_out("a").events.is_empty());
    assert_eq!(run.state_of("a"), NodeState::Succeeded);
}

#[test]
fn the_first_cause_is_the_cause() {
    let mut run = Run::started(parse("a: timeout"));
    let key = run.key("a");
    run.spawned("a");
    run.input(Input::IdleElapsed { key });
    assert!(run.time_out("a").events.is_empty());
    run.request(Request::Cancel);
    run.fail("a");
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Idle });
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn an_attempt_that_is_stopped_before_it_was_seen_gets_no_timer() {
    let mut run = Run::started(parse("a: timeout"));
    run.request(Request::Cancel);
    assert!(run.spawned("a").effects.is_empty());
    run.fail("a");
    assert_eq!(run.state_of("a"), NodeState::Cancelled);
}

#[test]
fn durability_follows_what_would_be_lost() {
    let exit = |evidence: Evidence| {
        let mut run = Run::started(parse("a\nb <- a"));
        let key = run.key("a");
        let outcome = AttemptOutcome { evidence, ..succeeded("a") };
        run.input(Input::AttemptExited { key, outcome }).durability
    };
    let took = |wall_ms| Evidence { wall_ms, ..Evidence::default() };
    assert_eq!(exit(took(999)), Durability::Crash);
    assert_eq!(exit(took(1_000)), Durability::Power, "it ran a second");
    let paid = |usage| Evidence { usage: Some(usage), ..Evidence::default() };
    assert_eq!(exit(paid(Usage { usd: Some(0.01), ..Usage::default() })), Durability::Power, "it cost money");
    assert_eq!(
        exit(paid(Usage { output_tokens: 1, ..Usage::default() })),
        Durability::Power,
        "it cost tokens"
    );
    assert_eq!(exit(paid(Usage::default())), Durability::Crash);

    let next = |option: &str| {
        let mut run = Run::started(parse(&format!("a\nb <- a{option}")));
        run.succeed("a").durability
    };
    assert_eq!(next(""), Durability::Crash);
    assert_eq!(next(": never"), Durability::Power, "an attempt that must not be repeated starts");
    assert_eq!(next(": ask"), Durability::Power);

    let mut run = Run::started(parse("a"));
    assert_eq!(run.spawned("a").durability, Durability::Crash);
    assert_eq!(run.succeed("a").durability, Durability::Power, "the run ends");
}

#[test]
fn a_kind_that_no_launcher_reports_counts_as_the_runners_fault() {
    let mut run = Run::started(parse("a"));
    let key = run.key("a");
    let outcome = Outcome::Failed { kind: FailKind::MergeConflict, detail: String::new() };
    run.input(Input::AttemptExited {
        key,
        outcome: AttemptOutcome { outcome, evidence: Evidence::default() },
    });
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Runner });
}
