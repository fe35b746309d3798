//! Text of a native DAG in, what was understood out.

#![expect(clippy::expect_used, reason = "what goes wrong in a helper fails the test")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_model::{
    CallArgs, Dag, EnvValue, EnvVar, ForEach, LockMode, Node, OutputForm, Program, Work, duration,
    keys::native, lower, schema,
};
use divisi_syntax::{Limits, Tree, jsonc, yaml};
use expect_test::{Expect, expect};

fn parse(text: &str) -> (Tree, Dag) {
    let text = text.trim_start_matches('\n');
    let tree = if text.starts_with('{') {
        jsonc::parse(Arc::from(text), Limits::default())
    } else {
        yaml::parse(Arc::from(text))
    };
    let dag = lower::lower(&tree, tree.root().expect("a root")).expect("a mapping");
    (tree, dag)
}

fn check(text: &str, expect: Expect) {
    let (_, dag) = parse(text);
    expect.assert_eq(&render(&dag));
}

/// What is not empty, in a fixed order, one node a paragraph.
fn render(dag: &Dag) -> String {
    let mut out = String::new();
    let name = dag.name.as_ref().map_or("-", |name| name.as_str());
    let _ = writeln!(out, "dag {name} max_parallel={:?}", dag.max_parallel.as_ref().map(|it| it.value));
    for arg in &dag.args {
        let default = arg.default.as_ref().map(|default| default.value.to_string());
        let _ = writeln!(
            out,
            "arg {} {:?} default={default:?} required={} choices={:?} secret={}",
            arg.name.value, arg.kind, arg.required, arg.choices, arg.secret
        );
    }
    if !dag.env.is_empty() {
        let _ = writeln!(out, "env {}", environment(&dag.env));
    }
    for phase in &dag.phases {
        let nodes: Vec<&str> = phase.nodes.iter().map(|id| id.as_str()).collect();
        let _ = writeln!(out, "phase {} barrier={} nodes={nodes:?}", phase.id.value, phase.barrier);
    }
    for node in &dag.nodes {
        out.push_str(&render_node(node));
    }
    out
}

fn render_node(node: &Node) -> String {
    let mut out = format!("node {:?} {}\n", node.id.value, node.work.as_ref().map_or("-".to_owned(), work));
    let mut line = |label: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {label}: {value}");
        }
    };
    let names = |list: &[divisi_syntax::Spanned<String>]| {
        list.iter().map(|name| name.value.clone()).collect::<Vec<_>>().join(" ")
    };
    let time = |value: &Option<divisi_syntax::Spanned<Duration>>| {
        value.as_ref().map(|value| duration::written(value.value)).unwrap_or_default()
    };
    line("depends_on", names(&node.depends_on));
    line(
        "key",
        node.depends_on_key
            .as_ref()
            .map(|key| key.value.clone())
            .filter(|key| key != "depends_on")
            .unwrap_or_default(),
    );
    line("when", node.when.as_ref().map(|text| text.value.clone()).unwrap_or_default());
    line("rule", node.trigger_rule.as_ref().map(|rule| format!("{:?}", rule.value)).unwrap_or_default());
    line(
        "inputs",
        node.inputs
            .iter()
            .map(|input| {
                let from = input.from.as_ref().map_or("-", |from| from.as_str());
                let default =
                    input.default.as_ref().map(|value| format!(" default={value}")).unwrap_or_default();
                let optional = if input.required { "" } else { "?" };
                format!("{}{optional}<-{from}{default}", input.name.value)
            })
            .collect::<Vec<_>>()
            .join(", "),
    );
    line(
        "outputs",
        node.outputs
            .iter()
            .map(|output| {
                let form = match &output.form {
                    OutputForm::File(path) => format!("file {path}"),
                    form => format!("{form:?}").to_lowercase(),
                };
                let schema = output.schema.as_ref().map(|schema| format!(" {schema}")).unwrap_or_default();
                let optional = if output.required { "" } else { "?" };
                format!("{}{optional}={form}{schema}", output.name.value)
            })
            .collect::<Vec<_>>()
            .join(", "),
    );
    line("reads", node.reads.as_ref().map(|globs| format!("[{}]", names(globs))).unwrap_or_default());
    line("writes", node.writes.as_ref().map(|globs| format!("[{}]", names(globs))).unwrap_or_default());
    line(
        "locks",
        node.locks
            .iter()
            .map(|lock| {
                format!(
                    "{}{}",
                    lock.name.value,
                    if lock.mode == Some(LockMode::Shared) { " shared" } else { "" }
                )
            })
            .collect::<Vec<_>>()
            .join(", "),
    );
    line("attempts", node.retry.as_ref().map(|retry| retry.attempts.to_string()).unwrap_or_default());
    line("timeout", time(&node.timeout));
    line("idle_timeout", time(&node.idle_timeout));
    line("estimate", time(&node.estimate));
    line(
        "for_each",
        match &node.for_each {
            Some(ForEach::List { items, .. }) => format!("{items:?}"),
            Some(ForEach::Expression(text)) => text.value.clone(),
            None => String::new(),
        },
    );
    line("resume", node.resume.as_ref().map(|resume| format!("{:?}", resume.value)).unwrap_or_default());
    line("phase", node.phase.as_ref().map(|phase| phase.value.clone()).unwrap_or_default());
    line("listed_in", names(&node.listed_in));
    line("env", environment(&node.env));
    line("cwd", node.cwd.as_ref().map(|cwd| cwd.value.clone()).unwrap_or_default());
    line("compensation", node.undoing().map(work).unwrap_or_default());
    line("cache_key", node.cache_key.as_ref().map(|key| key.value.clone()).unwrap_or_default());
    line("isolation", if node.in_worktree { "worktree".to_owned() } else { String::new() });
    line("tolerated", if node.continue_on_error { "yes".to_owned() } else { String::new() });
    out
}

