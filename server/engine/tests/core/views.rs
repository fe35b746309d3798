//! What people are shown.

use std::time::Duration;

use divisi_engine::amounts::Amounts;
use divisi_engine::core::status::{PauseCause, RunStatus, status};
use divisi_engine::core::{Input, replay};
use divisi_engine::event::{
    AttemptEnd, EVENT_VERSION, Event, EventRecord, Evidence, NodeState, Request, StopCause, Verdict,
};
use divisi_engine::view::{NodeView, RunView, Summary};
use expect_test::expect;

use crate::support::{Run, parse};

#[test]
fn status_is_derived() {
    let mut run = Run::planned(parse("a\nb\nc"));
    assert_eq!(status(&run.state, false), RunStatus::Planned);
    run.take_over(Vec::new(), &[]);
    assert_eq!(status(&run.state, true), RunStatus::Running);
    assert_eq!(status(&run.state, false), RunStatus::Orphaned);
    run.request(Request::Pause);
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::User));
    run.request(Request::Unpause);
    run.fail("a");
    assert_eq!(status(&run.state, true), RunStatus::Stopping);
    run.request(Request::Cancel);
    assert_eq!(status(&run.state, true), RunStatus::Cancelling);
    run.fail("b");
    run.fail("c");
    assert_eq!(status(&run.state, false), RunStatus::Ended(Verdict::Cancelled));
}

#[test]
fn a_run_that_waits_for_a_decision_is_paused() {
    let mut run = Run::started(parse("a: ask\nb"));
    run.take_over(Vec::new(), &[]);
    assert_eq!(status(&run.state, true), RunStatus::Running, "b runs");
    run.succeed("b");
    assert_eq!(status(&run.state, true), RunStatus::Paused(PauseCause::Decision));
}

fn paths<'a>(nodes: impl IntoIterator<Item = &'a NodeView>) -> Vec<&'a str> {
    nodes.into_iter().map(|node| node.path.as_str()).collect()
}

fn counts(view: &RunView) -> String {
    let (running, failed) = (paths(view.running()), paths(view.failed()));
    format!(
        "{} of {}, {} %, running {running:?}, failed {failed:?}",
        view.done(),
        view.total(),
        view.percentage()
    )
}

