//! The plain view and the summary over recorded events, with the times of the record.

use divisi_engine::event::EventRecord;
use divisi_engine::plan::StoredPlan;
use divisi_engine::view::RunView;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::plain::{self, Detail};
use super::summary;

/// Events of a run, one a line: milliseconds since its start, and the event's own fields.
fn records(events: &[(i64, Value)]) -> Vec<EventRecord> {
    let envelope = |(index, (at, event)): (usize, &(i64, Value))| {
        let mut record = json!({
            "v": 1, "run": "20261121-0900-k3", "seq": index + 1, "at": 1_000_000 + at, "critical": true,
        });
        let fields = event.as_object().expect("an event is an object").clone();
        record.as_object_mut().expect("the envelope is one").extend(fields);
        serde_json::from_value(record).expect("a valid record")
    };
    events.iter().enumerate().map(envelope).collect()
}

fn shown(plan: Option<&StoredPlan>, events: &[(i64, Value)], logs: &[(&str, &str)]) -> String {
    let mut run = RunView::new(plan);
    let mut lines = Vec::new();
    for record in records(events) {
        run.apply(&record);
        lines.extend(plain::line(&record, &run, Detail::Everything));
    }
    let tail =
        |node: &str, _| logs.iter().find(|(name, _)| *name == node).map(|(_, log)| log.as_bytes().to_vec());
    lines.extend(summary(&run, &tail));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    anstream::adapter::strip_str(&text).to_string()
}

#[track_caller]
fn check(events: &[(i64, Value)], logs: &[(&str, &str)], expected: Expect) {
    expected.assert_eq(&shown(None, events, logs));
}

fn planned(nodes: usize) -> (i64, Value) {
    (
        0,
        json!({"type": "run_planned", "dag": "review", "file": "/w/review.dag.yaml", "nodes": nodes, "max_parallel": 2}),
    )
}

fn host(at: i64, epoch: u64) -> (i64, Value) {
    (at, json!({"type": "host_started", "epoch": epoch, "pid": 7}))
}

fn granted(at: i64, node: &str, attempt: u32) -> (i64, Value) {
    (at, json!({"type": "attempt_granted", "node": node, "attempt": attempt}))
}

fn state(at: i64, node: &str, state: Value) -> (i64, Value) {
    (at, json!({"type": "node_state", "node": node, "state": state}))
}

fn running(at: i64, node: &str) -> (i64, Value) {
    state(at, node, json!({"is": "running"}))
}

fn ended(at: i64, node: &str, end: Value, wall_ms: u64) -> (i64, Value) {
    (
        at,
        json!({"type": "attempt_ended", "node": node, "attempt": 1, "end": end, "evidence": {"wall_ms": wall_ms}}),
    )
}

fn run_ended(at: i64, verdict: &str) -> (i64, Value) {
    (at, json!({"type": "run_ended", "verdict": verdict}))
}