fn work(work: &Work) -> String {
    match work {
        Work::Agent(work) => {
            let part = |label: &str, value: Option<&str>| {
                value.map(|value| format!(" {label}={value}")).unwrap_or_default()
            };
            let tools = work
                .tools
                .as_ref()
                .map(|tools| tools.iter().map(|tool| tool.value.clone()).collect::<Vec<_>>().join("+"));
            format!(
                "agent {:?}{}{}{}{}{}",
                work.agent.value,
                part("prompt", work.prompt.as_ref().map(|text| text.value.as_str())),
                part("runner", work.runner.as_ref().map(|value| value.as_str())),
                part("model", work.model.as_ref().map(|value| value.as_str())),
                part("tools", tools.as_deref()),
                work.max_turns
                    .as_ref()
                    .map(|turns| format!(" max_turns={}", turns.value))
                    .unwrap_or_default(),
            )
        }
        Work::Run(run) => {
            let shell =
                run.shell.as_ref().map(|shell| format!(" shell={:?}", shell.value)).unwrap_or_default();
            match &run.program {
                Program::Line(text) => format!("run {:?}{shell}", text.value),
                Program::Argv(argv) => {
                    format!("run {:?}{shell}", argv.iter().map(|text| &text.value).collect::<Vec<_>>())
                }
            }
        }
        Work::Command(work) => format!("command {}{}", work.name.value, arguments(&work.args)),
        Work::Dag { path, args } => format!("dag {}{}", path.value, arguments(args)),
        Work::Approve { question } => format!("approve {}", question.value),
        Work::Foreign(work) => format!("{} of a dialect", work.key.value),
    }
}

fn arguments(args: &CallArgs) -> String {
    args.texts.iter().map(|text| format!(" {:?}", text.value)).collect()
}

