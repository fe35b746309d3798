//! ENGINE, sections 4 and 6: a host dies, another takes over; a run that did not end well goes on.

use divisi_engine::core::{Decision, Durability, Effect, Input, Recovered, RequestRow};
use divisi_engine::event::{AttemptEnd, Event, FailKind, LostDecision, NodeState, Request, Verdict};
use divisi_model::OnFailure;
use expect_test::expect;

use crate::support::{Run, failed, parse, succeeded};

fn recovered(run: &Run, path: &str, outcome: divisi_engine::core::AttemptOutcome) -> Vec<Recovered> {
    let key = run.key(path);
    vec![Recovered { node: key.node, attempt: key.attempt, outcome }]
}

#[test]
fn a_lost_attempt_runs_again_under_a_new_number() {
    let mut run = Run::started(parse("a"));
    run.spawned("a");
    let from = run.records.len();
    let decision = run.take_over(Vec::new(), &[]);
    expect![[r#"
        host 2
        a → lost
        a#1 ended Lost
        a → ready
        a#2 granted
        a → running
    "#]]
    .assert_eq(&run.story(from));
    assert_eq!(decision.durability, Durability::Power);
    let Some(Effect::Start(start)) = decision.effects.first() else { panic!() };
    assert_eq!((start.key.attempt, start.key.epoch), (2, 2));
}

#[test]
fn an_outcome_that_the_guard_wrote_is_adopted() {
    let mut run = Run::started(parse("a\nb <- a"));
    let found = recovered(&run, "a", succeeded("made"));
    let from = run.records.len();
    run.take_over(found, &[]);
    expect![[r#"
        host 2
        a → lost
        a#1 ended Succeeded
        a → succeeded
        b → ready
        b#1 granted
        b → running
    "#]]
    .assert_eq(&run.story(from));

    let mut run = Run::started(parse("a"));
    let found = recovered(&run, "a", failed());
    run.take_over(found, &[]);
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Exit });
}

#[test]
fn an_outcome_of_another_attempt_is_not_adopted() {
    let mut run = Run::started(parse("a"));
    let stale = recovered(&run, "a", succeeded("stale"));
    run.take_over(Vec::new(), &[]);
    run.take_over(stale, &[]);
    assert_eq!(run.state_of("a"), NodeState::Running);
    assert_eq!(run.key("a").attempt, 3);
}

#[test]
fn a_cause_that_was_journaled_survives_the_host() {
    for outcome in [None, Some(succeeded("too late"))] {
        let mut run = Run::started(parse("a: timeout, tolerant\nb"));
        run.spawned("a");
        run.time_out("a");
        let found = outcome.map(|outcome| recovered(&run, "a", outcome)).unwrap_or_default();
        run.take_over(found, &[]);
        assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::TimedOut });
    }
}

#[test]
fn three_losses_in_a_row_fail_the_node() {
    let mut run = Run::started(parse("a"));
    run.take_over(Vec::new(), &[]);
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.state_of("a"), NodeState::Running);
    run.resume();
    assert_eq!(
        run.state_of("a"),
        NodeState::Failed { kind: FailKind::Lost },
        "also when a resume found the third"
    );
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    run.resume();
    assert_eq!(run.state_of("a"), NodeState::Running, "a resume of the failed run tries again");
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.state_of("a"), NodeState::Running, "and counts anew");
}

#[test]
fn an_end_that_is_known_breaks_the_row() {
    let mut run = Run::started(parse("a"));
    for _ in 0..2 {
        run.take_over(Vec::new(), &[]);
    }
    run.fail("a");
    run.resume();
    for _ in 0..2 {
        run.take_over(Vec::new(), &[]);
        assert_eq!(run.state_of("a"), NodeState::Running);
    }
}

#[test]
fn resume_never_fails_what_was_lost() {
    for requests in [&[][..], &[Request::Resume]] {
        let mut run = Run::started(parse("a: never\nb <- a"));
        run.take_over(Vec::new(), requests);
        assert_eq!(run.states(), "a: failed(lost)\nb: blocked\n");
    }
}

