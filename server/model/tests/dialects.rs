//! What the dialects' files say, and where: ids, work, dependencies and every reference in a text.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::fmt::Write as _;
use std::sync::Arc;

use divisi_model::{Dag, Demand, Dialect, Node, Work, later::not_run_yet, spec_kit};
use divisi_syntax::{Spanned, Tree};
use expect_test::{Expect, expect};

fn check(dialect: Dialect, text: &str, expected: Expect) {
    let tree = dialect.parse(Arc::from(text));
    let root = tree.root().unwrap();
    let root = if dialect == Dialect::SpecKit { spec_kit::claude_code(&tree, root).unwrap() } else { root };
    assert!(dialect.fits(&tree), "it has the shape");
    let dag = dialect.lower(&tree, root).unwrap();
    let mut shown = String::new();
    if let Some(slots) = &dag.max_parallel {
        let _ = writeln!(shown, "max_parallel {}", slots.value);
    }
    show(&dag, &tree, "", &mut shown);
    let _ = writeln!(shown, "not run: {}", names(not_run_yet(&dag, &tree).iter().map(|(_, name)| name)));
    expected.assert_eq(&shown);
}

fn show(dag: &Dag, tree: &Tree, indent: &str, shown: &mut String) {
    for node in &dag.nodes {
        let _ = writeln!(shown, "{indent}{}: {}", node.id.value, work(node));
        let mut line = |name: &str, value: String| {
            if !value.is_empty() {
                let _ = writeln!(shown, "{indent}  {name} {value}");
            }
        };
        line("waits for", names(node.depends_on.iter().map(|id| at(id, tree))));
        line("assigned", names(node.assigned.iter().map(|id| at(id, tree))));
        line("when", node.foreign_condition.as_ref().map(|it| it.value.clone()).unwrap_or_default());
        line("rule", node.trigger_rule.as_ref().map(|it| format!("{:?}", it.value)).unwrap_or_default());
        line("timeout", node.timeout.as_ref().map(|it| format!("{:?}", it.value)).unwrap_or_default());
        line("idle", node.idle_timeout.as_ref().map(|it| format!("{:?}", it.value)).unwrap_or_default());
        line("attempts", node.retry.as_ref().map(|it| it.attempts.to_string()).unwrap_or_default());
        line("outputs", names(node.outputs.iter().map(|output| &output.name.value)));
        for reference in &node.references {
            let field = reference.field.as_ref().map(|field| format!(" field {}", at(field, tree)));
            let demand = match reference.demand {
                Demand::Nothing => " (unchecked)",
                Demand::Exists => "",
                Demand::Ancestor => " (must be an ancestor)",
            };
            let whole = reference.span.slice(tree.text());
            line(
                "names",
                format!("{}{} in {whole}{demand}", at(&reference.node, tree), field.unwrap_or_default()),
            );
        }
        if let Some(body) = &node.body {
            show(body, tree, &format!("{indent}    "), shown);
        }
    }
}

fn work(node: &Node) -> String {
    match &node.work {
        Some(Work::Agent(work)) => {
            let prompt = work.prompt.as_ref().map(|prompt| prompt.value.as_str());
            format!("agent {} (registry: {}) {prompt:?}", work.agent.value, work.naming.may_be_reference())
        }
        Some(Work::Foreign(work)) => {
            format!("{} {:?}", work.key.value, work.text.as_ref().map(|text| text.value.as_str()))
        }
        other => format!("{other:?}"),
    }
}

/// A name, and that its place in the source holds the same.
fn at(name: &Spanned<String>, tree: &Tree) -> String {
    let source = name.span.slice(tree.text()).trim_matches('"');
    assert_eq!(source, name.value, "the place of a name");
    name.value.clone()
}