#[test]
fn a_run_that_succeeds() {
    let file = json!({"file": {"path": "/w/REVIEW.md", "digest": "00"}});
    let merged = json!({
        "type": "node_state", "node": "merge", "state": {"is": "succeeded"}, "outputs": {"report": file},
    });
    let events = [
        planned(3),
        host(10, 1),
        granted(20, "a", 1),
        running(20, "a"),
        granted(20, "b", 1),
        running(20, "b"),
        ended(1020, "a", json!({"is": "succeeded"}), 1000),
        state(1020, "a", json!({"is": "succeeded"})),
        ended(1520, "b", json!({"is": "succeeded"}), 1500),
        state(1520, "b", json!({"is": "succeeded"})),
        granted(1520, "merge", 1),
        running(1520, "merge"),
        ended(2010, "merge", json!({"is": "succeeded"}), 490),
        (2010, merged),
        run_ended(2010, "succeeded"),
    ];
    check(
        &events,
        &[],
        expect![[r#"
            review · 3 nodes, 2 at a time · run 20261121-0900-k3
               0.0s  started    a
               0.0s  started    b
               1.0s  succeeded  a  1.0s
               1.5s  succeeded  b  1.5s
               1.5s  started    merge
               2.0s  succeeded  merge  0.5s

            review succeeded: 3 of 3 nodes done
              wall 2.0s, sum of nodes 3.0s, speed-up 1.5 ×, parallel efficiency 75 %
              files: /w/REVIEW.md
        "#]],
    );
}

#[test]
fn a_failure_shows_the_end_of_its_output_and_the_way_on() {
    let failed = json!({"is": "failed", "kind": "exit"});
    let failure =
        json!({"type": "node_state", "node": "tests[eu]", "state": failed, "detail": "exit status 3"});
    let events = [
        planned(2),
        host(0, 1),
        granted(0, "tests[eu]", 1),
        running(0, "tests[eu]"),
        ended(70_000, "tests[eu]", failed, 70_000),
        (70_000, failure),
        state(70_000, "report", json!({"is": "blocked"})),
        run_ended(70_000, "failed"),
    ];
    let log = "line one\n\u{1b}[31mred\u{1b}[0m and \u{1b}]0;title\u{7}a bell\n\n";
    check(
        &events,
        &[("tests[eu]", log)],
        expect![[r#"
            review · 2 nodes, 2 at a time · run 20261121-0900-k3
               0.0s  started    tests[eu]
              1m10s  failed     tests[eu]  1m10s  exit status 3
              1m10s  blocked    report

            review failed: 0 of 2 nodes done, 1 failed, 1 blocked
              wall 1m10s, sum of nodes 1m10s, speed-up 1.0 ×, parallel efficiency 50 %

            failed tests[eu]: exit status 3
              │ line one
              │ red and a bell

              whole output: divisi logs 20261121-0900-k3 'tests[eu]'
              to go on:     divisi resume 20261121-0900-k3
        "#]],
    );
}

#[test]
fn a_tolerated_failure_is_called_so() {
    let failed = json!({"is": "failed", "kind": "timed_out"});
    let stopping = json!({"type": "attempt_stopping", "node": "a", "attempt": 1, "cause": "timed_out"});
    let events = [
        planned(1),
        host(0, 1),
        granted(0, "a", 1),
        running(0, "a"),
        (900, stopping),
        ended(1000, "a", json!({"is": "timed_out"}), 1000),
        (
            1000,
            json!({"type": "node_state", "node": "a", "state": failed, "detail": "timed out after 900 ms"}),
        ),
        run_ended(1000, "succeeded"),
    ];
    check(
        &events,
        &[],
        expect![[r#"
            review · 1 node, 2 at a time · run 20261121-0900-k3
               0.0s  started    a
               0.9s  stopping   a  its timeout is over
               1.0s  failed     a  1.0s  timed out after 900 ms

            review succeeded: 0 of 1 node done, 1 failed
              wall 1.0s, sum of nodes 1.0s, speed-up 1.0 ×

            failed, tolerated a: timed out after 900 ms
        "#]],
    );
}

#[test]
fn a_resumed_run_counts_the_time_of_its_hosts_only() {
    let cancel = json!({"type": "requested", "id": 1, "request": {"request": "cancel"}});
    let again = json!({"type": "node_state", "node": "a", "state": {"is": "running"}, "attempt": 2});
    let events = [
        planned(1),
        host(0, 1),
        granted(0, "a", 1),
        running(0, "a"),
        (400, cancel),
        ended(500, "a", json!({"is": "cancelled"}), 500),
        state(500, "a", json!({"is": "cancelled"})),
        run_ended(500, "cancelled"),
        state(100_000, "a", json!({"is": "pending"})),
        host(100_000, 2),
        granted(100_000, "a", 2),
        (100_000, again),
        ended(101_000, "a", json!({"is": "succeeded"}), 1000),
        state(101_000, "a", json!({"is": "succeeded"})),
        run_ended(101_000, "succeeded"),
    ];
    check(
        &events,
        &[],
        expect![[r#"
            review · 1 node, 2 at a time · run 20261121-0900-k3
               0.0s  started    a
               0.4s  asked to cancel
               0.5s  cancelled  a
               0.5s  the run goes on with a new host
               0.5s  started    a  (attempt 2)
               1.5s  succeeded  a  1.0s

            review succeeded: 1 of 1 node done
              wall 1.5s, sum of nodes 1.5s, speed-up 1.0 ×
        "#]],
    );
}

#[test]
fn groups_do_not_count_and_unknown_events_are_passed_over() {
    let events = [
        planned(1),
        host(0, 1),
        state(0, "g", json!({"is": "expanded"})),
        (0, json!({"type": "from_the_future", "x": 1})),
        state(10, "g[1]", json!({"is": "skipped"})),
        state(10, "g", json!({"is": "skipped"})),
        run_ended(10, "succeeded"),
    ];
    check(
        &events,
        &[],
        expect![[r#"
            review · 1 node, 2 at a time · run 20261121-0900-k3
               0.0s  skipped    g[1]
               0.0s  skipped    g

            review succeeded: 0 of 1 node done, 1 skipped
        "#]],
    );
}

/// A plan of nodes that each wait for the one before it.
fn chain(nodes: &[&str]) -> StoredPlan {
    let node = |(index, path): (usize, &&str)| {
        json!({
            "path": path, "title": null, "line": 0, "group": null,
            "dependencies": index.checked_sub(1).into_iter().collect::<Vec<_>>(),
            "rule": "all_success", "when": null, "continue_on_error": false,
            "work": {"kind": "argv", "argv": ["true"]}, "inputs": [], "outputs": [],
            "timeout_ms": null, "idle_timeout_ms": null, "estimate_ms": 1000, "priority": 0,
            "env": [], "cwd": null, "item": null, "index": null, "resume": "retry",
        })
    };
    let nodes: Vec<Value> = nodes.iter().enumerate().map(node).collect();
    let plan = json!({
        "format": 1, "dag": "review", "file": "/w/review.dag.yaml", "workspace": "/w", "args": {},
        "secret_args": {}, "arg_types": {}, "max_parallel": 2, "on_failure": "stop", "env": [], "pass_env": [],
        "nodes": nodes, "agents": [], "runners": {}, "sources": [],
    });
    serde_json::from_value(plan).expect("a valid plan")
}

/// The summary of a run whose nodes wait for each other, a second each.
fn summary_of_chain(nodes: &[&str]) -> String {
    let mut events = vec![planned(nodes.len()), host(0, 1)];
    let mut at = 0;
    for node in nodes {
        events.push(granted(at, node, 1));
        at += 1000;
        events.push(ended(at, node, json!({"is": "succeeded"}), 1000));
        events.push(state(at, node, json!({"is": "succeeded"})));
    }
    events.push(run_ended(at, "succeeded"));
    let text = shown(Some(&chain(nodes)), &events, &[]);
    text.lines()
        .filter(|line| line.starts_with("  ") && !line.contains("succeeded"))
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}

#[test]
fn the_summary_names_what_the_run_waited_for() {
    expect![[r#"
          wall 3.0s, sum of nodes 3.0s, speed-up 1.0 ×, parallel efficiency 50 %
          critical path as run 3.0s: look → tests[eu] → report
    "#]]
    .assert_eq(&summary_of_chain(&["look", "tests[eu]", "report"]));
    expect![[r#"
          wall 1.0s, sum of nodes 1.0s, speed-up 1.0 ×
    "#]]
    .assert_eq(&summary_of_chain(&["only"]));
}

#[test]
fn a_long_critical_path_is_cut_in_its_middle() {
    expect![[r#"
          wall 6.0s, sum of nodes 6.0s, speed-up 1.0 ×, parallel efficiency 50 %
          critical path as run 6.0s: a → b → c → d → e → f
    "#]]
    .assert_eq(&summary_of_chain(&["a", "b", "c", "d", "e", "f"]));
    expect![[r#"
          wall 8.0s, sum of nodes 8.0s, speed-up 1.0 ×, parallel efficiency 50 %
          critical path as run 8.0s: a → b → c → … 2 more … → f → g → h
    "#]]
    .assert_eq(&summary_of_chain(&["a", "b", "c", "d", "e", "f", "g", "h"]));
}