fn environment(env: &[EnvVar]) -> String {
    let variable = |variable: &EnvVar| {
        let secret = if variable.secret { " secret" } else { "" };
        match &variable.value {
            EnvValue::Literal(text) => format!("{}={text}{secret}", variable.name.value),
            EnvValue::FromEnv(name) => format!("{}=${name}{secret}", variable.name.value),
            EnvValue::Unset => format!("-{}", variable.name.value),
        }
    };
    env.iter().map(variable).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_whole_dag() {
    check(
        r#"
name: release
args:
  scope: { default: src, description: What }
  deep: { type: boolean, required: true }
  level: { default: 3, enum: [1, 2, 3] }
  key: { secret: true }
env:
  LEVEL: 2
  HOME: null
  TOKEN: { from_env: CI_TOKEN, secret: true }
max_parallel: 2
nodes:
  - id: map
    agent: mapper
    prompt: |
      Map {{ args.scope }}
    tools: [Read, Grep]
    max_turns: 4
    outputs: { structure: { file: structure.md }, list: { json: { type: array } }, note: { text: true, required: false } }
    estimate: 1h30m
  - id: test
    needs: map
    run: cargo test
    idle_timeout: 2m
    continue_on_error: true
    resume: never
  - id: merge
    depends_on: [map, test]
    when: nodes.test.status == "failed"
    trigger_rule: all_done
    run: [merge, "{{ inputs.structure }}"]
    inputs: { structure: map.structure, list: { from: map.list, required: false, default: [] }, note: }
    reads: workspace
    writes: []
"#,
        expect![[r#"
            dag release max_parallel=Some(2)
            arg scope String default=Some("\"src\"") required=false choices=[] secret=false
            arg deep Boolean default=None required=true choices=[] secret=false
            arg level Integer default=Some("3") required=false choices=[Number(1), Number(2), Number(3)] secret=false
            arg key String default=None required=false choices=[] secret=true
            env LEVEL=2 -HOME TOKEN=$CI_TOKEN secret
            node "map" agent "mapper" prompt=Map {{ args.scope }}
             tools=Read+Grep max_turns=4
              outputs: structure=file structure.md, list=json {"type":"array"}, note?=text
              estimate: 1h30m
            node "test" run "cargo test"
              depends_on: map
              key: needs
              idle_timeout: 2m
              resume: Never
              tolerated: yes
            node "merge" run ["merge", "{{ inputs.structure }}"]
              depends_on: map test
              when: nodes.test.status == "failed"
              rule: AllDone
              inputs: structure<-map.structure, list?<-map.list default=[], note<-note
              reads: [workspace]
              writes: []
        "#]],
    );
}

#[test]
fn the_same_in_json_with_nodes_as_a_map() {
    check(
        r#"
{
  // JSON with comments
  "name": "small",
  "nodes": {
    "a": { "run": ["make"], },
    "b": { "dependsOn": ["a"], "approve": "Go on?", "timeout": "1d" },
    "c": null,
  },
}
"#,
        expect![[r#"
            dag small max_parallel=None
            node "a" run ["make"]
            node "b" approve Go on?
              depends_on: a
              key: dependsOn
              timeout: 1d
            node "c" -
        "#]],
    );
}

#[test]
fn defaults_go_where_they_apply() {
    check(
        r#"
defaults:
  runner: claude
  model: sonnet
  timeout: 10m
  idle_timeout: 1m
  retry: { attempts: 2, initial: 5s }
  env: { A: one, B: two }
  cwd: web
  shell: bash
nodes:
  - { id: agent, agent: x, prompt: p }
  - { id: line, run: "echo a | cat" }
  - { id: argv, run: [echo, a] }
  - { id: ask, approve: Go on? }
  - { id: inner, dag: ./other.dag.yaml }
  - { id: command, command: /review }
  - { id: nothing }
  - { id: own, run: make, timeout: 1h, retry: { backoff: linear }, env: { B: three, C: null }, shell: [zsh, -c] }
  - { id: cleared, agent: x, prompt: p, runner: null, timeout: null, retry: null, env: null, cwd: ~ }
"#,
        expect![[r#"
            dag - max_parallel=None
            node "agent" agent "x" prompt=p runner=claude model=sonnet
              attempts: 2
              timeout: 10m
              idle_timeout: 1m
              env: A=one B=two
              cwd: web
            node "line" run "echo a | cat" shell=["bash", "-c"]
              attempts: 2
              timeout: 10m
              idle_timeout: 1m
              env: A=one B=two
              cwd: web
            node "argv" run ["echo", "a"]
              attempts: 2
              timeout: 10m
              idle_timeout: 1m
              env: A=one B=two
              cwd: web
            node "ask" approve Go on?
            node "inner" dag ./other.dag.yaml
              env: A=one B=two
              cwd: web
            node "command" command review
              attempts: 2
              timeout: 10m
              idle_timeout: 1m
              env: A=one B=two
              cwd: web
            node "nothing" -
            node "own" run "make" shell=["zsh", "-c"]
              attempts: 2
              timeout: 1h
              idle_timeout: 1m
              env: A=one B=three -C
              cwd: web
            node "cleared" agent "x" prompt=p model=sonnet
              idle_timeout: 1m
        "#]],
    );
}

#[test]
fn phases_from_both_ends() {
    check(
        r#"
phases:
  - { id: one, nodes: [a, c, gone] }
  - { id: two, barrier: true, nodes: [c] }
  - three
nodes:
  - { id: a, run: x }
  - { id: b, run: x, phase: two }
  - { id: c, run: x, phase: one }
  - { id: d, run: x, phase: four }
"#,
        expect![[r#"
            dag - max_parallel=None
            phase one barrier=false nodes=["a", "c", "gone"]
            phase two barrier=true nodes=["c"]
            node "a" run "x"
              phase: one
              listed_in: one
            node "b" run "x"
              phase: two
            node "c" run "x"
              phase: one
              listed_in: one two
            node "d" run "x"
              phase: four
        "#]],
    );
}

#[test]
fn for_each_and_locks() {
    check(
        r#"
locks: { database: 2, docs: }
nodes:
  - { id: a, run: x, for_each: [eu, { key: us, n: 1 }], locks: [database, { name: docs, mode: shared }, { mode: shared }] }
  - { id: b, run: x, for_each: args.regions, locks: database }
"#,
        expect![[r#"
            dag - max_parallel=None
            node "a" run "x"
              locks: database, docs shared
              for_each: [String("eu"), Object {"key": String("us"), "n": Number(1)}]
            node "b" run "x"
              locks: database
              for_each: args.regions
        "#]],
    );
}

#[test]
fn what_does_not_fit_is_left_out() {
    check(
        r#"
name: [a]
max_parallel: 0
env: text
args: [a, b]
nodes:
  - text
  -
  - id: broken
    agent:
    prompt: { a: b }
    timeout: 10
    estimate: soon
    depends_on: { a: b }
    trigger_rule: sometimes
    tools: Read
    outputs: [a, { b: c }, ~]
    for_each:
  - { run: , agent: x }
  - { id: 7, run: { a: b } }
  - id: twice
    id: second
    run: a
"#,
        expect![[r#"
            dag - max_parallel=None
            node "broken" agent ""
              outputs: a=any
            node "" agent "x"
            node "7" run []
            node "twice" run "a"
        "#]],
    );
}

#[test]
fn aliases_are_followed() {
    check(
        r#"
defaults: &base { env: &env { A: one } }
nodes:
  - &first { id: a, run: &line echo a, env: *env }
  - { id: b, run: *line, depends_on: &needs [a] }
  - { id: c, run: [*line], depends_on: *needs }
"#,
        expect![[r#"
            dag - max_parallel=None
            node "a" run "echo a"
              env: A=one
            node "b" run "echo a"
              depends_on: a
              env: A=one
            node "c" run ["echo a"]
              depends_on: a
              env: A=one
        "#]],
    );
}

#[test]
fn names_stand_where_they_are_written() {
    let (tree, dag) = parse("nodes:\n  \"a b\":\n    agent: 'x'\n    needs: [\"c\"]\n    prompt: *none\n");
    let node = &dag.nodes[0];
    let text = tree.text();
    let Some(Work::Agent(work)) = &node.work else { panic!("an agent") };
    assert_eq!(node.id.span.slice(text), "\"a b\"");
    assert_eq!(work.agent.span.slice(text), "'x'");
    assert_eq!(node.depends_on[0].span.slice(text), "\"c\"");
    assert_eq!(node.depends_on_key.as_ref().unwrap().span.slice(text), "needs");
    assert_eq!(node.work_keys[0].span.slice(text), "agent");
    assert_eq!(dag.nodes_key.unwrap().slice(text), "nodes");
}

#[test]
fn no_mapping_is_no_dag() {
    for text in ["- a\n", "text\n", "[]"] {
        let tree = yaml::parse(Arc::from(text));
        assert!(lower::lower(&tree, tree.root().unwrap()).is_none(), "{text}");
    }
}

/// Every type in the table that a schema refers to has its definition.
#[test]
fn the_schema_is_closed() {
    let schema: serde_json::Value = serde_json::from_str(&schema::dag_schema()).unwrap();
    let text = schema.to_string();
    for reference in text.split("#/$defs/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schema["$defs"].get(name).is_some(), "{name}");
    }
    assert_eq!(schema["$defs"]["node"]["required"][0], native::NODE.keys[0].name);
}

fn chain(count: usize) -> String {
    let mut text = String::from("nodes:\n");
    for index in 0..count {
        let _ = write!(text, "  - id: n{index}\n    run: echo {index}\n    timeout: 10m\n    outputs: [x]\n");
        if index > 0 {
            let _ = writeln!(text, "    depends_on: [n{}]", index - 1);
        }
    }
    text
}

#[test]
fn a_hundred_thousand_nodes_are_read() {
    let (_, dag) = parse(&chain(100_000));
    assert_eq!(dag.nodes.len(), 100_000);
    assert!(!dag.incomplete);
}

#[test]
fn a_file_cannot_fill_the_memory_with_nodes() {
    let (_, dag) = parse(&format!("nodes:\n{}", "- a:\n".repeat(300_000)));
    assert_eq!(dag.nodes.len(), 200_000);
    assert!(dag.incomplete);
}

#[test]
fn aliases_cannot_ask_for_more_than_the_file_holds() {
    // 5,000 times a node with 5,000 variables.
    let mut text = String::from("name: bomb\nnodes:\n  - &node\n    id: a\n    run: x\n    env:\n");
    for index in 0..5_000 {
        let _ = writeln!(text, "      V{index}: x");
    }
    text.push_str(&"  - *node\n".repeat(5_000));
    let started = Instant::now();
    let (_, dag) = parse(&text);
    assert!(dag.incomplete);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn deep_chains_of_aliases_do_not_overflow() {
    let mut text = String::from("args:\n  a0: { default: &a0 [x] }\n");
    for index in 1..20_000 {
        let _ = writeln!(text, "  a{index}: {{ default: &a{index} [*a{}] }}", index - 1);
    }
    let (_, dag) = parse(&text);
    assert!(!dag.args.is_empty());
}
