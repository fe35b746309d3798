//! What others may ask of a run.

use divisi_engine::core::{Effect, Input, RequestRow};
use divisi_engine::event::{NodeState, Request, StopCause, Verdict};
use expect_test::expect;

use crate::support::{Run, parse};

#[test]
fn a_row_is_taken_in_once() {
    let mut run = Run::started(parse("a"));
    let row = RequestRow { id: 3, request: Request::Pause, at: 0 };
    assert_eq!(run.input(Input::Request(row.clone())).events.len(), 1);
    assert!(run.input(Input::Request(row)).events.is_empty());
    let older = RequestRow { id: 2, request: Request::Cancel, at: 0 };
    assert!(run.input(Input::Request(older)).events.is_empty());
}

#[test]
fn a_cancel_stops_what_is_live_and_a_second_one_kills() {
    let mut run = Run::started(parse("a\nb\nc <- a b"));
    let (a, b) = (run.key("a"), run.key("b"));
    let cause = StopCause::Cancelled;
    assert_eq!(
        run.request(Request::Cancel).effects,
        [Effect::Stop { key: a, cause }, Effect::Stop { key: b, cause }]
    );
    run.fail("a");
    assert_eq!(run.request(Request::Cancel).effects, [Effect::Kill { key: b }]);
    run.fail("b");
    assert_eq!(run.states(), "a: cancelled\nb: cancelled\nc: cancelled\n");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn a_paused_run_can_be_cancelled() {
    let mut run = Run::planned(parse("a\nb <- a"));
    run.take_over(Vec::new(), &[Request::Pause]);
    assert_eq!(run.state_of("a"), NodeState::Ready);
    run.request(Request::Cancel);
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn one_node_is_cancelled_alone_in_whatever_state_it_is() {
    let mut plan = parse("a\nb\nc <- a\nd <- c: all_done\ne");
    plan.max_parallel = 1;
    plan.on_failure = divisi_model::OnFailure::Continue;
    let mut run = Run::started(plan);
    run.cancel_node("c");
    run.cancel_node("b");
    let key = run.key("a");
    assert_eq!(run.cancel_node("a").effects, [Effect::Stop { key, cause: StopCause::Cancelled }]);
    assert!(run.cancel_node("a").effects.is_empty(), "it is being stopped");
    assert_eq!(run.cancel_node("nobody").events.len(), 1, "journaled, nothing else");
    run.succeed("a");
    run.cancel_node("a");
    run.succeed("d");
    run.succeed("e");
    expect![[r#"
        host 1
        a → ready
        b → ready
        e → ready
        a#1 granted
        a → running
        requested CancelNode { node: "c" }
        c → cancelled: cancelled on request
        d → ready
        requested CancelNode { node: "b" }
        b → cancelled: cancelled on request
        requested CancelNode { node: "a" }
        a#1 stopping Cancelled
        a → stopping(cancelled)
        requested CancelNode { node: "a" }
        requested CancelNode { node: "nobody" }
        a#1 ended Cancelled
        a → cancelled
        d#1 granted
        d → running
        requested CancelNode { node: "a" }
        d#1 ended Succeeded
        d → succeeded
        e#1 granted
        e → running
        e#1 ended Succeeded
        e → succeeded
        run Failed
    "#]]
    .assert_eq(&run.story(0));
}

#[test]
fn a_node_cancelled_alone_stops_the_run_like_a_failure() {
    let mut run = Run::started(parse("a: tolerant\nb <- a\nlive\nnext <- live"));
    run.cancel_node("a");
    run.fail("a");
    run.succeed("live");
    assert_eq!(run.states(), "a: cancelled\nb: blocked\nlive: succeeded\nnext: blocked\n");
    assert_eq!(run.verdict(), Some(Verdict::Failed), "tolerance covers failures, not cancels");
}

#[test]
fn a_resume_of_a_run_that_is_hosted_is_no_more_than_an_unpause() {
    let mut run = Run::started(parse("a: tolerant\nb"));
    run.fail("a");
    run.request(Request::Pause);
    run.request(Request::Resume);
    assert_eq!(run.states(), "a: failed(exit)\nb: running\n");
    run.request(Request::Cancel);
    run.request(Request::Resume);
    run.succeed("b");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled), "a cancel under way is not taken back");
}