#[test]
fn resume_ask_waits_for_a_person() {
    let mut run = Run::started(parse("a: ask\nb <- a"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.state_of("a"), NodeState::WaitingDecision);
    assert_eq!(run.verdict(), None);
    run.request(Request::Cancel);
    assert_eq!(run.states(), "a: cancelled\nb: cancelled\n");
}

#[test]
fn a_start_that_was_granted_and_not_seen_is_lost_too() {
    let mut run = Run::started(parse("a: never"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.state_of("a"), NodeState::Failed { kind: FailKind::Lost });
}

#[test]
fn a_takeover_does_what_its_mode_says() {
    let mut run = Run::started(parse("bad\na\nb: all_done"));
    run.fail("bad");
    run.take_over(Vec::new(), &[]);
    assert_eq!(
        run.states(),
        "bad: failed(exit)\na: blocked\nb: running\n",
        "a run that stops does not start a again"
    );

    let mut run = Run::started(parse("a\nb <- a"));
    run.request(Request::Cancel);
    run.take_over(Vec::new(), &[]);
    assert_eq!(run.states(), "a: cancelled\nb: cancelled\n");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn a_resume_runs_what_did_not_end_well_and_nothing_else() {
    let mut run = Run::started(parse("ok\nbad <- ok\nskip: when(false)\nneedy <- bad"));
    run.succeed("ok");
    run.fail("bad");
    assert_eq!(run.states(), "ok: succeeded\nbad: failed(exit)\nskip: skipped\nneedy: blocked\n");
    let from = run.records.len();
    run.resume();
    run.succeed("bad");
    run.succeed("needy");
    expect![[r#"
        host 2
        requested Resume
        resumed
        bad → pending
        skip → pending
        needy → pending
        bad → ready
        skip → skipped: its `when` is false
        bad#2 granted
        bad → running
        bad#2 ended Succeeded
        bad → succeeded
        needy → ready
        needy#1 granted
        needy → running
        needy#1 ended Succeeded
        needy → succeeded
        run Succeeded
    "#]]
    .assert_eq(&run.story(from));
}

#[test]
fn a_cancelled_run_goes_on_after_a_resume() {
    let mut run = Run::started(parse("a\nb <- a"));
    run.request(Request::Cancel);
    run.fail("a");
    run.resume();
    run.succeed("a");
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));
}

#[test]
fn a_resume_takes_back_a_cancel_that_its_host_did_not_survive() {
    let mut run = Run::started(parse("a\nb <- a"));
    run.request(Request::Cancel);
    run.resume();
    assert_eq!(run.states(), "a: running\nb: pending\n");
}

#[test]
fn resuming_twice_equals_resuming_once() {
    let build = || {
        let mut run = Run::started(parse("ok\nbad\nneedy <- bad ok"));
        run.succeed("ok");
        run.fail("bad");
        run
    };
    let mut once = build();
    once.resume();
    let mut twice = build();
    twice.take_over(Vec::new(), &[Request::Resume, Request::Resume]);
    assert_eq!(once.states(), twice.states());
}

#[test]
fn requests_before_a_resume_are_superseded_and_later_ones_hold() {
    let mut run = Run::started(parse("a\nb"));
    run.fail("a");
    run.succeed("b");
    let late = run.row(Request::Cancel);
    let resume = run.row(Request::Resume);
    let pause = run.row(Request::Pause);
    run.input(Input::HostStarted {
        epoch: 2,
        pid: 1,
        recovered: Vec::new(),
        requests: vec![pause, late, resume],
    });
    assert_eq!(run.states(), "a: ready\nb: succeeded\n");
    run.request(Request::Unpause);
    assert_eq!(run.state_of("a"), NodeState::Running);
}

#[test]
fn a_run_that_is_over_stays_over_without_a_resume() {
    let mut run = Run::started(parse("a"));
    run.fail("a");
    let Decision { effects, .. } = run.take_over(Vec::new(), &[]);
    assert_eq!(effects, [Effect::Finish { verdict: Verdict::Failed }]);
}

#[test]
fn a_run_that_succeeded_has_nothing_to_go_on_with() {
    let mut run = Run::started(parse("a: tolerant\nb: when(false)"));
    run.fail("a");
    let Decision { effects, .. } = run.resume();
    assert_eq!(effects, [Effect::Finish { verdict: Verdict::Succeeded }]);
    assert_eq!(run.states(), "a: failed(exit)\nb: skipped\n");
}

/// A rule that was evaluated on an end that the resume takes back is evaluated again.
#[test]
fn what_is_ready_waits_again_for_what_the_resume_resets() {
    let mut plan = parse("bad: priority(2)\nbusy: priority(1)\nnotify <- bad: all_done");
    plan.max_parallel = 1;
    let mut run = Run::started(plan);
    run.fail("bad");
    assert_eq!(run.state_of("notify"), NodeState::Running);
    run.resume();
    assert_eq!(
        run.states(),
        "bad: running\nbusy: pending\nnotify: pending\n".replace("busy: pending", "busy: ready")
    );
    run.succeed("bad");
    run.succeed("busy");
    run.succeed("notify");
    assert_eq!(run.verdict(), Some(Verdict::Succeeded));

    let mut plan = parse("bad\ng <- bad: all_done, group(x y)\nx\ny");
    plan.on_failure = OnFailure::Continue;
    let mut run = Run::started(plan);
    run.fail("bad");
    run.succeed("x");
    run.resume();
    assert_eq!(run.states(), "bad: running\ng: pending\nx: succeeded\ny: pending\n");
    run.succeed("bad");
    assert_eq!(run.states(), "bad: succeeded\ng: expanded\nx: succeeded\ny: running\n");
}

#[test]
fn each_attempt_has_exactly_one_end() {
    let mut run = Run::started(parse("a\nb"));
    run.take_over(Vec::new(), &[]);
    let found = recovered(&run, "b", succeeded("b"));
    run.take_over(found, &[]);
    run.succeed("a");
    let count =
        |wanted: fn(&Event) -> bool| run.records.iter().filter(|record| wanted(&record.event)).count();
    assert_eq!(count(|event| matches!(event, Event::AttemptGranted { .. })), 5);
    assert_eq!(count(|event| matches!(event, Event::AttemptEnded { .. })), 5);
    assert_eq!(count(|event| matches!(event, Event::AttemptEnded { end: AttemptEnd::Lost, .. })), 3);
}

#[test]
fn rows_that_were_taken_in_are_not_taken_in_again_by_the_next_host() {
    let mut run = Run::started(parse("a"));
    let row = RequestRow { id: 1, request: Request::Cancel, at: 0 };
    run.input(Input::Request(row.clone()));
    let decision =
        run.input(Input::HostStarted { epoch: 2, pid: 1, recovered: Vec::new(), requests: vec![row] });
    assert!(!decision.events.iter().any(|event| matches!(event, Event::Requested { .. })));
}

#[test]
fn a_resume_that_was_taken_in_does_not_resume_again() {
    let mut run = Run::started(parse("a"));
    run.fail("a");
    let row = run.row(Request::Resume);
    let host = |epoch, row: &RequestRow| Input::HostStarted {
        epoch,
        pid: 1,
        recovered: Vec::new(),
        requests: vec![row.clone()],
    };
    run.input(host(2, &row));
    run.fail("a");
    let decision = run.input(host(3, &row));
    assert_eq!(decision.effects, [Effect::Finish { verdict: Verdict::Failed }]);
}

/// What a person says of a lost attempt, and where that leads.
#[test]
fn a_person_decides_about_a_lost_attempt() {
    let cases = [
        (LostDecision::Retry, "a: running\nb: pending\n", None),
        (LostDecision::Succeeded, "a: succeeded\nb: running\n", None),
        (LostDecision::Failed, "a: failed(marked)\nb: blocked\n", Some(Verdict::Failed)),
    ];
    for (decision, states, verdict) in cases {
        let decide = Request::Decide { node: "a".to_owned(), decision };
        let lost = || Run::started(parse("a: ask\nb <- a"));
        let mut live = lost();
        live.take_over(Vec::new(), &[]);
        assert_eq!(live.states(), "a: waiting_decision\nb: pending\n");
        live.request(decide.clone());
        assert_eq!((live.states().as_str(), live.verdict()), (states, verdict), "under the same host");
        let mut resumed = lost();
        resumed.take_over(Vec::new(), &[Request::Resume, decide]);
        assert_eq!((resumed.states().as_str(), resumed.verdict()), (states, verdict), "with the resume");
    }
}

#[test]
fn a_decision_is_only_about_what_was_lost() {
    let mut run = Run::started(parse("a\nb <- a"));
    for node in ["a", "b", "nobody"] {
        run.request(Request::Decide { node: node.to_owned(), decision: LostDecision::Failed });
    }
    assert_eq!(run.states(), "a: running\nb: pending\n");
}

#[test]
fn a_decision_to_try_again_is_held_against_the_mode() {
    let mut run = Run::started(parse("a: ask\nb"));
    run.fail("b");
    run.take_over(Vec::new(), &[]);
    run.request(Request::Decide { node: "a".to_owned(), decision: LostDecision::Retry });
    assert_eq!(
        (run.states().as_str(), run.verdict()),
        ("a: blocked\nb: failed(exit)\n", Some(Verdict::Failed))
    );
}

/// Of a group that a resume took back, and that is not opened again.
#[test]
fn a_decision_to_try_again_finds_its_group_closed() {
    let mut run = Run::started(parse("a: tolerant\ng <- a: group(g0)\ng0: ask"));
    run.fail("a");
    run.take_over(Vec::new(), &[Request::Resume]);
    run.cancel_node("a");
    run.fail("a");
    assert_eq!(run.states(), "a: cancelled\ng: blocked\ng0: waiting_decision\n");
    run.request(Request::Decide { node: "g0".to_owned(), decision: LostDecision::Retry });
    assert_eq!(run.states(), "a: cancelled\ng: blocked\ng0: blocked\n");
    assert_eq!(run.verdict(), Some(Verdict::Failed));
}

/// What is done again, and what stays.
#[test]
fn a_node_and_all_that_waits_for_it_is_done_again() {
    let plan = "a\nb <- a\nc <- b\nd <- a\ng <- a: group(g0 g1)\ng0\ng1\ne <- g";
    let done = || {
        let mut run = Run::started(parse(plan));
        while let Some(path) = run.first_live() {
            run.succeed(&path);
        }
        assert_eq!(run.verdict(), Some(Verdict::Succeeded));
        run
    };
    let mut found = String::new();
    for node in ["a", "b", "d", "e", "g", "g1", "nobody"] {
        let mut run = done();
        let from = run.records.len();
        run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: node.to_owned() }]);
        let reset = run.records[from..].iter().filter_map(|record| match &record.event {
            Event::NodeState { node, state: NodeState::Pending, .. } => Some(node.as_str()),
            _ => None,
        });
        found += &format!("{node}: {}\n", reset.collect::<Vec<_>>().join(" "));
        while let Some(path) = run.first_live() {
            run.succeed(&path);
        }
        assert_eq!(run.verdict(), Some(Verdict::Succeeded), "{node}");
    }
    expect![[r#"
        a: a b c d g g0 g1 e
        b: b c
        d: d
        e: e
        g: g g0 g1 e
        g1: g g1 e
        nobody: 
    "#]]
    .assert_eq(&found);
}
