//! Small files of other tools, before and after.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::{Severity, check, plan};
use divisi_edit::convert::{self, Refusal};
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};
use expect_test::{Expect, expect};

const ROOT: &str = "/workspace";
const AGENTS: &[&str] = &["coder", "tester"];

fn open(files: &[(&str, &str)]) -> Snapshot {
    let mut workspace = Workspace::with_places(vec![ROOT.into()], Places::default());
    for (path, text) in files {
        let path = Path::new(ROOT).join(path);
        workspace.apply(Change::Opened { path, version: 1, text: (*text).to_owned() });
    }
    for agent in AGENTS {
        let path = Path::new(ROOT).join(format!(".claude/agents/{agent}.md"));
        let text = format!("---\nname: {agent}\ndescription: x\n---\nWork.\n");
        workspace.apply(Change::Opened { path, version: 1, text });
    }
    workspace.snapshot()
}

fn document(snapshot: &Snapshot, path: &str) -> Arc<Document> {
    snapshot.document(&Path::new(ROOT).join(path)).expect("it is open").clone()
}

/// The converted text, then what is not the same; it has no errors and plans as before.
fn converted(path: &str, text: &str, agents: &[(&str, &str)], expected: Expect) {
    let snapshot = open(&[(path, text)]);
    let original = document(&snapshot, path);
    let agents: BTreeMap<String, String> =
        agents.iter().map(|(label, agent)| ((*label).to_owned(), (*agent).to_owned())).collect();
    let found = convert::to_native(&original, "x", &agents).expect("it can be converted");
    let mut shown = found.text.clone();
    for notice in &found.notices {
        let line = original.lines.line(notice.span.start) + 1;
        shown.push_str(&format!("! {line}: {}\n", notice.message));
    }
    expected.assert_eq(&shown);

    let snapshot = open(&[("a.dag.yaml", &found.text)]);
    let native = document(&snapshot, "a.dag.yaml");
    let errors = check(&snapshot, &native).into_iter().filter(|it| it.severity == Severity::Error);
    let errors: Vec<String> = errors.map(|it| format!("{}: {}", it.code, it.message)).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let (_, before) = original.dag().expect("a DAG");
    let (_, after) = native.dag().expect("a DAG");
    let times = |dag| plan::plan(dag, 2).map(|plan| (plan.makespan_ms, plan.levels));
    assert_eq!(times(before), times(after));
}