#[test]
fn counts_and_todos_are_over_nodes_that_work() {
    let mut plan = parse("a: tolerant\ng: group(x y)\nx\ny: when(false)\nz <- a x");
    plan.nodes[0].title = Some("Look around".to_owned());
    let mut run = Run::started(plan);
    run.fail("a");
    let view = run.view();
    expect![[r#"2 of 4, 50 %, running ["x"], failed ["a"]"#]].assert_eq(&counts(&view));
    expect![[r#"[{"content":"Look around","activeForm":"Running Look around","status":"completed"},{"content":"x","activeForm":"Running x","status":"in_progress"},{"content":"y","activeForm":"Running y","status":"completed"},{"content":"z","activeForm":"Running z","status":"pending"}]"#]].assert_eq(&serde_json::to_string(&view.todos()).unwrap());
}

#[test]
fn a_running_node_has_a_start_and_a_failed_one_a_reason() {
    let mut run = Run::started(parse("a\nb: tolerant\nc"));
    run.now += 500;
    run.fail("b");
    run.now += 100;
    run.fail("c");
    let view = run.view();
    let node = |path: &str| {
        let node = view.node(path).unwrap();
        (node.started_at, node.ended_at, node.wall, node.detail.as_deref())
    };
    assert_eq!(node("a"), (Some(1_000_000), None, None, None));
    let wall = Some(Duration::from_millis(500));
    assert_eq!(node("b"), (None, Some(1_000_500), wall, Some("exit status 1")));
    assert_eq!(view.first_failure().unwrap().path, "c", "that of b is tolerated");
}

#[test]
fn without_a_plan_a_view_knows_what_was_heard_of() {
    let mut run = Run::started(parse("g: group(x y)\nx\ny\nz <- g"));
    run.succeed("x");
    let mut view = RunView::new(None);
    let planned = Event::RunPlanned {
        dag: "test".to_owned(),
        file: "/w/test.dag.yaml".to_owned(),
        nodes: 3,
        max_parallel: 4,
    };
    view.apply(&record(0, planned));
    run.records.iter().for_each(|record| view.apply(record));
    expect![[r#"1 of 3, 33 %, running ["y"], failed []"#]].assert_eq(&counts(&view));
    assert_eq!(paths(view.nodes()), ["x", "y"]);
    assert!(view.summary().critical_path.is_empty(), "dependencies are not known");
}

fn told(summary: &Summary<'_>) -> String {
    let Summary { wall, sum, speed_up, efficiency, critical_path, critical, .. } = summary;
    let path = paths(critical_path.iter().copied()).join(" → ");
    format!(
        "wall {wall:?}, sum {sum:?}, speed-up {speed_up}, efficiency {efficiency}, {critical:?} on {path}"
    )
}

#[test]
fn the_summary_tells_what_the_run_waited_for() {
    let mut plan = parse("a\nb\ng <- a b: group(x)\nx\nc <- g");
    plan.max_parallel = 2;
    let mut run = Run::started(plan);
    for (after, path) in [(1_000, "a"), (2_000, "b"), (1_000, "x"), (4_000, "c")] {
        run.now += after;
        run.succeed(path);
    }
    let view = run.view();
    assert_eq!(view.verdict(), Some(Verdict::Succeeded));
    expect!["wall 8s, sum 9s, speed-up 1.125, efficiency 0.5625, 8s on b → x → c"]
        .assert_eq(&told(&view.summary()));
}

#[test]
fn the_summary_of_a_resumed_run_counts_every_attempt() {
    let mut run = Run::started(parse("a\nb <- a"));
    run.now += 1_000;
    run.succeed("a");
    run.now += 500;
    run.fail("b");
    run.now += 3_600_000;
    run.resume();
    assert_eq!(run.view().verdict(), None);
    run.now += 2_000;
    run.succeed("b");
    expect!["wall 3.5s, sum 3.5s, speed-up 1, efficiency 0.25, 3.5s on a → b"]
        .assert_eq(&told(&run.view().summary()));
}

#[test]
fn the_time_between_two_hosts_is_nobodys() {
    let mut run = Run::started(parse("a"));
    run.now += 500;
    run.spawned("a");
    run.now += 3_600_000;
    run.take_over(Vec::new(), &[]);
    run.now += 1_000;
    run.succeed("a");
    assert_eq!(run.view().wall(run.now), Duration::from_millis(1_500));
}

fn record(seq: u64, event: Event) -> EventRecord {
    EventRecord { v: EVENT_VERSION, run: "run".to_owned(), seq, at: 0, critical: false, event }
}

#[test]
fn a_view_takes_what_cannot_be() {
    let mut plan = parse("a\nb <- a\ng: group(x)\nx");
    plan.nodes[0].dependencies = vec![1, 99];
    plan.nodes[3].group = Some(99);
    let mut view = RunView::new(Some(&plan));
    let node_state = |node: &str, state| Event::NodeState {
        node: node.to_owned(),
        state,
        attempt: None,
        detail: None,
        outputs: std::collections::BTreeMap::new(),
    };
    let ended = |node: &str| Event::AttemptEnded {
        node: node.to_owned(),
        attempt: 9,
        end: AttemptEnd::Lost,
        evidence: Evidence { wall_ms: u64::MAX, ..Evidence::default() },
    };
    let mut events = vec![Event::Unknown, Event::RunEnded { verdict: Verdict::Failed }];
    for node in ["a", "b", "g", "x", "nobody"] {
        events.push(ended(node));
        events.push(Event::AttemptGranted {
            node: node.to_owned(),
            attempt: u32::MAX,
            reserved: Amounts::default(),
        });
        events.push(node_state(node, NodeState::Succeeded));
        events.push(node_state(node, NodeState::Stopping { cause: StopCause::Idle }));
        events.push(node_state(node, NodeState::Expanded));
        events.push(node_state(node, NodeState::Succeeded));
    }
    events.push(Event::HostStarted { epoch: 0, pid: 0 });
    for at in [i64::MIN, 0, i64::MAX] {
        for event in &events {
            view.apply(&EventRecord { at, ..record(0, event.clone()) });
        }
    }
    assert_eq!(view.done(), 0, "whatever was expanded is a group");
    let _no_panic = (view.summary(), view.todos(), view.wall(i64::MIN), counts(&view));
}

#[test]
fn a_view_that_replays_shows_what_a_live_one_showed() {
    let mut run = Run::started(parse("a\nb <- a: tolerant\nc <- b"));
    run.succeed("a");
    run.fail("b");
    run.input(Input::Tick);
    let replayed = replay("run", run.state.plan().clone(), &run.records).unwrap();
    assert_eq!(replayed, run.state);
}
