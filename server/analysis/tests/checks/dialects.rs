//! Files of other tools: what their tools refuse is found, and what they accept is left alone.

use expect_test::{Expect, expect};

use super::support::check_file;

fn archon(text: &str, expected: Expect) {
    expected.assert_eq(&check_file(".archon/workflows/x.yaml", text));
}

fn claude_flow(text: &str, expected: Expect) {
    expected.assert_eq(&check_file("workflows/x.json", text));
}

fn spec_kit(text: &str, expected: Expect) {
    expected.assert_eq(&check_file("templates/commands/x.md", text));
}

const NONE: &str = "no findings\n";

#[test]
fn archon_as_its_own_tool_accepts_it() {
    let text = "name: good\ndescription: |\n  All that is fine.\nprovider: claude\nmodel: small\nmutates_checkout: false\nown_key: 1\nnodes:\n\
        \x20 - id: a\n    bash: echo '{\"n\":1}'\n    timeout: 30000\n\
        \x20 - id: skipped.odd id\n    depends_on: [a]\n    when: \"$a.output.n > '0' && $a.n != 'x'\"\n    command: look\n    context: fresh\n\
        \x20 - id: b\n    depends_on: [a, skipped.odd id]\n    trigger_rule: one_success\n    idle_timeout: 60000\n    prompt: |\n      Use $a.output and `$nobody.output` with {{ braces }} and $ARGUMENTS.\n\
        \x20 - id: c\n    depends_on: [a, b]\n    allowed_tools: []\n    prompt: $a.output $b.output\n\
        \x20 - id: d\n    depends_on: [c]\n    loop_group:\n      until: DONE\n      max_iterations: 3\n      nodes:\n        - id: e\n          prompt: $c.output $LOOP_PREV.f.output\n        - id: f\n          depends_on: [e]\n          bash: test \"$e.output\" $d.output\n\
        \x20 - id: g\n    include: elsewhere\n    depends_on: [d]\n    with: { focus: $c.output }\n";
    assert_eq!(check_file(".archon/workflows/x.yaml", text), NONE);
}

