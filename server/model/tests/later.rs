//! What a run would need and cannot do yet: each key, where it is written, and nothing else.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::sync::Arc;

use divisi_model::{command_v2, later::not_run_yet, lower};
use divisi_syntax::{Limits, jsonc, yaml};
use expect_test::{Expect, expect};

fn check(text: &str, expect: Expect) {
    let tree = yaml::parse(Arc::from(text));
    let dag = lower::lower(&tree, tree.root().unwrap()).unwrap();
    let asked = not_run_yet(&dag, &tree);
    let line = |at: u32| text.get(..at as usize).unwrap().matches('\n').count();
    let lines =
        asked.iter().map(|(span, key)| format!("{}: {key} ({})\n", line(span.start), span.slice(text)));
    expect.assert_eq(&lines.collect::<String>());
}

#[test]
fn nothing_for_what_runs() {
    check(
        r#"on_failure: continue
args: { regions: { type: list } }
locks: { unused: 2 }
phases: [{ id: p, barrier: false }]
defaults: { retry: { attempts: 3 }, isolation: none, cache: false, timeout: 5m, budget: }
nodes:
  - { id: a, run: x, resume: never, retry: { attempts: 2, initial: 5s }, cache: false, isolation: none }
  - { id: b, agent: x, prompt: p, locks: [], for_each: args.regions, max_turns: 3, budget: ~ }
  - { id: d, agent: x, budget: { usd: 0.5, turns: 3 }, outputs: { list: { json: { type: array } } } }
  - { id: c, run: [x], retry: { on: [exit] }, for_each: [1, 2], max_items: 5, resume: ask, outputs: { o: { ttl: 1d, json: true } } }
"#,
        expect![[r#""#]],
    );
}

#[test]
fn every_key_that_comes_later() {
    check(
        r#"on_failure: compensate
budget: { usd: 1 }
context: { max_bytes: 1MiB }
phases:
  - { id: p, barrier: true }
  - { id: q, max_parallel: 1 }
nodes:
  - { id: a, command: /x }
  - { id: b, dag: ./x.dag.yaml }
  - { id: c, approve: Go on? }
  - { id: f, run: x, locks: [l] }
  - { id: g, run: x, cache: true }
  - { id: h, run: x, cache: { ttl: 1d } }
  - { id: i, agent: x, prompt: p, budget: { usd: 1, tokens: 5k, wall: 1h } }
  - { id: j, run: x, compensate: { run: y } }
  - { id: m, run: x, for_each: nodes.a.outputs.list }
  - { id: n, run: x, for_each: inputs.list }
"#,
        expect![""],
    );
}

#[test]
fn defaults_count_where_a_node_takes_them() {
    check(
        r#"defaults:
  retry: { attempts: 3 }
  cache: true
  budget: { usd: 1 }
nodes:
  - { id: a, run: x, retry: { attempts: 1 }, cache: false }
"#,
        expect![[r#""#]],
    );
    check(
        r#"defaults:
  retry: { attempts: 3 }
  cache: true
nodes:
  a: { run: x }
  b: { run: x }
"#,
        expect![""],
    );
}

#[test]
fn command_v2() {
    let text = r#"{"name": "/x", "phases": [
{"name": "one", "parallel": false, "agents": [{"id": "a", "type": "t", "task": "x"}]},
{"name": "two", "parallel": false, "agents": [
{"id": "b", "type": "t", "task": "x", "retry": {"maxAttempts": 2, "strategy": "linear", "retryableErrors": ["timeout"]}},
{"id": "c", "type": "t", "task": "x", "conditional": {"enabled": false}, "compensation": {"type": "none"}, "resources": []},
{"id": "d", "type": "t", "task": "x", "skipCondition": {"expression": "y"}, "compensation": {"task": "z"}, "resources": ["r"]}
]}]}"#;
    let tree = jsonc::parse(Arc::from(text), Limits::default());
    let dag = command_v2::lower(&tree, tree.root().unwrap()).unwrap();
    let asked = not_run_yet(&dag, &tree);
    let keys: Vec<(&str, &str)> = asked.iter().map(|(span, key)| (span.slice(text), key.as_str())).collect();
    expect![[r#"
        [
            (
                "\"retryableErrors\"",
                "retryableErrors",
            ),
            (
                "\"skipCondition\"",
                "skipCondition",
            ),
            (
                "\"compensation\"",
                "compensation",
            ),
        ]
    "#]]
    .assert_debug_eq(&keys);
}
