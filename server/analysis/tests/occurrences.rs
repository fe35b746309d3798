//! What names what, in each kind of file.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::occurrences::{Entity, Role, occurrences, references};
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};
use expect_test::{Expect, expect};

const ROOT: &str = "/workspace";

fn workspace(files: &[(&str, &str)]) -> Snapshot {
    let mut workspace = Workspace::with_places(vec![ROOT.into()], Places::default());
    for (path, text) in files {
        let path = Path::new(ROOT).join(path);
        workspace.apply(Change::Opened { path, version: 1, text: (*text).to_owned() });
    }
    workspace.snapshot()
}

fn document(snapshot: &Snapshot, path: &str) -> Arc<Document> {
    snapshot.document(&Path::new(ROOT).join(path)).expect("it is open").clone()
}

/// One line for each occurrence: `line: text → entity`.
fn render(snapshot: &Snapshot, path: &str) -> String {
    let document = document(snapshot, path);
    let mut shown = String::new();
    for it in occurrences(snapshot, &document) {
        let line = document.lines.line(it.span.start) + 1;
        let mark = match it.role {
            Role::Declaration => "=",
            Role::Reference => "→",
            Role::Prose => "~",
        };
        let text = it.span.slice(&document.text);
        writeln!(shown, "{line}: {text} {mark} {} {:?}", name(&it.entity), it.form).expect("a string");
    }
    shown
}

fn name(entity: &Entity) -> String {
    match entity {
        Entity::Agent { name, .. } => format!("agent {name}"),
        Entity::Command { name } => format!("command {name}"),
        Entity::Skill { name } => format!("skill {name}"),
        Entity::File(path) => format!("file {}", path.display()),
        Entity::Node { within, id, .. } => format!("node {}", path(within, id)),
        Entity::Phase { id, .. } => format!("phase {id}"),
        Entity::Lock { name, .. } => format!("lock {name}"),
        Entity::Arg { document, name } => format!("arg {name} of {}", document.display()),
        Entity::Output { within, node, name, .. } => format!("output {}.{name}", path(within, node)),
        Entity::OwnAgent { id, .. } => format!("own agent {id}"),
        Entity::Input { node, name, .. } => format!("input {node}.{name}"),
    }
}

/// `group/node`
fn path(within: &[String], id: &str) -> String {
    within.iter().map(String::as_str).chain([id]).collect::<Vec<_>>().join("/")
}

const REVIEWER: (&str, &str) =
    (".claude/agents/reviewer.md", "---\nname: \"code-reviewer\"\ndescription: Reviews\n---\nReview.\n");

fn check(path: &str, text: &str, expected: Expect) {
    expected.assert_eq(&render(&workspace(&[REVIEWER, (path, text)]), path));
}

