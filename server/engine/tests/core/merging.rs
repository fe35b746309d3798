//! Nodes that work on a copy: what they made comes back before anything that waits for them starts.

use std::collections::BTreeMap;

use divisi_engine::core::status::{RunStatus, status};
use divisi_engine::core::{Decision, Effect, Input, Made, MergeEnd};
use divisi_engine::event::{NodeState, OutputValue, Request, Verdict};
use expect_test::expect;
use serde_json::json;

use crate::support::{Run, parse, succeeded};

fn value(text: &str) -> BTreeMap<String, OutputValue> {
    BTreeMap::from([("out".to_owned(), OutputValue::Value(json!(text)))])
}

fn merged(run: &mut Run, path: &str) -> Decision {
    let key = run.key(path);
    run.input(Input::Merged { key, end: MergeEnd::Merged { outputs: value("merged") } })
}

fn refused(run: &mut Run, path: &str) -> Decision {
    let key = run.key(path);
    let end = MergeEnd::Refused { detail: "f (the same lines changed on both sides)".to_owned() };
    run.input(Input::Merged { key, end })
}

#[test]
fn dependents_start_after_the_merge() {
    let mut run = Run::started(parse("a: copy\nb <- a"));
    let from = run.records.len();
    let key = run.key("a");
    assert_eq!(run.succeed("a").effects, [Effect::Merge { key }]);
    assert_eq!(run.states(), "a: merging\nb: pending\n");
    assert!(run.state.needs_copy(0, 1));
    merged(&mut run, "a");
    assert!(!run.state.needs_copy(0, 1));
    expect![[r#"
        a#1 ended Succeeded
        a → merging
        a → succeeded
        b → ready
        b#1 granted
        b → running
    "#]]
    .assert_eq(&run.story(from));
    let merged = value("merged");
    let outputs = run.state.outputs(0).unwrap();
    assert!(outputs.iter().all(|(name, made)| *made == Made::Value(&merged[*name])), "{outputs:?}");
}

#[test]
fn a_refused_merge_fails_the_node_whatever_its_retry_says() {
    let mut run = Run::started(parse("a: copy, retry(3)\nb <- a"));
    run.succeed("a");
    refused(&mut run, "a");
    expect![[r#"
        a: failed(merge_conflict)
        b: blocked
    "#]]
    .assert_eq(&run.states());
    assert_eq!(run.verdict(), Some(Verdict::Failed));
    assert!(run.state.needs_copy(0, 1), "somebody will want to look at it");
    run.resume();
    assert_eq!(run.state_of("a"), NodeState::Running);
    assert!(!run.state.needs_copy(0, 1) && run.state.needs_copy(0, 2));
}

#[test]
fn a_merge_holds_no_slot_and_keeps_the_locks() {
    let mut plan = parse("a: copy, lock(l)\nb: lock(l)\nc");
    plan.max_parallel = 1;
    let mut run = Run::started(plan);
    run.succeed("a");
    assert_eq!(run.states(), "a: merging\nb: ready\nc: running\n");
    run.succeed("c");
    assert_eq!(run.state_of("b"), NodeState::Ready);
    merged(&mut run, "a");
    assert_eq!(run.state_of("b"), NodeState::Running);
}

#[test]
fn a_merge_is_done_again_after_a_crash() {
    let mut run = Run::started(parse("a: copy, ask\nb <- a"));
    run.succeed("a");
    let old = run.key("a");
    let from = run.records.len();
    let decision = run.take_over(Vec::new(), &[Request::Resume]);
    assert_eq!(decision.effects, [Effect::Merge { key: run.key("a") }]);
    expect![[r#"
        host 2
        requested Resume
        resumed
        a → merging: its merge is done again: the host died meanwhile
    "#]]
    .assert_eq(&run.story(from));
    let late = Input::Merged { key: old, end: MergeEnd::Merged { outputs: value("late") } };
    assert!(run.input(late).events.is_empty(), "a former host's merge says nothing");
    merged(&mut run, "a");
    assert!(merged(&mut run, "a").events.is_empty(), "it ends once");
    assert_eq!(run.states(), "a: succeeded\nb: running\n");
}

#[test]
fn an_adopted_success_is_merged() {
    let mut run = Run::started(parse("a: copy"));
    let outcome = succeeded("a");
    let recovered = divisi_engine::core::Recovered { node: 0, attempt: 1, outcome };
    run.take_over(vec![recovered], &[]);
    assert_eq!(run.state_of("a"), NodeState::Merging);
}

#[test]
fn a_cancel_waits_for_a_merge() {
    let mut run = Run::started(parse("a: copy\nb <- a"));
    run.succeed("a");
    assert!(run.request(Request::Cancel).effects.is_empty());
    assert!(run.cancel_node("a").effects.is_empty());
    assert_eq!((run.state_of("a"), status(&run.state, true)), (NodeState::Merging, RunStatus::Cancelling));
    merged(&mut run, "a");
    assert_eq!(run.states(), "a: succeeded\nb: cancelled\n");
    assert_eq!(run.verdict(), Some(Verdict::Cancelled));
}

#[test]
fn a_node_in_its_merge_is_not_done_again() {
    let mut run = Run::started(parse("a\nb <- a: copy\nc <- b"));
    run.succeed("a");
    run.succeed("b");
    run.take_over(Vec::new(), &[Request::Resume, Request::Forget { node: "a".to_owned() }]);
    assert_eq!(run.states(), "a: running\nb: merging\nc: pending\n");
    merged(&mut run, "b");
    assert_eq!(run.states(), "a: running\nb: succeeded\nc: running\n");
}
