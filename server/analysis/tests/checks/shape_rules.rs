//! Rules about the shape of a file: keys, kinds, values, syntax.

use crate::support::{check_dag, check_file, fixed};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&check_dag(text));
}

#[test]
fn duplicate_key() {
    check(
        "name: x\nnodes:\n  - id: a\n    run: x\n    env: { A: 1, A: 2 }\n    run: y\nname: y\n",
        expect![[r#"
              5 |     env: { A: 1, A: 2 }
                                   ^ duplicate-key (error): `A` is written twice here; keep one
                                     line 5: the other one
              6 |     run: y
                      ^^^ duplicate-key (error): `run` is written twice here; keep one
                        line 4: the other one
              7 | name: y
                  ^^^^ duplicate-key (error): `name` is written twice here; keep one
                    line 1: the other one
        "#]],
    );
    check(
        "nodes: [{ id: a, run: x, env: { A: 1, a: 2 } }]",
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn unknown_key() {
    check(
        "
nmae: x
x-note: mine
defaults: { timeot: 1m }
nodes:
  - id: a
    run: x
    timout: 5m
    wholly_unknown: 1
    needz: []
    retry: { atempts: 3 }
    env: { ANYTHING: 1 }
$schema: ./dag.schema.json
",
        expect![[r#"
            2 | nmae: x
                ^^^^ unknown-key (warning): unknown DAG key `nmae`; did you mean `name`?
                  fix: Change to `name`
            4 | defaults: { timeot: 1m }
                            ^^^^^^ unknown-key (warning): unknown defaults key `timeot`; did you mean `timeout`?
                              fix: Change to `timeout`
            8 |     timout: 5m
                    ^^^^^^ unknown-key (warning): unknown node key `timout`; did you mean `timeout`?
                      fix: Change to `timeout`
            9 |     wholly_unknown: 1
                    ^^^^^^^^^^^^^^ unknown-key (warning): unknown node key `wholly_unknown`: it does nothing
            10 |     needz: []
                     ^^^^^ unknown-key (warning): unknown node key `needz`; did you mean `depends_on`?
                       fix: Change to `depends_on`
            11 |     retry: { atempts: 3 }
                              ^^^^^^^ unknown-key (warning): unknown retry key `atempts`; did you mean `attempts`?
                                fix: Change to `attempts`
        "#]],
    );
    expect![[r#"
        nodes: [{ id: a, run: x, "timeout": 5m }]
    "#]]
    .assert_eq(&fixed("nodes: [{ id: a, run: x, \"timout\": 5m }]\n"));
}

#[test]
fn nodes_by_the_name_of_other_tools() {
    check(
        "steps:\n  - { id: a, run: x }\n",
        expect![[r#"
        1 | steps:
            ^^^^^ missing-field (error): this DAG has no `nodes`
            ^^^^^ unknown-key (warning): unknown DAG key `steps`; did you mean `nodes`?
              fix: Change to `nodes`
    "#]],
    );
    check(
        "steps: []\nnodes: [{ id: a, run: x }]\n",
        expect![[r#"
        1 | steps: []
            ^^^^^ unknown-key (warning): unknown DAG key `steps`: it does nothing
    "#]],
    );
}

#[test]
fn wrong_type() {
    check(
        "
max_parallel: two
tags: ci
nodes:
  - id: a
    run: x
    continue_on_error: yes
    timeout: [5m]
    depends_on: { b: 1 }
    env: [A]
    priority: \"7\"
    title: { en: A }
",
        expect![[r#"
            2 | max_parallel: two
                              ^^^ wrong-type (error): `max_parallel` must be a whole number, not a text
            3 | tags: ci
                      ^^ wrong-type (error): `tags` must be a list, not a text
                        fix: Change to `[ci]`
            7 |     continue_on_error: yes
                                       ^^^ wrong-type (error): `continue_on_error` must be `true` or `false`, not a text
                                         fix: Change to `true`
            8 |     timeout: [5m]
                             ^^^^ wrong-type (error): `timeout` must be a duration such as `10m`, not a list
            9 |     depends_on: { b: 1 }
                                ^^^^^^^^ wrong-type (error): `depends_on` must be a list or a node's id, not a mapping
            10 |     env: [A]
                          ^^^ wrong-type (error): `env` must be a mapping, not a list
            11 |     priority: "7"
                               ^^^ wrong-type (error): `priority` must be a whole number, not a text
                                 fix: Change to `7`
            12 |     title: { en: A }
                            ^^^^^^^^^ wrong-type (error): `title` must be a text, not a mapping
        "#]],
    );
    check(
        "- id: a\n  run: x\n",
        expect![[r#"
              1 | - id: a
                  ^^^^^^^ wrong-type (error): a DAG file is a mapping with `nodes`, for example `nodes: [{ id: tests, run: cargo test }]`
        "#]],
    );
    check(
        "just text\n",
        expect![[r#"
              1 | just text
                  ^^^^^^^^^ wrong-type (error): a DAG file is a mapping with `nodes`, for example `nodes: [{ id: tests, run: cargo test }]`
        "#]],
    );
}

#[test]
fn values_of_the_right_kind_are_fine() {
    check(
        "
version: 1.2
name: 42
description:
max_parallel: 4
env: { A: 1, B: true, C: null, D: { from_env: E }, E: 'x' }
locks: { db: 2, free: }
args: { a: , b: { type: integer, default: 3, enum: [1, 2, 3] }, c: { default: [x] } }
nodes:
  - id: a
    title: 2026
    run: x
    timeout: 1h30m
    estimate: \"5m\"
    when: true
    priority: -3
    continue_on_error: false
    depends_on:
    model: 4
  - id: b
    run: [x, 1, true, 2.5]
    timeout: '{{ args.b }}'
    retry: { attempts: 3, initial: 500ms }
    cache: true
  - id: c
    run: x
    cache: { ttl: 7d }
    reads: workspace
    budget:
",
        expect![[r#"
            19 |     model: 4
                     ^^^^^ key-has-no-effect (warning, unnecessary): `model` does nothing on a node whose `run` is a string
            24 |     cache: true
                     ^^^^^ cache-without-reads (warning): nothing says when the result of `b` is out of date: add `reads`
                       fix: Add `reads: workspace`, all files
        "#]],
    );
}

#[test]
fn invalid_value() {
    check(
        "
max_parallel: 0
on_failure: stopp
nodes:
  - id: a b
    run: x
    trigger_rule: always
    timeout: 1.5h
    idle_timeout: soon
  - id: 1st
    run: x
    retry: { attempts: 1000 }
",
        expect![[r#"
            2 | max_parallel: 0
                              ^ invalid-value (error): `0` will not do for `max_parallel`: it must be from 1 to 100000
            3 | on_failure: stopp
                            ^^^^^ invalid-value (error): `stopp` will not do for `on_failure`: it must be `stop`, `abort`, `continue` or `compensate`; did you mean `stop`?
                              fix: Change to `stop`
            5 |   - id: a b
                        ^^^ invalid-value (error): `a b` will not do for `id`: an id is a letter or `_`, then letters, digits, `_` and `-`
            7 |     trigger_rule: always
                                  ^^^^^^ invalid-value (error): `always` will not do for `trigger_rule`: it must be `all_success`, `none_failed`, `none_failed_min_one_success`, `one_success` or `all_done`
            8 |     timeout: 1.5h
                             ^^^^ invalid-value (error): `1.5h` will not do for `timeout`: a duration is numbers with units `ms`, `s`, `m`, `h`, `d`, as in `1h30m`
            9 |     idle_timeout: soon
                                  ^^^^ invalid-value (error): `soon` will not do for `idle_timeout`: a duration is numbers with units `ms`, `s`, `m`, `h`, `d`, as in `1h30m`
            10 |   - id: 1st
                         ^^^ invalid-value (error): `1st` will not do for `id`: an id is a letter or `_`, then letters, digits, `_` and `-`
            12 |     retry: { attempts: 1000 }
                                        ^^^^ invalid-value (error): `1000` will not do for `attempts`: it must be from 1 to 100
        "#]],
    );
}

#[test]
fn missing_unit() {
    check(
        "defaults: { timeout: 600 }\nnodes: [{ id: a, run: x, estimate: \"30\" }]\n",
        expect![[r#"
              1 | defaults: { timeout: 600 }
                                       ^^^ missing-unit (error): `600` has no unit: write `600s` for seconds or `600ms` for milliseconds
                                         fix: Change to `600s`
                                         fix: Change to `600ms`
              2 | nodes: [{ id: a, run: x, estimate: "30" }]
                                                     ^^^^ missing-unit (error): `30` has no unit: write `30s` for seconds or `30ms` for milliseconds
                                                       fix: Change to `30s`
                                                       fix: Change to `30ms`
        "#]],
    );
    expect![[r#"
        nodes: [{ id: a, run: x, estimate: "30s" }]
    "#]]
    .assert_eq(&fixed("nodes: [{ id: a, run: x, estimate: \"30\" }]\n"));
}

#[test]
fn missing_field() {
    check(
        "name: x\n",
        expect![[r#"
              1 | name: x
                  ^^^^ missing-field (error): this DAG has no `nodes`
        "#]],
    );
    check(
        "
nodes:
  - run: x
  - id:
    run: x
  - idd: b
    run: x
  - id: c
    agent: planner
  - id: d
    agent: planner
    promt: misspelt
  - id: e
    run: x
    locks: [{ mode: shared }]
",
        expect![[r#"
            3 |   - run: x
                    ^^^ missing-field (error): this node has no `id`
            4 |   - id:
                    ^^ missing-field (error): `id` has no value
            6 |   - idd: b
                    ^^^ unknown-key (warning): unknown node key `idd`; did you mean `id`?
                      fix: Change to `id`
            9 |     agent: planner
                    ^^^^^ missing-field (error): this node has no `prompt`
            12 |     promt: misspelt
                     ^^^^^ unknown-key (warning): unknown node key `promt`; did you mean `prompt`?
                       fix: Change to `prompt`
            15 |     locks: [{ mode: shared }]
                               ^^^^ missing-field (error): this lock has no `name`
        "#]],
    );
}

#[test]
fn key_has_no_effect() {
    check(
        "
defaults: { model: sonnet, shell: [bash, -c] }
nodes:
  - { id: a, run: x, model: haiku, max_turns: 3, prompt: hm }
  - { id: b, run: [x], shell: [bash, -c] }
  - { id: c, agent: planner, prompt: p, shell: [bash, -c], model: opus }
  - { id: d, approve: Well?, outputs: [o] }
",
        expect![[r#"
              4 |   - { id: a, run: x, model: haiku, max_turns: 3, prompt: hm }
                                       ^^^^^ key-has-no-effect (warning, unnecessary): `model` does nothing on a node whose `run` is a string
                                                     ^^^^^^^^^ key-has-no-effect (warning, unnecessary): `max_turns` does nothing on a node whose `run` is a string
                                                                   ^^^^^^ key-has-no-effect (warning, unnecessary): `prompt` does nothing on a node whose `run` is a string
              5 |   - { id: b, run: [x], shell: [bash, -c] }
                                         ^^^^^ key-has-no-effect (warning, unnecessary): `shell` does nothing on a node whose `run` is a list
              6 |   - { id: c, agent: planner, prompt: p, shell: [bash, -c], model: opus }
                                                          ^^^^^ key-has-no-effect (warning, unnecessary): `shell` does nothing on an `agent` node
              7 |   - { id: d, approve: Well?, outputs: [o] }
                                               ^^^^^^^ key-has-no-effect (warning, unnecessary): `outputs` does nothing on an `approve` node
        "#]],
    );
}

#[test]
fn work() {
    check(
        "
nodes:
  - id: a
  - id: b
    prompt: Do it
  - id: c
    run: x
    agent: planner
    prompt: p
  - id: d
    agnet: planner
    prompt: p
",
        expect![[r#"
            3 |   - id: a
                        ^ no-work (error): this node does nothing: add `agent` and `prompt`, `run`, `command`, `dag` or `approve`
            4 |   - id: b
                        ^ no-work (error): this node has a prompt and no `agent` that gets it
            8 |     agent: planner
                    ^^^^^ conflicting-work (error): a node does one thing: it has `run` and `agent`
                      line 7: the other one
            11 |     agnet: planner
                     ^^^^^ unknown-key (warning): unknown node key `agnet`; did you mean `agent`?
                       fix: Change to `agent`
        "#]],
    );
}

#[test]
fn empty_dag() {
    check(
        "",
        expect![[r#"
            1 |
                ^ empty-dag (warning): this file holds no DAG yet: write its nodes, for example `nodes: [{ id: tests, run: cargo test }]`
        "#]],
    );
    check(
        "# nothing yet\n",
        expect![[r#"
              1 | # nothing yet
                  ^ empty-dag (warning): this file holds no DAG yet: write its nodes, for example `nodes: [{ id: tests, run: cargo test }]`
        "#]],
    );
    check(
        "name: x\nnodes: []\n",
        expect![[r#"
              2 | nodes: []
                  ^^^^^ empty-dag (warning): this DAG has no nodes: add one, for example `nodes: [{ id: tests, run: cargo test }]`
        "#]],
    );
    check(
        "name: x\nnodes:\n",
        expect![[r#"
              2 | nodes:
                  ^^^^^ missing-field (error): `nodes` has no value
        "#]],
    );
    expect![[r#"
        1 |
            ^ empty-dag (warning): this file holds no DAG yet: write its nodes, for example `nodes: [{ id: tests, run: cargo test }]`
    "#]].assert_eq(&check_file("a.dag.json", ""));
    expect![[r#"
          1 | {}
              ^^ missing-field (error): this DAG has no `nodes`
    "#]]
    .assert_eq(&check_file("a.dag.json", "{}"));
}

#[test]
fn json_with_comments() {
    expect![[r#"
          4 |     { "id": "a", "run": "x", "timeout": 5 },
                                                      ^ missing-unit (error): `5` has no unit: write `5s` for seconds or `5ms` for milliseconds
                                                        fix: Change to `"5s"`
                                                        fix: Change to `"5ms"`
          5 |     { "id": "b", "run": "x", "depends_on": ["aa", "a",], },
                                                          ^^^^ missing-dependency (error): no node `aa` in this DAG
    "#]].assert_eq(&check_file(
        "a.dag.json",
        "{\n  // a comment\n  \"nodes\": [\n    { \"id\": \"a\", \"run\": \"x\", \"timeout\": 5 },\n    { \"id\": \"b\", \"run\": \"x\", \"depends_on\": [\"aa\", \"a\",], },\n  ],\n}\n",
    ));
}

#[test]
fn syntax_faults_and_what_keeps_quiet_beside_them() {
    check(
        "nodes:\n  - id: a\n    run: [x, \"y]\n  - id: b\n    depends_on: [a, nobody]\n    run: x\n",
        expect![[r#"
              3 |     run: [x, "y]
                               ^^^ syntax (error): this text in quotes is never closed: add `"` at its end
              5 |     depends_on: [a, nobody]
                                      ^^^^^^ missing-dependency (error): no node `nobody` in this DAG
        "#]],
    );
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    depends_on: [a\n    timeot: 1\n",
        expect![[r#"
              5 |     depends_on: [a
                                  ^ syntax (error): this list is never closed: add `]`
        "#]],
    );
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    depends_on: [zzz]\n    run: x\n  - i\n",
        expect![[r#"
              5 |     depends_on: [zzz]
                                   ^^^ missing-dependency (error): no node `zzz` in this DAG
              7 |   - i
                      ^ wrong-type (error): what stands in `nodes` must be a mapping, not a text
        "#]],
    );
}

#[test]
fn unsupported_yaml_and_more_documents() {
    check(
        "nodes:\n  - &base\n    id: a\n    run: x\n  - <<: *base\n    id: b\n---\nnodes: []\n",
        expect![[r#"
              5 |   - <<: *base
                      ^^ unsupported-yaml (error): merge keys (`<<`) are not supported: write the keys out
              7 | ---
                  ^^^ multiple-documents (error): a second document begins here; only the first is read, so give it a file of its own
        "#]],
    );
}

#[test]
fn aliases_are_fine() {
    check(
        "
x-env: &env { A: 1 }
nodes:
  - { id: a, run: x, env: *env, timeout: &t 5m }
  - { id: b, run: x, env: *env, timeout: *t }
",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn what_an_alias_stands_for_is_judged_where_it_is_written() {
    // The item of `x-lists` is checked as each of the two things that it is used as, and as each of them once.
    check(
        "
x-lists: [&l [x], &n { id: b, run: 1, tiemout: 5m }, &t 5, &m { A: [1] }]
nodes:
  - { id: a, run: x, env: *l, timeout: *t }
  - { id: c, run: x, env: *l, idle_timeout: *t }
  - { id: d, run: x, env: *m }
  - *n
  - *n
",
        expect![[r#"
            2 | x-lists: [&l [x], &n { id: b, run: 1, tiemout: 5m }, &t 5, &m { A: [1] }]
                             ^^^ wrong-type (error): `env` must be a mapping, not a list
                                           ^ duplicate-node (error): there is another node `b`; give one of them another id
                                             line 2: the other one
                                                      ^^^^^^^ unknown-key (warning): unknown node key `tiemout`; did you mean `timeout`?
                                                        fix: Change to `timeout`
                                                                        ^ missing-unit (error): `5` has no unit: write `5s` for seconds or `5ms` for milliseconds
                                                                          fix: Change to `5s`
                                                                          fix: Change to `5ms`
                                                                                   ^^^ wrong-type (error): what stands in `env` must be a mapping or a text or a number or `true` or `false`, not a list
        "#]],
    );
    check(
        "x-list: &l { a: 1 }\nnodes: *l\n",
        expect![[r#"
        1 | x-list: &l { a: 1 }
                         ^ no-work (error): this node does nothing: add `agent` and `prompt`, `run`, `command`, `dag` or `approve`
                            ^ wrong-type (error): what stands in `nodes` must be a mapping, not a number
    "#]],
    );
    check(
        "x-nodes: &n\n  - &a { id: a, run: x }\n  - *a\nnodes: *n\n",
        expect![[r#"
        2 |   - &a { id: a, run: x }
                         ^ duplicate-node (error): there is another node `a`; give one of them another id
                           line 2: the other one
    "#]],
    );
    check(
        "nodes: *none\n",
        expect![[r#"
        1 | nodes: *none
                   ^^^^^ syntax (error): no `&` anchor of this name stands above; if this is text, put it in quotes
    "#]],
    );
}

#[test]
fn parked_values_serve_by_alias() {
    check(
        "
x-env: &env { CI: \"1\" }
x-retry: &retry { attempts: 2, backoff: linear }
x-inputs: &needs [build]
x-defaults: &defaults { timeout: 5m, retry: *retry }
defaults: *defaults
nodes:
  - { id: build, run: cargo build, env: *env }
  - { id: test, run: cargo test, env: *env, retry: *retry, depends_on: *needs }
",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn findings_stay_on_one_line() {
    let found = check_dag("nodes:\n  - id: a\n    run: x\n    title:\n      en: A\n      de: B\n");
    expect![[r#"
          5 |       en: A
                    ^^^^^ wrong-type (error): `title` must be a text, not a mapping
    "#]]
    .assert_eq(&found);
}

/// A front matter that is not closed takes in the prose below it: one fault is enough.
#[test]
fn front_matter_that_runs_into_prose_has_one_fault() {
    let text = "---\ndivisi:\n  nodes:\n    - {id: a, run: x}\n\n# Title\n\nsome words\nmore words: [\n- and\nso on\n\n---\nend\n";
    let shown = check_file(".claude/commands/x.md", text);
    assert_eq!(shown.matches("syntax").count(), 1, "{shown}");
}
