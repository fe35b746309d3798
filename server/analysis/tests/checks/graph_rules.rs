//! Rules about nodes and what they wait for.

use crate::support::{check_dag, check_file, fixed};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&check_dag(text));
}

#[test]
fn missing_dependency() {
    check(
        "
nodes:
  - id: analysis
    run: ./a.sh
  - id: report
    depends_on: [analisys, nowhere]
    run: ./r.sh
",
        expect![[r#"
              6 |     depends_on: [analisys, nowhere]
                                   ^^^^^^^^ missing-dependency (error): no node `analisys` in this DAG; did you mean `analysis`?
                                     line 3: `analysis` is here
                                     fix: Change to `analysis`
                                             ^^^^^^^ missing-dependency (error): no node `nowhere` in this DAG
        "#]],
    );
    check(
        "nodes: [{id: a, run: x}, {id: b, run: x, depends_on: a}]",
        expect![[r#"
        no findings
    "#]],
    );
    check(
        "nodes: { a: {run: x}, b: {run: x, depends_on: ['A']} }",
        expect![[r#"
              1 | nodes: { a: {run: x}, b: {run: x, depends_on: ['A']} }
                                                                 ^^^ missing-dependency (error): no node `A` in this DAG; did you mean `a`?
                                                                   line 1: `a` is here
                                                                   fix: Change to `a`
        "#]],
    );
}

#[test]
fn several_ids_in_one_text() {
    check(
        "
nodes:
  - { id: a, run: x }
  - { id: c, run: x }
  - { id: d, run: x, depends_on: \"a, c\" }
  - { id: e, run: x, depends_on: a c }
  - { id: f, run: x, depends_on: \"a, nowhere\" }
  - { id: g, run: x, depends_on: [\"a, c\"] }
  - { id: h, run: x, depends_on: not known }
",
        expect![[r#"
            5 |   - { id: d, run: x, depends_on: "a, c" }
                                                 ^^^^^^ missing-dependency (error): no node `a, c` in this DAG; several ids are a list: `[a, c]`
                                                   fix: Change to `[a, c]`
            6 |   - { id: e, run: x, depends_on: a c }
                                                 ^^^ missing-dependency (error): no node `a c` in this DAG; several ids are a list: `[a, c]`
                                                   fix: Change to `[a, c]`
            7 |   - { id: f, run: x, depends_on: "a, nowhere" }
                                                 ^^^^^^^^^^^^ missing-dependency (error): no node `a, nowhere` in this DAG; several ids are a list: `[a, nowhere]`
            8 |   - { id: g, run: x, depends_on: ["a, c"] }
                                                  ^^^^^^ missing-dependency (error): no node `a, c` in this DAG; several ids are a list: `[a, c]`
            9 |   - { id: h, run: x, depends_on: not known }
                                                 ^^^^^^^^^ missing-dependency (error): no node `not known` in this DAG
        "#]],
    );
    expect![[r#"
        nodes: { a: { run: x }, c: { run: x }, d: { run: x, depends_on: [a, c] } }
    "#]]
    .assert_eq(&fixed("nodes: { a: { run: x }, c: { run: x }, d: { run: x, depends_on: 'a,c' } }\n"));
}

#[test]
fn missing_dependency_fix_keeps_quotes() {
    expect![[r#"
        nodes: [{id: alpha, run: x}, {id: b, run: x, depends_on: "alpha"}]
    "#]]
    .assert_eq(&fixed("nodes: [{id: alpha, run: x}, {id: b, run: x, depends_on: \"alhpa\"}]\n"));
}

#[test]
fn self_dependency() {
    check(
        "nodes:\n  - id: a\n    run: x\n    depends_on: [a]\n",
        expect![[r#"
              4 |     depends_on: [a]
                                   ^ self-dependency (error): `a` waits for itself and can never start
                                     fix: Remove the dependency
        "#]],
    );
    expect![[r#"
        nodes:
          - id: a
            run: x
    "#]]
    .assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n    depends_on: [a]\n"));
    expect![[r#"
        nodes:
          - id: b
            run: x
          - id: a
            run: x
            depends_on:
              - b
    "#]]
    .assert_eq(&fixed(
        "nodes:\n  - id: b\n    run: x\n  - id: a\n    run: x\n    depends_on:\n      - a # oh\n      - b\n",
    ));
    expect![[r#"
        nodes:
          - id: a
            run: x
            title: A
    "#]]
    .assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n    depends_on:\n      - a\n    title: A\n"));
    expect![[r#"
        nodes:
          - id: a
            run: x
            title: A
    "#]]
    .assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n    depends_on: a\n    title: A\n"));
    expect![[r#"
        no fix
    "#]]
    .assert_eq(&fixed("nodes:\n  - depends_on: a\n    id: a\n    run: x\n"));
}

#[test]
fn duplicate_node() {
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: a\n    run: y\n",
        expect![[r#"
              4 |   - id: a
                          ^ duplicate-node (error): there is another node `a`; give one of them another id
                            line 2: the other one
        "#]],
    );
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: A\n    run: y\n",
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn cycle_is_shown_at_its_last_entry() {
    check(
        "
nodes:
  - id: a
    depends_on: [c]
    run: x
  - id: b
    depends_on: [a]
    run: x
  - id: c
    depends_on:
      - b
    run: x
  - id: outside
    depends_on: [c]
    run: x
",
        expect![[r#"
             11 |       - b
                          ^ cycle (error): these nodes wait for each other: c → b → a → c
                            line 11: `c` waits for `b`
                            line 7: `b` waits for `a`
                            line 4: `a` waits for `c`
        "#]],
    );
}

#[test]
fn the_shortest_cycle_of_each_component() {
    check(
        "
nodes:
  - { id: a, run: x, depends_on: [d, b] }
  - { id: b, run: x, depends_on: [c, a] }
  - { id: c, run: x, depends_on: [d] }
  - { id: d, run: x, depends_on: [a] }
  - { id: e, run: x, depends_on: [f, a] }
  - { id: f, run: x, depends_on: [e] }
",
        expect![[r#"
              4 |   - { id: b, run: x, depends_on: [c, a] }
                                                       ^ cycle (error): these nodes wait for each other: b → a → b
                                                         line 4: `b` waits for `a`
                                                         line 3: `a` waits for `b`
              8 |   - { id: f, run: x, depends_on: [e] }
                                                    ^ cycle (error): these nodes wait for each other: f → e → f
                                                      line 8: `f` waits for `e`
                                                      line 7: `e` waits for `f`
        "#]],
    );
}

#[test]
fn a_cycle_through_a_barrier() {
    check(
        "
phases:
  - { id: one, nodes: [a] }
  - { id: two, barrier: true, nodes: [b] }
nodes:
  - { id: a, run: x, depends_on: [b] }
  - { id: b, run: x }
",
        expect![[r#"
              6 |   - { id: a, run: x, depends_on: [b] }
                                                    ^ cycle (error): these nodes wait for each other: a → b → a
                                                      line 6: `a` waits for `b`
                                                      line 4: `b` waits for `a` because of this phase's barrier
        "#]],
    );
}

#[test]
fn a_long_ring_is_cut_in_its_message() {
    let mut text = String::from("nodes:\n");
    for node in 0..100 {
        text.push_str(&format!("  - {{ id: n{node}, run: x, depends_on: [n{}] }}\n", (node + 1) % 100));
    }
    let found = check_dag(&text);
    let lines: Vec<&str> = found.lines().collect();
    expect!["                                          ^^ cycle (error): these nodes wait for each other: n99 → n0 → n1 → n2 → n3 → n4 → … 89 more … → n94 → n95 → n96 → n97 → n98 → n99"].assert_eq(lines[1]);
    assert_eq!(lines.len(), 52);
}

#[test]
fn redundant_dependency() {
    check(
        "
nodes:
  - { id: a, run: x }
  - { id: b, run: x, depends_on: [a] }
  - { id: c, run: x, depends_on: [a, b] }
  - { id: d, run: x, depends_on: [a, c, c] }
",
        expect![[r#"
              5 |   - { id: c, run: x, depends_on: [a, b] }
                                                    ^ redundant-dependency (hint, unnecessary): `c` waits for `a` anyway, through `b`
                                                      line 4: through this one
                                                      fix: Remove the dependency (safe)
              6 |   - { id: d, run: x, depends_on: [a, c, c] }
                                                    ^ redundant-dependency (hint, unnecessary): `d` waits for `a` anyway, through `c`
                                                      line 5: through this one
                                                      fix: Remove the dependency (safe)
                                                          ^ redundant-dependency (hint, unnecessary): `c` is listed twice here
                                                            fix: Remove the dependency (safe)
        "#]],
    );
    expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            run: x
            depends_on:
              - a
          - id: c
            run: x
            depends_on:
              - b
    "#]].assert_eq(&fixed(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    run: x\n    depends_on:\n      - a\n  - id: c\n    run: x\n    depends_on:\n      - b\n      - a\n",
    ));
}

#[test]
fn redundant_dependency_is_silent_where_the_edge_means_more() {
    let quiet = [
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], trigger_rule: all_done}, {id: c, run: x, depends_on: [a, b]}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], when: 'args.deep'}, {id: c, run: x, depends_on: [a, b]}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], continue_on_error: true}, {id: c, run: x, depends_on: [a, b]}]",
        "[{id: a, run: x, continue_on_error: true}, {id: b, run: x, depends_on: [a]}, {id: c, run: x, depends_on: [a, b]}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a]}, {id: c, run: x, depends_on: [a, b], trigger_rule: all_done}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: x, depends_on: [a]}, {id: c, run: [x, '{{ nodes.a.outputs.o }}'], depends_on: [a, b]}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a]}, {id: c, run: [x, '{{ nodes[\"a\"].status }}'], depends_on: [a, b]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: x, depends_on: [a]}, {id: c, run: x, inputs: [o], depends_on: [a, b]}]",
        "[{id: a, run: x, writes: [o]}, {id: b, run: x, depends_on: [a]}, {id: c, run: x, reads: [o], depends_on: [a, b]}]",
        "[{id: a, run: x}, {id: b, run: x}, {id: c, run: x, depends_on: [a, b]}]",
    ];
    for nodes in quiet {
        let text = format!("args: {{ deep: {{ type: boolean, default: true }} }}\nnodes: {nodes}\n");
        assert_eq!(check_dag(&text), "no findings\n", "{nodes}");
    }
}

#[test]
fn a_barrier_makes_nothing_redundant() {
    check(
        "
phases:
  - { id: one, nodes: [a] }
  - { id: two, barrier: true, nodes: [b] }
nodes:
  - { id: a, run: x }
  - { id: b, run: x, depends_on: [a] }
",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn dependency_alias() {
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    needs: [a]\n    run: x\n",
        expect![[r#"
              5 |     needs: [a]
                      ^^^^^ dependency-alias (hint): `needs` is read as `depends_on`
                        fix: Change to `depends_on` (safe)
        "#]],
    );
    expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            depends_on: [a]
            run: x
    "#]]
    .assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n  - id: b\n    needs: [a]\n    run: x\n"));
}

#[test]
fn phases() {
    check(
        "
phases:
  - id: review
    nodes: [a, b, c]
  - id: merge
    nodes: [b]
nodes:
  - { id: a, run: x, phase: review }
  - { id: b, run: x }
  - { id: d, run: x, phase: reviw }
  - { id: e, run: x, phase: merge }
",
        expect![[r#"
            4 |     nodes: [a, b, c]
                            ^ phase-conflict (error): `a` is in a phase already (`review`); say it in one place
                              line 8: the other place
                                  ^ unknown-reference (error): no node `c` in this DAG
            6 |     nodes: [b]
                            ^ phase-conflict (error): `b` is in a phase already (`review`); say it in one place
                              line 4: the other place
            10 |   - { id: d, run: x, phase: reviw }
                                             ^^^^^ phase-unknown (warning): no phase `reviw`; did you mean `review`?
                                               fix: Change to `review`
        "#]],
    );
    check(
        "nodes: [{id: a, run: x, phase: anything}]",
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn timeout_below_estimate() {
    check(
        "
defaults: { timeout: 5m }
nodes:
  - { id: a, run: x, timeout: 1m, estimate: 90s }
  - { id: b, run: x, estimate: 10m }
  - { id: c, run: x, estimate: 5m }
",
        expect![[r#"
              4 |   - { id: a, run: x, timeout: 1m, estimate: 90s }
                                                ^^ timeout-below-estimate (warning): `a` is stopped after 1m and is expected to take 1m 30s
                                                  line 4: the estimate
              5 |   - { id: b, run: x, estimate: 10m }
                                                 ^^^ timeout-below-estimate (warning): `b` is stopped after 5m and is expected to take 10m
                                                   line 2: the time limit
        "#]],
    );
}

#[test]
fn command_v2_has_its_own_style() {
    let text = r#"{
  "version": "2.0.0", "name": "/x", "description": "d",
  "phases": [{ "id": "p", "agents": [
    { "id": "a", "agentId": "planner", "task": "t", "timeout": 5, "estimatedTime": 60000 },
    { "id": "b", "agentId": "planner", "task": "t", "dependencies": ["a"] },
    { "id": "c", "agentId": "planner", "task": "t", "dependencies": ["a", "b", "bb"], "extra": 1, "dependecies": [] },
    { "id": "d", "agentId": "planner", "task": "t", "context": { "inputs": ["made", "unmade", {"key": "opt", "required": false}], "outputs": [] } },
    { "id": "e", "agentId": "planner", "task": "{{ nodes.nobody }}", "context": { "inputs": [], "outputs": ["made"] } }
  ] }]
}"#;
    expect![[r#"
          6 |     { "id": "c", "agentId": "planner", "task": "t", "dependencies": ["a", "b", "bb"], "extra": 1, "dependecies": [] },
                                                                                             ^^^^ missing-dependency (error): no node `bb` in this DAG
          7 |     { "id": "d", "agentId": "planner", "task": "t", "context": { "inputs": ["made", "unmade", {"key": "opt", "required": false}], "outputs": [] } },
                                                                                                  ^^^^^^^^ missing-input (warning): `d` takes `unmade`, and no node has such an output
    "#]].assert_eq(&check_file("commands/v2/x.json", text));
}

#[test]
fn lock_unknown() {
    check(
        "
locks: { database: 2, docs: 1, slot1: 1 }
nodes:
  - { id: a, run: x, locks: [databse, docs] }
  - { id: b, run: x, locks: [{ name: Data-Base, mode: shared }, doc, slot2, network] }
  - { id: c, run: x, locks: [databases] }
  - { id: d, run: x, locks: [databases] }
",
        expect![[r#"
            4 |   - { id: a, run: x, locks: [databse, docs] }
                                             ^^^^^^^ lock-unknown (warning): the lock `databse` is not listed; did you mean `database`?
                                               line 2: `database` is listed here
                                               fix: Change to `database`
            5 |   - { id: b, run: x, locks: [{ name: Data-Base, mode: shared }, doc, slot2, network] }
                                                     ^^^^^^^^^ lock-unknown (warning): the lock `Data-Base` is not listed; did you mean `database`?
                                                       line 2: `database` is listed here
                                                       fix: Change to `database`
        "#]],
    );
    check(
        "nodes: [{ id: a, run: x, locks: [databse] }, { id: b, run: x, locks: [database] }]\n",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn lock_duplicate() {
    check(
        "
locks: [docs, docs]
nodes:
  - { id: a, run: x, locks: [docs, docs] }
  - { id: b, run: x, locks: [docs, { name: docs, mode: shared }, other] }
",
        expect![[r#"
            2 | locks: [docs, docs]
                              ^^^^ lock-duplicate (warning): `docs` is listed already
                                line 2: here
            4 |   - { id: a, run: x, locks: [docs, docs] }
                                                   ^^^^ lock-duplicate (warning): `a` holds `docs` already
                                                     line 4: here
                                                     fix: Remove the lock
            5 |   - { id: b, run: x, locks: [docs, { name: docs, mode: shared }, other] }
                                                           ^^^^ lock-duplicate (warning): `b` holds `docs` already
                                                             line 5: here
        "#]],
    );
}

#[test]
fn rule_without_dependencies() {
    check(
        "
phases: [{ id: one }, { id: two, barrier: true }]
nodes:
  - { id: a, run: x, trigger_rule: all_done }
  - { id: b, run: x, trigger_rule: all_success }
  - { id: c, run: x, trigger_rule: all_done, phase: two }
  - { id: d, run: x, trigger_rule: one_success, depends_on: [a] }
  - { id: e, run: x, trigger_rule: one_success, depends_on: [] }
",
        expect![[r#"
            4 |   - { id: a, run: x, trigger_rule: all_done }
                                                   ^^^^^^^^ rule-without-dependencies (warning, unnecessary): `a` waits for nothing: the rule has no effect
        "#]],
    );
}

#[test]
fn cache_without_reads() {
    check(
        "
defaults: { cache: true }
nodes:
  - { id: a, run: x, outputs: [o], cache: true }
  - { id: b, run: x, outputs: [o], cache: {} }
  - { id: c, run: x, outputs: [o], cache: { ttl: 1d } }
  - { id: d, run: x, outputs: [o], cache: { key: v1 } }
  - { id: e, run: x, outputs: [o], cache: true, reads: [] }
  - { id: f, run: x, outputs: [o], cache: false }
  - { id: g, run: x, outputs: [o] }
",
        expect![[r#"
            4 |   - { id: a, run: x, outputs: [o], cache: true }
                                                   ^^^^^ cache-without-reads (warning): nothing says when the result of `a` is out of date: add `reads`
                                                     fix: Add `reads: workspace`, all files
            5 |   - { id: b, run: x, outputs: [o], cache: {} }
                                                   ^^^^^ cache-without-reads (warning): nothing says when the result of `b` is out of date: add `reads`
                                                     fix: Add `reads: workspace`, all files
        "#]],
    );
}

#[test]
fn output_never_read() {
    check(
        "
nodes:
  - { id: a, run: x, outputs: [used, unused, taken] }
  - { id: b, run: x, depends_on: [a], inputs: [taken], outputs: { f: { file: f.md }, j: { json: { type: object } }, t: { ttl: 1d }, m: } }
  - { id: c, run: [x, '{{ nodes.a.outputs.used }}', '{{ nodes.b.status }}'], depends_on: [a, b], outputs: [last] }
  - { id: d, run: x, outputs: [o], reads: [src] }
  - { id: e, run: x, outputs: [o], compensate: { run: y } }
  - { id: f, run: x, outputs: [o] }
  - { id: g, run: [x, '{{ nodes.f.outputs }}'], depends_on: [d, e, f] }
",
        expect![[r#"
            3 |   - { id: a, run: x, outputs: [used, unused, taken] }
                                                     ^^^^^^ output-never-read (hint, unnecessary): no node takes `unused` of `a`
                                                       fix: Remove the output
            4 |   - { id: b, run: x, depends_on: [a], inputs: [taken], outputs: { f: { file: f.md }, j: { json: { type: object } }, t: { ttl: 1d }, m: } }
                                                                                                                                                    ^ output-never-read (hint, unnecessary): no node takes `m` of `b`
        "#]],
    );
    let quiet = [
        "[{id: a, run: x, outputs: [o]}, {id: b, run: [x, '{{ nodes.a.outputs.oo }}'], depends_on: [a]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: [x, '{{ nodes.a.outputs.'], depends_on: [a]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: [x, '{{ nodes }}'], depends_on: [a]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: [x, '{{ nodes[args.n].outputs.o }}'], depends_on: [a]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: x, inputs: [p], depends_on: [a]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: x, inputs: { p: a.q }, depends_on: [a]}]",
        "[{id: a, run: x, outputs: [o]}, {id: b, run: x}]",
    ];
    for nodes in quiet {
        let found = check_dag(&format!("nodes: {nodes}\n"));
        assert!(!found.contains("output-never-read"), "{nodes}: {found}");
    }
}

#[test]
fn unreachable_node() {
    check(
        "
nodes:
  - { id: a, run: x, when: false }
  - { id: b, run: x, depends_on: [a] }
  - { id: c, run: x, depends_on: [b], trigger_rule: all_done }
  - { id: d, run: x, depends_on: [a, c], trigger_rule: none_failed }
  - { id: e, run: x, depends_on: [a, b], trigger_rule: none_failed_min_one_success }
  - { id: f, run: x, depends_on: [a, c], trigger_rule: one_success }
  - { id: g, run: x, depends_on: [a, c] }
  - { id: h, run: x, for_each: [] }
  - { id: i, run: x, depends_on: [h] }
  - { id: j, run: x, depends_on: [i], when: 'nodes.i.status == \"failed\" or nodes.i.status == \"skipped\"' }
  - { id: k, run: x, depends_on: [i], trigger_rule: none_failed, when: 'nodes[\"i\"].status == \"blocked\" and args.x' }
  - { id: l, run: x, depends_on: [j], trigger_rule: one_success }
args: { x: { type: boolean } }
",
        expect![[r#"
            3 |   - { id: a, run: x, when: false }
                                           ^^^^^ unreachable-node (hint, unnecessary): `a` is switched off: it is always skipped
            4 |   - { id: b, run: x, depends_on: [a] }
                                                  ^ unreachable-node (warning): `b` never starts: `a` is always skipped, and then the rule `all_success` skips this one, too
                                                    line 3: always skipped
            7 |   - { id: e, run: x, depends_on: [a, b], trigger_rule: none_failed_min_one_success }
                                                  ^ unreachable-node (warning): `e` never starts: `a` is always skipped, and then the rule `none_failed_min_one_success` skips this one, too
                                                    line 3: always skipped
            9 |   - { id: g, run: x, depends_on: [a, c] }
                                                  ^ unreachable-node (warning): `g` never starts: `a` is always skipped, and then the rule `all_success` skips this one, too
                                                    line 3: always skipped
            10 |   - { id: h, run: x, for_each: [] }
                                                ^^ unreachable-node (hint, unnecessary): `h` is never started: the list is empty
            12 |   - { id: j, run: x, depends_on: [i], when: 'nodes.i.status == "failed" or nodes.i.status == "skipped"' }
                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unreachable-node (warning): `j` never starts: its rule, `all_success`, does not let it start where `i` is failed
                                                               fix: Start however they ended: `trigger_rule: all_done`
            13 |   - { id: k, run: x, depends_on: [i], trigger_rule: none_failed, when: 'nodes["i"].status == "blocked" and args.x' }
                                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unreachable-node (warning): `k` never starts: its rule, `none_failed`, does not let it start where `i` is blocked
                                                                                          fix: Start however they ended: `trigger_rule: all_done`
        "#]],
    );
    expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            trigger_rule: all_done
            run: x
            depends_on: [a]
            when: nodes.a.status == 'failed'
    "#]].assert_eq(&fixed(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    run: x\n    depends_on: [a]\n    when: nodes.a.status == 'failed'\n",
    ));
}

#[test]
fn nodes_that_may_start() {
    let quiet = [
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], when: 'nodes.a.status == \"succeeded\"'}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], trigger_rule: all_done, when: 'nodes.a.status == \"failed\"'}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], trigger_rule: none_failed, when: 'nodes.a.status == \"skipped\"'}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], trigger_rule: one_success, when: 'nodes.a.status == \"failed\"'}]",
        "[{id: a, run: x, continue_on_error: true}, {id: b, run: x, depends_on: [a], when: 'nodes.a.status == \"failed\"'}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], when: 'not nodes.a.status == \"failed\"'}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], when: 'not (args.deep and nodes.a.status == \"failed\")'}]",
        "[{id: a, run: x}, {id: b, run: x, depends_on: [a], when: 'nodes.a.status == \"failed\" or args.deep'}]",
        "[{id: a, run: x, when: args.deep}, {id: b, run: x, depends_on: [a]}]",
    ];
    for nodes in quiet {
        let text = format!("args: {{ deep: {{ type: boolean, default: true }} }}\nnodes: {nodes}\n");
        assert_eq!(check_dag(&text), "no findings\n", "{nodes}");
    }
}
