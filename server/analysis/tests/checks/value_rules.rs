//! What `invalid-value` says beyond the kinds and bounds of the table of keys.

use crate::support::{check_dag, fixed};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&check_dag(text));
}

fn is_silent(text: &str) {
    assert_eq!(check_dag(text), "no findings\n", "{text}");
}

#[test]
fn empty_work() {
    check(
        "
nodes:
  - { id: a, run: \"\" }
  - { id: b, run: [] }
  - { id: c, agent: '', prompt: \" \" }
  - { id: d, approve: \"\" }
  - id: e
    agent: planner
    prompt: |

",
        expect![[r#"
            3 |   - { id: a, run: "" }
                                  ^^ invalid-value (error): `run` is empty: write the program, for example `cargo test` or `[cargo, test]`
            4 |   - { id: b, run: [] }
                                  ^^ invalid-value (error): `run` is empty: write the program, for example `cargo test` or `[cargo, test]`
            5 |   - { id: c, agent: '', prompt: " " }
                                    ^^ invalid-value (error): `agent` is empty: write the agent's name
                                                ^^^ invalid-value (error): `prompt` is empty: write what the agent is asked to do
            6 |   - { id: d, approve: "" }
                                      ^^ invalid-value (error): `approve` is empty: write the question
            9 |     prompt: |
                            ^ invalid-value (error): `prompt` is empty: write what the agent is asked to do
        "#]],
    );
    is_silent("nodes:\n  - { id: a, run: [x, ''] }\n  - { id: b, run: x, env: { A: '' }, title: '' }\n");
    check(
        "nodes:\n  - id: a\n    run:\n  - id: b\n    agent: planner\n    prompt:\n",
        expect![[r#"
        3 |     run:
                ^^^ missing-field (error): `run` has no value
        6 |     prompt:
                ^^^^^^ missing-field (error): `prompt` has no value
    "#]],
    );
}

#[test]
fn default_of_arg() {
    check(
        "
args:
  mode: { enum: [quick, full], default: ful }
  level: { enum: [1, 2], default: \"1\" }
  count: { type: integer, default: \"3\" }
  ratio: { type: number, default: half }
  all: { type: boolean, default: \"yes\" }
  paths: { type: list, default: src }
  name: { type: string, default: [a] }
  token: { secret: true, default: hunter22 }
nodes: [{ id: a, run: x }]
",
        expect![[r#"
            3 |   mode: { enum: [quick, full], default: ful }
                                                        ^^^ invalid-value (error): the default of `mode` is not in its `enum`: `quick`, `full`; did you mean `full`?
                                                          fix: Change to `full`
            4 |   level: { enum: [1, 2], default: "1" }
                                                  ^^^ invalid-value (error): the default of `level` is not in its `enum`: `1`, `2`
            5 |   count: { type: integer, default: "3" }
                                                   ^^^ invalid-value (error): the default of `count` must be a whole number without quotes, as its `type` says
            6 |   ratio: { type: number, default: half }
                                                  ^^^^ invalid-value (error): the default of `ratio` must be a number without quotes, as its `type` says
            7 |   all: { type: boolean, default: "yes" }
                                                 ^^^^^ invalid-value (error): the default of `all` must be `true` or `false` without quotes, as its `type` says
            8 |   paths: { type: list, default: src }
                                                ^^^ invalid-value (error): the default of `paths` must be a list such as `[a, b]`, as its `type` says
            9 |   name: { type: string, default: [a] }
                                                 ^^^ invalid-value (error): the default of `name` must be a text, as its `type` says
            10 |   token: { secret: true, default: hunter22 }
                                                   ^^^^^^^^ invalid-value (error): the argument `token` is secret and has no default: a run takes it from `$DIVISI_ARG_TOKEN`
        "#]],
    );
    expect![[r#"
        args: { mode: { enum: ['quick', 'full'], default: 'full' } }
        nodes: [{ id: a, run: x }]
    "#]]
    .assert_eq(&fixed(
        "args: { mode: { enum: ['quick', 'full'], default: 'ful' } }\nnodes: [{ id: a, run: x }]\n",
    ));
    is_silent(
        "
args:
  a: { enum: [quick, full], default: full }
  b: { enum: [quick, full] }
  c: { enum: [1, 2], default: 2 }
  d: { type: integer, default: 3.0 }
  e: { type: number, default: 3 }
  f: { type: string, default: 3 }
  g: { type: list, default: [] }
  h: { type: integer, default: }
  i: { default: [x] }
  j: { secret: true }
nodes: [{ id: a, run: x }]
",
    );
}

#[test]
fn agent_output() {
    check(
        "
nodes:
  - { id: a, agent: planner, prompt: Plan, outputs: [plan, risks] }
  - { id: b, agent: planner, prompt: Plan, outputs: { plan: { text: true }, risks: { json: true } } }
",
        expect![[r#"
            3 |   - { id: a, agent: planner, prompt: Plan, outputs: [plan, risks] }
                                                                     ^^^^ invalid-value (error): an agent's final message is only one output, and this node has more: give `plan` a `file`, or say in the prompt that it is written to `$DIVISI_OUTPUT_DIR/plan`
                                                                           ^^^^^ invalid-value (error): an agent's final message is only one output, and this node has more: give `risks` a `file`, or say in the prompt that it is written to `$DIVISI_OUTPUT_DIR/risks`
            4 |   - { id: b, agent: planner, prompt: Plan, outputs: { plan: { text: true }, risks: { json: true } } }
                                                                      ^^^^ invalid-value (error): an agent's final message is only one output, and this node has more: give `plan` a `file`, or say in the prompt that it is written to `$DIVISI_OUTPUT_DIR/plan`
        "#]],
    );
    is_silent(
        "
nodes:
  - { id: a, agent: planner, prompt: Plan, outputs: [plan] }
  - { id: b, agent: planner, prompt: Plan, outputs: { plan: , report: { file: REPORT.md } } }
  - { id: c, agent: planner, prompt: Plan, outputs: { plan: { json: true }, risks: { json: true } } }
  - { id: d, agent: planner, prompt: Write to $DIVISI_OUTPUT_DIR/plan, outputs: [plan, risks] }
  - { id: e, run: ./x.sh, outputs: [plan, risks] }
  - { id: f, agent: planner, prompt: Plan, outputs: { plan: { required: false }, risks: { json: true } } }
",
    );
}

#[test]
fn output_form() {
    check(
        "nodes: [{ id: a, run: x, outputs: { o: { file: x, json: true, text: true } } }]",
        expect![[r#"
        1 | nodes: [{ id: a, run: x, outputs: { o: { file: x, json: true, text: true } } }]
                                                              ^^^^ invalid-value (error): an output is either `file` or `json`: keep one, or make it two outputs
                                                                line 1: the other form
                                                                          ^^^^ invalid-value (error): an output is either `file` or `text`: keep one, or make it two outputs
                                                                            line 1: the other form
    "#]],
    );
    is_silent(
        "nodes: [{ id: a, run: x, outputs: { o: { file: x, json: false, ttl: 1d }, p: { text: true } } }]",
    );
}

#[test]
fn repeated_item() {
    check(
        "
nodes:
  - { id: a, run: x, for_each: [x, y, x, x] }
  - { id: b, run: x, for_each: [1, \"1\"] }
  - { id: c, run: x, for_each: [{ key: eu, n: 1 }, { key: eu, n: 2 }] }
  - { id: d, run: x, for_each: [{ n: 1 }, { n: 1 }] }
  - id: e
    run: x
    for_each:
      - x
      - x
",
        expect![[r#"
            3 |   - { id: a, run: x, for_each: [x, y, x, x] }
                                                      ^ invalid-value (error): `for_each` has `x` twice, and both would be `a[x]`: remove one, or make them mappings, each with a `key` of its own
                                                        line 3: the first one
                                                        fix: Remove the item
            4 |   - { id: b, run: x, for_each: [1, "1"] }
                                                   ^^^ invalid-value (error): `for_each` has `1` twice, and both would be `b[1]`: remove one, or make them mappings, each with a `key` of its own
                                                     line 4: the first one
                                                     fix: Remove the item
            5 |   - { id: c, run: x, for_each: [{ key: eu, n: 1 }, { key: eu, n: 2 }] }
                                                                   ^^^^^^^^^^^^^^^^^ invalid-value (error): `for_each` has `eu` twice, and both would be `c[eu]`: remove one, or make them mappings, each with a `key` of its own
                                                                     line 5: the first one
                                                                     fix: Remove the item
            6 |   - { id: d, run: x, for_each: [{ n: 1 }, { n: 1 }] }
                                                          ^^^^^^^^ invalid-value (error): `for_each` has this item twice: remove one, or give each a `key` of its own
                                                            line 6: the first one
                                                            fix: Remove the item
            11 |       - x
                         ^ invalid-value (error): `for_each` has `x` twice, and both would be `e[x]`: remove one, or make them mappings, each with a `key` of its own
                           line 10: the first one
                           fix: Remove the item
        "#]],
    );
    expect![[r#"
        nodes: [{ id: a, run: x, for_each: [x, y] }]
    "#]]
    .assert_eq(&fixed("nodes: [{ id: a, run: x, for_each: [x, y, x] }]\n"));
    is_silent(
        "nodes: [{ id: a, run: x, for_each: [x, X, 1, [x], { key: y, n: 1 }, { n: 1 }, { n: 2 }, ''] }]",
    );
}

#[test]
fn status_word() {
    check(
        "
nodes:
  - { id: a, run: x }
  - id: b
    depends_on: [a]
    when: nodes.a.status == \"success\" and nodes.a.status != 'canceled'
    run: [echo, \"{{ 1 if nodes.a.status == 'good' else 2 }}\"]
",
        expect![[r#"
            6 |     when: nodes.a.status == "success" and nodes.a.status != 'canceled'
                                             ^^^^^^^ invalid-value (error): no node has the status `success`: it can be `succeeded`, `reused`, `failed`, `skipped`, `blocked`, `cancelled`; did you mean `succeeded`?
                                               fix: Change to `succeeded`
                                                                             ^^^^^^^^ invalid-value (error): no node has the status `canceled`: it can be `succeeded`, `reused`, `failed`, `skipped`, `blocked`, `cancelled`; did you mean `cancelled`?
                                                                               fix: Change to `cancelled`
            7 |     run: [echo, "{{ 1 if nodes.a.status == 'good' else 2 }}"]
                                                            ^^^^ invalid-value (error): no node has the status `good`: it can be `succeeded`, `reused`, `failed`, `skipped`, `blocked`, `cancelled`
        "#]],
    );
    expect![[r#"
        nodes:
          - { id: a, run: x }
          - { id: b, run: x, depends_on: [a], when: nodes.a.status == 'succeeded' }
    "#]].assert_eq(&fixed(
        "nodes:\n  - { id: a, run: x }\n  - { id: b, run: x, depends_on: [a], when: nodes.a.status == 'done' }\n",
    ));
    let conditions = [
        "nodes.a.status == 'succeeded'",
        "nodes.a.status != \"running\"",
        "nodes.a.status | upper == 'FAILED'",
        "nodes.a.status == 'suc' ~ 'ceeded'",
        "'is ' ~ nodes.a.status == 'is failed'",
        "nodes.a.status == args.wanted",
        "nodes.a.outputs.status == 'success'",
        "nodes.a.status in ['success', 'succeeded']",
    ];
    for condition in conditions {
        is_silent(&format!(
            "args: {{ wanted: {{}} }}\nnodes:\n  - {{ id: a, run: x, outputs: [status] }}\n  - id: b\n    run: [x, '{{{{ nodes.a.outputs.status }}}}']\n    \
             depends_on: [a]\n    when: >-\n      {condition}\n"
        ));
    }
}

#[test]
fn items_are_a_list() {
    check(
        "nodes: { a: { run: x, for_each: 5 }, b: { run: x, for_each: true } }",
        expect![[r#"
        1 | nodes: { a: { run: x, for_each: 5 }, b: { run: x, for_each: true } }
                                            ^ wrong-type (error): `for_each` must be a list or an expression that gives one, not a number
                                                                        ^^^^ wrong-type (error): `for_each` must be a list or an expression that gives one, not `true` or `false`
    "#]],
    );
    is_silent(
        "args: { n: { default: [1] } }\nnodes: { a: { run: x, for_each: args.n }, b: { run: x, for_each: } }",
    );
}

/// In pieces, so that the tests hold no token themselves.
fn token(prefix: &str, rest: &str) -> String {
    format!("{prefix}{rest}")
}

#[test]
fn secret_in_plain_text() {
    let github = token("ghp_", "R7xK2mQ9vB4nZ8wL1pT6yD3sF5hJ0cGaUeVi");
    let aws = token("AKIA", "Q7RK2VX9MZ4TB8WL");
    let text = format!(
        "
# {github}
env: {{ GITHUB: {github}, DB_PASSWORD: 'hunter2-Qx9Zv4Lm8R', NAME: q7Rk2vX9mZ4tB8wL }}
defaults: {{ env: {{ SLACK_TOKEN: q7Rk2vX9mZ4tB8wL }} }}
args: {{ key: {{ default: {aws} }} }}
nodes:
  - {{ id: a, run: 'curl -H {aws}', env: {{ API_KEY: {{ value: q7Rk2vX9mZ4tB8wL, secret: true }} }} }}
  - {{ id: b, run: x }}
"
    );
    let found = check_dag(&text).replace(&github, "GITHUB").replace(&aws, "AWS");
    expect![[r#"
        2 | # GITHUB
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): this looks like a GitHub token: whoever reads the file has it
        3 | env: { GITHUB: GITHUB, DB_PASSWORD: 'hunter2-Qx9Zv4Lm8R', NAME: q7Rk2vX9mZ4tB8wL }
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): this looks like a GitHub token: whoever reads the file has it
                             fix: Take it from `$GITHUB` of the environment
                                                                                  ^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): `DB_PASSWORD` seems to hold a real secret: whoever reads the file has it
                                                                                    fix: Take it from `$DB_PASSWORD` of the environment
        4 | defaults: { env: { SLACK_TOKEN: q7Rk2vX9mZ4tB8wL } }
                                            ^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): `SLACK_TOKEN` seems to hold a real secret: whoever reads the file has it
                                              fix: Take it from `$SLACK_TOKEN` of the environment
        5 | args: { key: { default: AWS } }
                                    ^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): this looks like an AWS access key: whoever reads the file has it
        7 |   - { id: a, run: 'curl -H AWS', env: { API_KEY: { value: q7Rk2vX9mZ4tB8wL, secret: true } } }
                                       ^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): this looks like an AWS access key: whoever reads the file has it
                                                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): `API_KEY` seems to hold a real secret: whoever reads the file has it
                                                                                fix: Take it from `$API_KEY` of the environment
    "#]].assert_eq(&found);
    expect![[r#"
        nodes:
          - id: a
            run: x
            env: { MY_TOKEN: { from_env: MY_TOKEN, secret: true } }
    "#]]
    .assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n    env: { MY_TOKEN: q7Rk2vX9mZ4tB8wL }\n"));
}

#[test]
fn secrets_are_never_printed() {
    let secret = token("ghp_", "R7xK2mQ9vB4nZ8wL1pT6yD3sF5hJ0cGaUeVi");
    let mut fixture = crate::support::Fixture::new(&[]);
    fixture.open("a.dag.yaml", &format!("env: {{ TOKEN: {secret}, SECRET: q7Rk2vX9mZ4tB8wL }}\nnodes: []\n"));
    let findings = fixture.findings("a.dag.yaml");
    let secrets: Vec<_> = findings.iter().filter(|finding| finding.code == "secret-in-plain-text").collect();
    assert_eq!(secrets.len(), 2);
    let shown = format!("{secrets:?}");
    assert!(!shown.contains(&secret) && !shown.contains("q7Rk2vX9mZ4tB8wL"), "{shown}");
}

#[test]
fn what_is_no_secret() {
    let values = [
        "changeme",
        "xxxxxxxxxxxxxxxx",
        "<your-token>",
        "$TOKEN",
        "'${TOKEN}'",
        "''",
        "test",
        "my-secret-name-1",
        "production-database-password",
        "/run/secrets/token",
        "https://example.org/q7Rk2vX9mZ4tB8wL",
        "vault:secret/data/ci",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "aaaa1111bbbb2222",
        "12",
        "sk-ant-api03-your-key-here",
    ];
    for value in values {
        is_silent(&format!("env: {{ API_TOKEN: {value} }}\nnodes: [{{ id: a, run: x }}]\n"));
    }
    for name in ["MAX_TOKENS", "TOKEN_FILE", "KEYBOARD", "TOKENIZER", "CACHE_KEY"] {
        is_silent(&format!("env: {{ {name}: q7Rk2vX9mZ4tB8wL }}\nnodes: [{{ id: a, run: x }}]\n"));
    }
}

#[test]
fn secrets_in_markdown() {
    let github = token("ghp_", "R7xK2mQ9vB4nZ8wL1pT6yD3sF5hJ0cGaUeVi");
    let key = token(
        "-----BEGIN RSA PRIVATE",
        " KEY-----\nMIIEpAIBAAKCAQEAq7Rk2vX9mZ4tB8wLq7Rk2vX9mZ4tB8wLq7Rk2vX9\n",
    );
    let text = format!(
        "Use `{github}` to log in.\n{key}\nA file that begins with `-----BEGIN PRIVATE KEY-----` is a key.\nTOKEN=q7Rk2vX9mZ4tB8wL\n"
    );
    let found = crate::support::check_file(".claude/commands/login.md", &text);
    expect![[r#"
        1 | Use `GITHUB` to log in.
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): this looks like a GitHub token: whoever reads the file has it
        2 | -----BEGIN RSA PRIVATE KEY-----
            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ secret-in-plain-text (warning): this looks like a private key: whoever reads the file has it
    "#]].assert_eq(&found.replace(&github, "GITHUB"));
}