#[test]
fn everything_in_a_dag() {
    check(
        "a.dag.yaml",
        r#"
args:
  scope: { default: src }
locks: { database: 1 }
phases:
  - id: reviews
    nodes: [quality]
nodes:
  - id: scan-it
    run: scan "$DIVISI_ARG_SCOPE" ${DIVISI_ARG_SCOPE} $MY_DIVISI_ARG_SCOPE
    outputs: [found, log]
  - id: quality
    agent: Code_Reviewer
    depends_on: ['scan-it', "scan-it"]
    when: nodes.scan-it.status == "failed" or nodes["scan-it"].outputs.found
    inputs:
      report: scan-it.found
      log:
    prompt: |
      Größe 😀 {{ args.scope }} {{ inputs.report }} {{ inputs.log }}
      {% for scope in args.scope %}{{ scope }}{% endfor %}
    locks: [database, { name: cache, mode: shared }]
  - id: more
    phase: reviews
    needs: quality
    dag: ../other.dag.yaml
    args: { depth: "{{ args.scope }}" }
    compensate: { agent: code-reviewer, prompt: 'Undo {{ nodes.quality.status }}' }
  - id: end
    depends_on: [scan-it, more]
    command: /team:review
    inputs: [scan-it.found, log]
"#,
        expect![[r#"
            3: scope = arg scope of /workspace/a.dag.yaml Scalar { quote: None }
            4: database = lock database Scalar { quote: None }
            6: reviews = phase reviews Scalar { quote: None }
            7: quality → node quality Scalar { quote: None }
            9: scan-it = node scan-it Scalar { quote: None }
            10: SCOPE → arg scope of /workspace/a.dag.yaml Variable
            10: SCOPE → arg scope of /workspace/a.dag.yaml Variable
            11: found = output scan-it.found Scalar { quote: None }
            11: log = output scan-it.log Scalar { quote: None }
            12: quality = node quality Scalar { quote: None }
            13: Code_Reviewer → agent codereviewer Scalar { quote: None }
            14: scan-it → node scan-it Scalar { quote: Some('\'') }
            14: scan-it → node scan-it Scalar { quote: Some('"') }
            15: scan-it → node scan-it Attribute
            15: scan-it → node scan-it Attribute
            15: found → output scan-it.found Attribute
            17: report = input quality.report Scalar { quote: None }
            17: scan-it → node scan-it Part
            17: found → output scan-it.found Part
            18: log → output scan-it.log Scalar { quote: None }
            20: scope → arg scope of /workspace/a.dag.yaml Attribute
            20: report → input quality.report Attribute
            20: log → output scan-it.log Attribute
            21: scope → arg scope of /workspace/a.dag.yaml Attribute
            22: database → lock database Scalar { quote: None }
            22: cache → lock cache Scalar { quote: None }
            23: more = node more Scalar { quote: None }
            24: reviews → phase reviews Scalar { quote: None }
            25: quality → node quality Scalar { quote: None }
            26: ../other.dag.yaml → file /other.dag.yaml Path
            27: depth → arg depth of /other.dag.yaml Scalar { quote: None }
            27: scope → arg scope of /workspace/a.dag.yaml Attribute
            28: code-reviewer → agent codereviewer Scalar { quote: None }
            28: quality → node quality Attribute
            29: end = node end Scalar { quote: None }
            30: scan-it → node scan-it Scalar { quote: None }
            30: more → node more Scalar { quote: None }
            31: team:review → command team:review Part
            32: scan-it → node scan-it Part
            32: found → output scan-it.found Part
            32: log → output scan-it.log Scalar { quote: None }
        "#]],
    );
}

#[test]
fn commented_json() {
    check(
        "a.dag.json",
        r#"{"nodes": [/* 😀 */ {"id": "a", "run": ["x", "$DIVISI_INPUT_VALUE_FILE {{ inputs.value }}"], "inputs": {"value": "b.out"}},
 {"id": "b", "run": "x", "outputs": {"out": {}}}, {"id": "c", "agent": "code\u002dreviewer", "prompt": "{{ nodes[\"b\"].outputs.out }}", "depends_on": ["b"]}]}"#,
        expect![[r#"
            1: a = node a Scalar { quote: Some('"') }
            1: VALUE → input a.value Variable
            1: value → input a.value Attribute
            1: value = input a.value Scalar { quote: Some('"') }
            1: b → node b Part
            1: out → output b.out Part
            2: b = node b Scalar { quote: Some('"') }
            2: out = output b.out Scalar { quote: Some('"') }
            2: c = node c Scalar { quote: Some('"') }
            2: "code\u002dreviewer" → agent codereviewer Block
            2: b → node b Attribute
            2: out → output b.out Attribute
            2: b → node b Scalar { quote: Some('"') }
        "#]],
    );
}

#[test]
fn anchors_name_where_they_are_written() {
    check(
        "a.dag.yaml",
        "nodes:\n  - id: &first a\n    run: x\n  - id: b\n    depends_on: [*first]\n    run: x\n",
        expect![[r#"
            2: a = node a Scalar { quote: None }
            4: b = node b Scalar { quote: None }
            5: *first → node a Alias
        "#]],
    );
}

#[test]
fn command_v2() {
    check(
        "commands/v2/a.json",
        r#"{"version": "2.0", "name": "/a", "description": "x", "phases": [{"id": "p", "name": "P", "agents": [
  {"id": "one", "agentId": "code-reviewer", "task": "x", "context": {"outputs": [{"key": "found"}]}},
  {"id": "two", "agentId": "other", "task": "x", "dependencies": ["one"], "context": {"inputs": [{"key": "found"}]}}]}]}"#,
        expect![[r#"
            1: p = phase p Scalar { quote: Some('"') }
            2: one = node one Scalar { quote: Some('"') }
            2: code-reviewer → agent codereviewer Scalar { quote: Some('"') }
            2: found = output one.found Scalar { quote: Some('"') }
            3: two = node two Scalar { quote: Some('"') }
            3: other → agent other Scalar { quote: Some('"') }
            3: one → node one Scalar { quote: Some('"') }
            3: found → output one.found Scalar { quote: Some('"') }
        "#]],
    );
}

#[test]
fn names_in_a_dialects_own_language() {
    check(
        ".archon/workflows/a.yaml",
        "name: a\ndescription: x\nnodes:\n  - id: look\n    prompt: Look\n  - id: mend\n    depends_on: [look]\n    when: \"$look.output == 'x'\"\n    prompt: Mend $look.output\n",
        expect![[r#"
            4: look = node look Scalar { quote: None }
            6: mend = node mend Scalar { quote: None }
            7: look → node look Scalar { quote: None }
            8: look → node look Part
            9: look → node look Part
        "#]],
    );
}

#[test]
fn fields_agents_and_results_of_archon() {
    check(
        ".archon/workflows/a.yaml",
        "name: a\ndescription: x\nreturns: look\noutcome_field: ok\nnodes:\n  - id: look\n    agent_ref: code_reviewer\n    prompt: Look\n    output_format: { type: object, properties: { ok: {}, count: {} }, required: [ok, other] }\n  - id: mend\n    depends_on: [look]\n    when: \"$look.output.ok == 'x' && $look.count > 1\"\n    bash: |\n      echo \"$look.output.count $look.output.absent $nobody.field\"\n",
        expect![[r#"
            3: look → node look Scalar { quote: None }
            4: ok → output look.ok Scalar { quote: None }
            6: look = node look Scalar { quote: None }
            7: code_reviewer → agent codereviewer Scalar { quote: None }
            9: ok = output look.ok Scalar { quote: None }
            9: count = output look.count Scalar { quote: None }
            9: ok → output look.ok Scalar { quote: None }
            10: mend = node mend Scalar { quote: None }
            11: look → node look Scalar { quote: None }
            12: look → node look Part
            12: ok → output look.ok Part
            12: look → node look Part
            12: count → output look.count Part
            14: look → node look Part
            14: count → output look.count Part
            14: look → node look Part
        "#]],
    );
}

#[test]
fn bodies_of_archons_groups_are_scopes() {
    check(
        ".archon/workflows/a.yaml",
        "name: a\ndescription: x\nnodes:\n  - id: one\n    bash: x\n  - id: group\n    depends_on: [one]\n    loop_group:\n      until_bash: test \"$two.output$one.output\"\n      max_iterations: 2\n      nodes:\n        - id: two\n          bash: echo $one.output $three.output $LOOP_PREV.three.output\n        - id: three\n          depends_on: [two]\n          bash: echo $two.output\n  - id: two\n    depends_on: [group]\n    bash: echo $one.output $two.output\n",
        expect![[r#"
            4: one = node one Scalar { quote: None }
            6: group = node group Scalar { quote: None }
            7: one → node one Scalar { quote: None }
            9: two → node group/two Part
            9: one → node one Part
            12: two = node group/two Scalar { quote: None }
            13: one → node one Part
            13: three → node group/three Part
            13: three → node group/three Part
            14: three = node group/three Scalar { quote: None }
            15: two → node group/two Scalar { quote: None }
            16: two → node group/two Part
            17: two = node two Scalar { quote: None }
            18: group → node group Scalar { quote: None }
            19: one → node one Part
            19: two → node two Part
        "#]],
    );
}

#[test]
fn claude_flows_own_agents() {
    check(
        "workflows/a.json",
        r#"{"name": "a", "agents": [{"id": "dev", "assignedTasks": ["build", "other"]}, {"id": "qa"}],
  "tasks": [
    {"id": "build", "assignTo": "dev", "output": ["binary"]},
    {"id": "test", "assignTo": ["qa", "dev", "nobody"], "depends": ["build"], "claudePrompt": "Test ${build.output.binary} ${test.x} ${version}"}]}"#,
        expect![[r#"
            1: dev = own agent dev Scalar { quote: Some('"') }
            1: build → node build Scalar { quote: Some('"') }
            1: qa = own agent qa Scalar { quote: Some('"') }
            3: build = node build Scalar { quote: Some('"') }
            3: dev → own agent dev Scalar { quote: Some('"') }
            3: binary = output build.binary Scalar { quote: Some('"') }
            4: test = node test Scalar { quote: Some('"') }
            4: qa → own agent qa Scalar { quote: Some('"') }
            4: dev → own agent dev Scalar { quote: Some('"') }
            4: nobody → own agent nobody Scalar { quote: Some('"') }
            4: build → node build Scalar { quote: Some('"') }
            4: build → node build Part
            4: binary → output build.binary Part
        "#]],
    );
}

#[test]
fn roles_of_spec_kit() {
    check(
        "templates/commands/a.md",
        "---\nclaude_code:\n  subagents:\n    - role: reader\n      prompt: Read\n    - role: writer\n      depends_on: [reader]\n---\nThe reader reads.\n",
        expect![[r#"
            4: reader = node reader Scalar { quote: None }
            6: writer = node writer Scalar { quote: None }
            7: reader → node reader Scalar { quote: None }
        "#]],
    );
}

#[test]
fn compensations_of_command_v2() {
    check(
        "commands/v2/a.json",
        r#"{"name": "/a", "phases": [{"id": "p", "agents": [
  {"id": "one", "type": "code-reviewer", "task": "x"},
  {"id": "two", "agentId": "other", "task": "x", "compensation": {"type": "rollback", "agentId": "code-reviewer", "rollbackTo": "one"}}]}]}"#,
        expect![[r#"
            1: p = phase p Scalar { quote: Some('"') }
            2: one = node one Scalar { quote: Some('"') }
            2: code-reviewer → agent codereviewer Scalar { quote: Some('"') }
            3: two = node two Scalar { quote: Some('"') }
            3: other → agent other Scalar { quote: Some('"') }
            3: code-reviewer → agent codereviewer Scalar { quote: Some('"') }
            3: one → node one Scalar { quote: Some('"') }
        "#]],
    );
}

#[test]
fn an_agents_own_name_and_a_commands_link() {
    let snapshot = workspace(&[
        REVIEWER,
        (".claude/commands/all.md", "---\ndivisi: '../../all.dag.yaml'\n---\nDo it.\n"),
    ]);
    expect![[r#"
        2: code-reviewer = agent codereviewer Scalar { quote: Some('"') }
    "#]]
    .assert_eq(&render(&snapshot, ".claude/agents/reviewer.md"));
    expect![[r#"
        2: ../../all.dag.yaml → file /workspace/all.dag.yaml Path
    "#]]
    .assert_eq(&render(&snapshot, ".claude/commands/all.md"));
}

#[test]
fn an_argument_is_named_by_those_who_run_the_dag() {
    let snapshot = workspace(&[
        ("a.dag.yaml", "args: { scope: {} }\nnodes:\n  - id: a\n    run: [x, '{{ args.scope }}']\n"),
        ("b/b.dag.yaml", "nodes:\n  - id: b\n    dag: ../a.dag.yaml\n    args: { scope: src }\n"),
        (
            "c.dag.yaml",
            "args: { scope: {} }\nnodes:\n  - id: c\n    dag: ./b/b.dag.yaml\n    args: { scope: x }\n",
        ),
    ]);
    let entity =
        Entity::Arg { document: Path::new("/workspace/a.dag.yaml").into(), name: "scope".to_owned() };
    let uses: Vec<(String, usize)> = references(&snapshot, &entity)
        .iter()
        .map(|uses| (uses.document.path.display().to_string(), uses.occurrences.len()))
        .collect();
    expect![[r#"
        [
            (
                "/workspace/a.dag.yaml",
                2,
            ),
            (
                "/workspace/b/b.dag.yaml",
                1,
            ),
        ]"#]]
    .assert_eq(&format!("{uses:#?}"));
}

#[test]
fn unfinished_text_gives_what_can_be_read() {
    let full = "args: { scope: {} }\nnodes:\n  - id: a\n    run: [x, '{{ args.scope']\n    outputs: [o]\n  - id: b\n    depends_on: [a\n    inputs: {x: a.o}\n    prompt: \"{{ nodes.a.outputs.\n";
    for end in 0..=full.len() {
        let text = full.get(..end).expect("ASCII");
        let snapshot = workspace(&[REVIEWER, ("a.dag.yaml", text)]);
        let document = document(&snapshot, "a.dag.yaml");
        for it in occurrences(&snapshot, &document) {
            assert!(document.text.get(it.span.range()).is_some_and(|name| !name.is_empty()), "{text}");
        }
    }
}