#[test]
fn archon() {
    converted(
        ".archon/workflows/a.yaml",
        "# What it is for\nname: review\ndescription: Look, then mend\nnodes:\n  # It looks\n  - id: look around\n    prompt: Look at $ARGUMENTS\n    model: opus\n    allowed_tools: [Read, Grep]\n  - id: judge\n    agent_ref: tester\n    depends_on: [look around] # first that\n    prompt: Say {{ what }}\n    output_format:\n      type: object\n      properties:\n        level: { type: string, enum: [low, 'on', '3'] }\n        count: { type: integer, minimum: 1 }\n      required: [level]\n    idle_timeout: 90000\n  - id: mend\n    depends_on: [judge]\n    when: $judge.output.level != 'low' && $judge.output.count > 2\n    model: small\n    allowed_tools: []\n    prompt: Mend $judge.output.level\n    effort: high\n  - id: run\n    depends_on: [mend]\n    trigger_rule: all_done\n    bash: echo \"$mend.output\"\n",
        &[],
        expect![[r##"
            # Converted from x (Archon).
            # What it is for
            name: review
            description: "Look, then mend"
            args:
              arguments: { default: "", description: What the workflow is started with }
            nodes:
              # It looks
              - id: look-around
                agent: claude
                model: opus
                tools: [Read, Grep]
                prompt: "Look at {{ args.arguments }}"
              # first that
              - id: judge
                agent: tester
                prompt: "Say {{ '{{' }} what }}"
                depends_on: [look-around]
                idle_timeout: 1m30s
                outputs: { output: { json: { type: object, properties: { level: { type: string, enum: [low, "on", "3"] }, count: { type: integer, minimum: 1 } }, required: [level] } } }
              - id: mend
                agent: claude
                prompt: "Mend {{ nodes.judge.outputs.output.level }}"
                depends_on: [judge]
                when: "nodes.judge.outputs.output.level | string != 'low' and nodes.judge.outputs.output.count | float > 2"
                outputs: [output]
                # model: small
                # allowed_tools: []
                # effort: high
              - id: run
                run:
                  - bash
                  - "-c"
                  - |-
                    MEND_OUTPUT=${1}; set --
                    echo "${MEND_OUTPUT}"
                  - run
                  - "{{ nodes.mend.outputs.output }}"
                depends_on: [mend]
                trigger_rule: all_done
            ! 6: `look around` is called `look-around`
            ! 24: `model` of `mend` has no counterpart: it is kept as a comment
            ! 25: `allowed_tools` of `mend` has no counterpart: it is kept as a comment
            ! 28: `run` gets values as variables of the shell: look at the quotes around them
        "##]],
    );
}

#[test]
fn archons_own_work() {
    converted(
        ".archon/workflows/a.yaml",
        "name: a\ndescription: x\nprovider: codex\nnodes:\n  - id: group\n    loop_group:\n      until: DONE\n      max_iterations: 2\n      nodes:\n        - id: one # the only\n          prompt: x\n  - id: ask\n    depends_on: [group]\n    approval: { message: Go on? }\n  - id: again\n    depends_on: [ask]\n    model: gpt\n    loop: { prompt: Try, until: DONE, max_iterations: 3 }\n",
        &[("codex", "coder")],
        expect![[r##"
            # Converted from x (Archon).
            name: a
            description: x
            # provider: codex
            nodes:
              - id: group
                approve: "Carry out `loop_group` of `group` by hand: it stands below as a comment"
                # loop_group:
                #   until: DONE
                #   max_iterations: 2
                #   nodes:
                #     - id: one # the only
                #       prompt: x
              - id: ask
                approve: "Go on?"
                depends_on: [group]
                # approval: { message: Go on? }
              - id: again
                agent: coder
                prompt: Try
                depends_on: [ask]
                # model: gpt
                # loop: { prompt: Try, until: DONE, max_iterations: 3 }
            ! 6: `loop_group` of `group` has no counterpart: the node waits for a person
            ! 17: `model` of `again` has no counterpart: it is kept as a comment
            ! 18: `again` sends its prompt once: the loop is kept as a comment
        "##]],
    );
}

#[test]
fn claude_flow() {
    converted(
        "workflows/a.json",
        r#"{
  // Builds and tests
  "name": "ship", "maxConcurrency": 2,
  "agents": [{ "id": "dev" }, { "id": "qa" }],
  "tasks": [
    { "id": "1 plan", "assignTo": "dev", "description": "Plan" },
    { "id": "build", "assignTo": "dev", "depends": ["1 plan"], "claudePrompt": "Build", "output": ["binary"], "timeout": 60000 },
    { "id": "docs", "assignTo": "dev", "claudePrompt": "Write", "output": ["text", "pictures"] },
    // It needs both
    { "id": "test", "assignTo": ["qa", "dev"], "depends": ["build", "docs"], "retries": 2,
      "claudePrompt": "Test ${build.output.binary} as in ${docs.output.text} of ${version}" },
    { "id": "tell", "agentId": "qa", "depends": ["build"], "claudePrompt": "Tell {{of}} ${build.output}" }
  ]
}"#,
        &[("dev", "coder"), ("qa", "tester")],
        expect![[r##"
            # Converted from x (claude-flow).
            # Builds and tests
            name: ship
            # "maxConcurrency": 2
            # "agents": [{ "id": "dev" }, { "id": "qa" }]
            max_parallel: 2
            nodes:
              - id: _1-plan
                agent: coder
                prompt: Plan
              - id: build
                agent: coder
                prompt: Build
                depends_on: [_1-plan]
                timeout: 1m
                outputs: [binary]
                # "output": ["binary"]
              - id: docs
                agent: coder
                prompt: Write
                # "output": ["text", "pictures"]
              # It needs both
              - id: test
                agent: tester
                prompt: "Test {{ nodes.build.outputs.binary }} as in ${docs.output.text} of ${version}"
                depends_on: [build, docs]
                retry: { attempts: 3 }
              - id: tell
                agent: tester
                prompt: "Tell {{ '{{' }}of}} {{ nodes.build.outputs.binary }}"
                depends_on: [build]
            ! 6: `1 plan` is called `_1-plan`
            ! 10: `test` goes to its first agent alone; make a node for each of the others
            ! 11: `test` names results of other tasks; give these an output and name it in a template
        "##]],
    );
}

#[test]
fn spec_kit() {
    converted(
        "templates/commands/a.md",
        "---\ndescription: x\nclaude_code:\n  model: opus\n  orchestration: { max_parallel: 2, timeout_per_agent: 300000 }\n  subagents:\n    # It reads\n    - role: reader\n      prompt: |\n        Read {{FEATURE}}\n        Twice\n      priority: 10\n    - role: writer\n      depends_on: [reader]\n      model_override: haiku\n---\nWrite.\n",
        &[("reader", "tester"), ("writer", "coder")],
        expect![[r#"
            # Converted from x (spec-kit).
            # model: opus
            # orchestration: { max_parallel: 2, timeout_per_agent: 300000 }
            max_parallel: 2
            nodes:
              # It reads
              - id: reader
                agent: tester
                model: opus
                prompt: |
                  Read {{ '{{' }}FEATURE}}
                  Twice
                timeout: 5m
                # priority: 10
              - id: writer
                agent: coder
                model: haiku
                prompt: writer
                depends_on: [reader]
                timeout: 5m
        "#]],
    );
}

#[test]
fn command_v2() {
    converted(
        "commands/v2/a.json",
        r#"{ "version": "2.0.0", "name": "/ship", "description": "Ships",
  "phases": [{ "id": "p", "name": "Build", "agents": [
    { "id": "build", "agentId": "coder", "task": "Build", "estimatedTime": 120000, "timeout": 300000,
      "context": { "outputs": [{ "key": "binary" }] }, "resources": { "locks": [{ "resource": "disk", "type": "shared" }] } },
    { "id": "look", "agentId": "tester", "task": "Look", "context": { "outputs": ["faults", "notes"] } },
    { "id": "test", "agentId": "tester", "task": "Test", "dependencies": ["build", "look"],
      "context": { "inputs": ["binary", "faults"] }, "retryPolicy": { "maxAttempts": 3, "strategy": "linear" } },
    { "id": "tell", "agentId": "coder", "task": "Tell", "context": { "inputs": ["binary"] },
      "compensation": { "type": "rollback" }, "skipCondition": { "type": "context", "expression": "quiet" } }
  ] }]
}"#,
        &[],
        expect![[r##"
            # Converted from x (command-v2).
            name: ship
            description: Ships
            # "version": "2.0.0"
            phases:
              - { id: p, title: Build }
            nodes:
              - id: build
                agent: coder
                prompt: Build
                estimate: 2m
                timeout: 5m
                locks: [{ name: disk, mode: shared }]
                phase: p
                outputs: [binary]
                # "context": { "outputs": [{ "key": "binary" }] }
                # "resources": { "locks": [{ "resource": "disk", "type": "shared" }] }
              - id: look
                agent: tester
                prompt: Look
                phase: p
                # "context": { "outputs": ["faults", "notes"] }
              - id: test
                agent: tester
                prompt: |-
                  Test

                  binary:
                  {{ inputs.binary }}
                depends_on: [build, look]
                retry: { attempts: 3, backoff: linear }
                phase: p
                inputs: [build.binary]
                # "context": { "inputs": ["binary", "faults"] }
                # "retryPolicy": { "maxAttempts": 3, "strategy": "linear" }
              - id: tell
                agent: coder
                prompt: Tell
                phase: p
                # "context": { "inputs": ["binary"] }
                # "compensation": { "type": "rollback" }
                # "skipCondition": { "type": "context", "expression": "quiet" }
            ! 7: what `test` takes from the shared context is kept as a comment
            ! 8: the compensation of `tell` is kept as a comment
            ! 8: what `tell` takes from the shared context is kept as a comment
            ! 9: the condition of `tell` is kept as a comment: the node always runs
        "##]],
    );
}

#[test]
fn labels_are_asked_for() {
    let text = r#"{"name": "a", "agents": [{"id": "dev"}, {"id": "qa"}], "tasks": [
      {"id": "one", "assignTo": "dev"}, {"id": "two", "assignTo": "qa"}, {"id": "three", "assignTo": "dev"}]}"#;
    let snapshot = open(&[("workflows/a.json", text)]);
    let original = document(&snapshot, "workflows/a.json");
    let known = BTreeMap::from([("dev".to_owned(), "coder".to_owned())]);
    assert_eq!(convert::labels(&original), ["dev", "qa"]);
    assert_eq!(convert::to_native(&original, "x", &known), Err(Refusal::Labels(vec!["qa".to_owned()])));
}

#[test]
fn what_is_not_converted() {
    let native = "nodes:\n  - id: a\n    run: x\n";
    let broken = "name: a\ndescription: x\nnodes:\n  - id: a\n    bash: 'x\n";
    let snapshot = open(&[("a.dag.yaml", native), (".archon/workflows/a.yaml", broken)]);
    let refusal = |path| convert::to_native(&document(&snapshot, path), "x", &BTreeMap::new());
    assert_eq!(refusal("a.dag.yaml"), Err(Refusal::NotForeign));
    assert_eq!(refusal(".archon/workflows/a.yaml"), Err(Refusal::Faults));
}

#[test]
fn ids_stay_apart() {
    converted(
        ".archon/workflows/a.yaml",
        "name: a\ndescription: x\nnodes:\n  - id: a-b\n    bash: x\n  - id: a b\n    bash: x\n  - id: a.b\n    depends_on: [a b, a-b]\n    bash: x\n  - id: 1é\n    depends_on: [a.b]\n    bash: x\n",
        &[],
        expect![[r##"
            # Converted from x (Archon).
            name: a
            description: x
            nodes:
              - id: a-b
                run: x
                shell: [bash, "-c"]
              - id: a-b-2
                run: x
                shell: [bash, "-c"]
              - id: a-b-3
                run: x
                shell: [bash, "-c"]
                depends_on: [a-b-2, a-b]
              - id: _1
                run: x
                shell: [bash, "-c"]
                depends_on: [a-b-3]
            ! 6: `a b` is called `a-b-2`
            ! 8: `a.b` is called `a-b-3`
            ! 11: `1é` is called `_1`
        "##]],
    );
}