#[test]
fn archon_unknown_nodes() {
    archon(
        "name: x\ndescription: x\nnodes:\n  - id: scan-all\n    bash: ./scan\n  - id: report\n    depends_on: [scan-al]\n    when: $scan-all.output != '' || $scan.output == 'x'\n    prompt: |\n      Say $scanall.output.count\n",
        expect![[r#"
            7 |     depends_on: [scan-al]
                                 ^^^^^^^ missing-dependency (error): no node `scan-al` in this DAG; did you mean `scan-all`?
                                   line 4: `scan-all` is here
                                   fix: Change to `scan-all`
            8 |     when: $scan-all.output != '' || $scan.output == 'x'
                           ^^^^^^^^ not-an-ancestor (warning): `report` does not wait for `scan-all`: add it to `depends_on`
                             line 4: `scan-all` is here
                             fix: Wait for `scan-all`
                                                     ^^^^ unknown-reference (error): no node `scan` in this DAG
            10 |       Say $scanall.output.count
                            ^^^^^^^ unknown-reference (error): no node `scanall` in this DAG; did you mean `scan-all`?
                              fix: Change to `scan-all`
        "#]],
    );
}

#[test]
fn archon_values_that_are_never_there() {
    archon(
        "name: x\ndescription: x\nnodes:\n  - id: a\n    bash: ./a\n  - id: b\n    bash: ./b $a.output $b.output\n  - id: c\n    depends_on: [b]\n    bash: ./c $a.output $d.output\n  - id: d\n    depends_on: [c]\n    workflow: child\n    fan_out: { items: $e.output }\n  - id: e\n    bash: ./e\n",
        expect![[r#"
            7 |     bash: ./b $a.output $b.output
                               ^ not-an-ancestor (warning): `b` does not wait for `a`: add it to `depends_on`
                                 line 4: `a` is here
                                 fix: Wait for `a`
            10 |     bash: ./c $a.output $d.output
                                          ^ not-an-ancestor (warning): `d` runs after `c`: its results are not there yet
                                            line 11: `d` is here
            14 |     fan_out: { items: $e.output }
                                        ^ not-an-ancestor (error): `d` does not wait for `e`: add it to `depends_on`
                                          line 15: `e` is here
                                          fix: Wait for `e`
        "#]],
    );
}

#[test]
fn archon_shape() {
    archon(
        "name: x\nnodes:\n  - id: a\n    bash: ./a\n    prompt: Do it\n    timeout: 5m\n    trigger_rule: allsuccess\n    depend_on: [b]\n  - id: b\n    loop: { prompt: x, until: DONE }\n  - id: a\n    prompt: ''\n    cancel: no more\n",
        expect![[r#"
            1 | name: x
                ^^^^ missing-field (error): this workflow has no `description`
            5 |     prompt: Do it
                    ^^^^^^ conflicting-work (error): a node does one thing: it has `bash` and `prompt`
                      line 4: the other one
            6 |     timeout: 5m
                             ^^ wrong-type (error): `timeout` must be a number, not a text
            7 |     trigger_rule: allsuccess
                                  ^^^^^^^^^^ invalid-value (error): `allsuccess` will not do for `trigger_rule`: it must be `all_success`, `one_success`, `none_failed_min_one_success` or `all_done`; did you mean `all_success`?
                                    fix: Change to `all_success`
            8 |     depend_on: [b]
                    ^^^^^^^^^ unknown-key (warning): unknown node key `depend_on`; did you mean `depends_on`?
                      fix: Change to `depends_on`
            10 |     loop: { prompt: x, until: DONE }
                             ^^^^^^ missing-field (error): this loop has no `max_iterations`
            11 |   - id: a
                         ^ duplicate-node (error): there is another node `a`; give one of them another id
                           line 3: the other one
        "#]],
    );
}

#[test]
fn archon_bodies_are_graphs_of_their_own() {
    archon(
        "name: x\ndescription: x\nnodes:\n  - id: a\n    bash: ./a\n  - id: group\n    depends_on: [a]\n    loop_group:\n      until: DONE\n      max_iterations: 2\n      nodes:\n        - id: one\n          depends_on: [a]\n          bash: ./one $two.output\n        - id: two\n          depends_on: [one]\n          bash: ./two $nobody.output\n        - id: two\n          depends_on: [three]\n          bash: ./two\n        - id: three\n          depends_on: [two, three]\n          bash: ./three\n",
        expect![[r#"
            13 |           depends_on: [a]
                                        ^ missing-dependency (error): no node `a` in this DAG
            14 |           bash: ./one $two.output
                                        ^^^ not-an-ancestor (warning): `two` runs after `one`: its results are not there yet
                                          line 15: `two` is here
            17 |           bash: ./two $nobody.output
                                        ^^^^^^ unknown-reference (error): no node `nobody` in this DAG
            18 |         - id: two
                               ^^^ duplicate-node (error): there is another node `two`; give one of them another id
                                 line 15: the other one
            22 |           depends_on: [two, three]
                                             ^^^^^ self-dependency (error): `three` waits for itself and can never start
                                               fix: Remove the dependency
        "#]],
    );
}

#[test]
fn archon_files_elsewhere_and_of_another_shape_are_not_ours() {
    let text = "nodes:\n  - id: a\n    bash: ./a\n    depends_on: [b]\n";
    for (path, text) in [("flows/x.yaml", text), (".archon/workflows/fixture.yaml", "cases:\n  - input: 1\n")]
    {
        let mut fixture = super::support::Fixture::new(&[]);
        fixture.open(path, text);
        assert_eq!(fixture.check(path), NONE, "{path}");
    }
}

#[test]
fn spec_kit_as_people_write_it() {
    let text = "---\ndescription: x\nclaude_code:\n  model: opus\n  own_key: 1\n  orchestration: { max_parallel: 3 }\n  subagents:\n    - role: reader\n      role_group: ANALYSIS\n      parallel: true\n      depends_on: []\n      prompt: Read {{FEATURE_DIR}}\n    - role: writer\n      depends_on: [reader]\n      model_override: haiku\n---\nUse $ARGUMENTS.\n";
    spec_kit(
        text,
        expect![[r"
        no findings
    "]],
    );
    assert_eq!(check_file(".claude/commands/speckit.x.md", text), NONE);
}

#[test]
fn spec_kit_mistakes() {
    spec_kit(
        "---\ndescription: x\nclaude_code:\n  subagents:\n    - role: reader\n      dependson: [x]\n    - role: writer\n      depends_on: [readr]\n    - role: reader\n      depends_on: [reader]\n    - prompt: nobody\n---\n",
        expect![[r#"
            6 |       dependson: [x]
                      ^^^^^^^^^ unknown-key (warning): unknown subagent key `dependson`; did you mean `depends_on`?
                        fix: Change to `depends_on`
            8 |       depends_on: [readr]
                                   ^^^^^ missing-dependency (error): no node `readr` in this DAG; did you mean `reader`?
                                     line 5: `reader` is here
                                     fix: Change to `reader`
            9 |     - role: reader
                            ^^^^^^ duplicate-node (error): there is another node `reader`; give one of them another id
                              line 5: the other one
            10 |       depends_on: [reader]
                                    ^^^^^^ self-dependency (error): `reader` waits for itself and can never start
                                      fix: Remove the dependency
            11 |     - prompt: nobody
                       ^^^^^^ missing-field (error): this subagent has no `role`
        "#]],
    );
}

#[test]
fn claude_flow_as_people_write_it() {
    let text = r#"{
  "name": "x", "variables": { "v": 1 },
  "agents": [{ "id": "dev", "type": "developer" }, { "id": "qa" }],
  "tasks": [
    { "id": "a", "assignTo": "dev", "description": "d ${v} ${nobody.output.x}", "priority": "high" },
    { "id": "b", "agentId": "qa", "depends": ["a"], "assigned": 1 },
    { "id": "c", "assignTo": ["qa", "dev", "${who}"], "dependencies": ["a", "b"], "timeout": 5 }
  ]
}"#;
    claude_flow(
        text,
        expect![[r"
        no findings
    "]],
    );
}

#[test]
fn claude_flow_mistakes() {
    claude_flow(
        r#"{
  "name": "x",
  "agents": [{ "id": "developer" }, { "id": "qa" }],
  "tasks": [
    { "id": "a", "assignTo": "develoer" },
    { "id": "b", "assignTo": ["qa", "somebody"], "depends": ["aa"] },
    { "id": "c", "agntId": "qa", "dependencies": ["c"] }
  ]
}"#,
        expect![[r#"
            5 |     { "id": "a", "assignTo": "develoer" },
                                             ^^^^^^^^^^ unknown-agent (warning): no agent `develoer` in the `agents` of this file; did you mean `developer`?
                                               fix: Change to `developer`
            6 |     { "id": "b", "assignTo": ["qa", "somebody"], "depends": ["aa"] },
                                                    ^^^^^^^^^^ unknown-agent (warning): no agent `somebody` in the `agents` of this file
                                                                             ^^^^ missing-dependency (error): no node `aa` in this DAG
            7 |     { "id": "c", "agntId": "qa", "dependencies": ["c"] }
                                 ^^^^^^^^ unknown-key (warning): unknown task key `agntId`; did you mean `agentId`?
                                   fix: Change to `agentId`
                                                                  ^^^ self-dependency (error): `c` waits for itself and can never start
                                                                    fix: Remove the dependency
        "#]],
    );
}

#[test]
fn command_v2_names_agents_by_three_keys() {
    let node = |at: usize, key: &str, name: &str| {
        format!("  {{ \"id\": \"n{at}\", \"{key}\": \"{name}\", \"task\": \"t\" }}")
    };
    let text = |names: &[(&str, &str)]| {
        let nodes = names.iter().enumerate().map(|(at, (key, name))| node(at, key, name));
        let nodes = nodes.collect::<Vec<_>>().join(",\n");
        format!("{{\"name\": \"/x\", \"phases\": [{{\"id\": \"p\", \"agents\": [\n{nodes}\n]}}]}}")
    };
    let command_v2 = |names: &[(&str, &str)]| check_file("commands/v2/x.json", &text(names));
    let labels = [("type", "security"), ("type", "security"), ("name", "planner"), ("type", "testing")];
    assert_eq!(command_v2(&labels), NONE, "labels");
    expect![[r#"
        3 |   { "id": "n1", "type": "planer", "task": "t" },
                                    ^^^^^^^^ unknown-agent (error): no agent `planer`; did you mean `planner`?
                                      fix: Change to `planner`
        4 |   { "id": "n2", "type": "planer", "task": "t" }
                                    ^^^^^^^^ unknown-agent (error): no agent `planer`; did you mean `planner`?
                                      fix: Change to `planner`
    "#]]
    .assert_eq(&command_v2(&[("type", "planner"), ("type", "planer"), ("type", "planer")]));
    expect![[r#"
        2 |   { "id": "n0", "agentId": "security", "task": "t" },
                                       ^^^^^^^^^^ unknown-agent (error): no agent `security`
    "#]]
    .assert_eq(&command_v2(&[("agentId", "security"), ("type", "testing")]));
}