fn names(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    names.map(|name| name.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}

#[test]
fn archon_nodes_of_every_kind() {
    check(
        Dialect::Archon,
        "name: all\ndescription: every kind\nnodes:\n\
         \x20 - id: a\n    command: look-around\n    timeout: 30000\n\
         \x20 - id: b\n    depends_on: [a]\n    prompt: Use $a.output\n    retry: { max_attempts: 2 }\n\
         \x20 - id: c\n    bash: echo \"$b.output.count\"\n    idle_timeout: 1500.5\n    depends_on: [b]\n\
         \x20 - id: d\n    script: clean-up\n    runtime: bun\n    trigger_rule: none_failed_min_one_success\n\
         \x20 - id: e\n    loop: { prompt: 'Again: $c.output', until: DONE, max_iterations: 3 }\n\
         \x20 - id: f\n    approval: { message: 'Fine? $e.output' }\n\
         \x20 - id: g\n    cancel: no\n\
         \x20 - id: h\n    include: other\n    with: { base: $a.output }\n\
         \x20 - id: i\n    workflow: child\n    fan_out: { items: $c.output }\n    input: $ARGUMENTS\n\
         \x20 - id: j\n    prompt: ''\n",
        expect![[r#"
            a: command Some("look-around")
              timeout 30s
            b: prompt Some("Use $a.output")
              waits for a
              attempts 3
              names a in $a.output
            c: bash Some("echo \"$b.output.count\"")
              waits for b
              idle 1.5005s
              names b field count in $b.output.count
            d: script Some("clean-up")
              rule NoneFailedMinOneSuccess
            e: loop Some("Again: $c.output")
              names c in $c.output
            f: approval Some("Fine? $e.output")
              names e in $e.output
            g: cancel Some("no")
            h: include Some("other")
              names a in $a.output
            i: workflow Some("child")
              names c in $c.output (must be an ancestor)
            j: prompt Some("")
            not run: command, prompt, bash, script, loop, approval, cancel, include, workflow, the node j
        "#]],
    );
}

#[test]
fn archon_references_have_exact_places() {
    check(
        Dialect::Archon,
        "name: refs\ndescription: x\nnodes:\n  - id: a-b\n    bash: x\n    output_format: { type: object, properties: { n: {}, m: {} } }\n  - id: c\n    depends_on: [a-b]\n    when: \"$a-b.output == 'x' || $a-b.m != 'é' && $zz.output.k > 3\"\n    prompt: |\n      ünder $a-b.output.n, $ARGUMENTS, $LOOP_PREV.a-b.output, $INPUTS.a\n      in code `$no.output` and\n      ```\n      $not.output\n      ```\n      but $a-b.outputs\n",
        expect![[r#"
            a-b: bash Some("x")
              outputs n, m
            c: prompt Some("ünder $a-b.output.n, $ARGUMENTS, $LOOP_PREV.a-b.output, $INPUTS.a\nin code `$no.output` and\n```\n$not.output\n```\nbut $a-b.outputs\n")
              waits for a-b
              when $a-b.output == 'x' || $a-b.m != 'é' && $zz.output.k > 3
              names a-b in $a-b.output
              names a-b field m in $a-b.m (unchecked)
              names zz field k in $zz.output.k
              names a-b field n in $a-b.output.n
              names a-b in $LOOP_PREV.a-b.output (unchecked)
              names no in $no.output (unchecked)
              names not in $not.output (unchecked)
              names a-b in $a-b.output
            not run: bash, prompt
        "#]],
    );
}

#[test]
fn archon_bodies_are_scopes() {
    check(
        Dialect::Archon,
        "name: bodies\ndescription: x\nnodes:\n  - id: a\n    bash: x\n  - id: group\n    depends_on: [a]\n    loop_group:\n      until_bash: test \"$one.output\"\n      max_iterations: 3\n      nodes:\n        - id: one\n          prompt: $a.output\n        - id: two\n          depends_on: [one]\n          prompt: $one.output $nobody.output\n",
        expect![[r#"
            a: bash Some("x")
            group: loop_group None
              waits for a
              names one in $one.output (unchecked)
              names a in $a.output
              names nobody in $nobody.output
                one: prompt Some("$a.output")
                two: prompt Some("$one.output $nobody.output")
                  waits for one
                  names one in $one.output
            not run: bash, loop_group
        "#]],
    );
}

#[test]
fn archon_bodies_through_aliases_end() {
    let text = "name: a\ndescription: b\nnodes: &all\n  - &one\n    id: x\n    loop_group: { nodes: *all }\n  - *one\n";
    let tree = Dialect::Archon.parse(Arc::from(text));
    assert!(Dialect::Archon.lower(&tree, tree.root().unwrap()).is_some());
}

#[test]
fn spec_kit_roles() {
    check(
        Dialect::SpecKit,
        "description: x\nclaude_code:\n  model: opus\n  orchestration: { max_parallel: 3, timeout_per_agent: 600000 }\n  subagents:\n    - role: reader\n      parallel: true\n      depends_on: []\n      prompt: Read {{FEATURE_DIR}}\n    - role: writer\n      depends_on: [reader]\n      model_override: haiku\n    - only a label\n",
        expect![[r#"
            max_parallel 3
            reader: agent reader (registry: false) Some("Read {{FEATURE_DIR}}")
              timeout 600s
            writer: agent writer (registry: false) None
              waits for reader
              timeout 600s
            not run: role, role
        "#]],
    );
}

#[test]
fn claude_flow_tasks() {
    check(
        Dialect::ClaudeFlow,
        r#"{
          "name": "x", // a comment
          "agents": [{ "id": "dev" }, { "id": "qa" }],
          "settings": { "maxConcurrency": 2 },
          "tasks": [
            { "id": "build", "assignTo": "dev", "description": "Build ${name}", "timeout": 300000,
              "output": { "code": "string" } },
            { "id": "test", "assignTo": ["qa", "dev"], "depends": ["build"], "retries": 2,
              "claudePrompt": "Test ${build.output.code}, not ${build.out} nor ${build.output",
              "input": { "code": "${build.output.code}", "all": ["${build.output}"] } },
            { "id": "ship", "agentId": "nobody", "dependencies": ["test"], "condition": "ready" }
          ]
        }"#,
        expect![[r#"
            max_parallel 2
            build: agent dev (registry: false) Some("Build ${name}")
              assigned dev
              timeout 300s
              outputs code
            test: agent qa (registry: false) Some("Test ${build.output.code}, not ${build.out} nor ${build.output")
              waits for build
              assigned qa, dev
              attempts 3
              names build field code in ${build.output.code} (unchecked)
              names build field code in ${build.output.code} (unchecked)
              names build in ${build.output} (unchecked)
            ship: agent nobody (registry: false) None
              waits for test
              assigned nobody
              when ready
            not run: assignTo, assignTo, agentId
        "#]],
    );
}
