//! Rules about the files that nodes share.

use crate::support::{AGENTS, Fixture, apply, check_dag};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&check_dag(text));
}

/// The text after each fix of the first finding.
fn all_fixed(text: &str) -> String {
    let mut fixture = Fixture::new(AGENTS);
    fixture.open("review.dag.yaml", text);
    let findings = fixture.findings("review.dag.yaml");
    let fixes = findings.first().into_iter().flat_map(|finding| &finding.fixes);
    fixes.map(|fix| format!("{}:\n{}\n", fix.title, apply(text, fix))).collect()
}

#[test]
fn write_conflict() {
    check(
        "
nodes:
  - { id: a, run: x, writes: [REVIEW.md, src/**] }
  - { id: b, run: x, writes: [./REVIEW.md] }
  - { id: c, run: x, writes: ['**/*.rs'] }
  - { id: d, run: x, writes: [src/lib.rs], depends_on: [a, c] }
  - { id: e, run: x, outputs: { made: { file: REVIEW.md } }, depends_on: [b] }
",
        expect![[r#"
            4 |   - { id: b, run: x, writes: [./REVIEW.md] }
                                              ^^^^^^^^^^^ write-conflict (warning): `a` and `b` may run at the same time, and both write `REVIEW.md`
                                                line 3: `a` writes it here
                                                fix: Let `b` wait for `a`
                                                fix: Let `a` wait for `b`
                                                fix: Hold the lock `review` in both
                                                fix: Run both in worktrees
            5 |   - { id: c, run: x, writes: ['**/*.rs'] }
                                              ^^^^^^^^^ write-conflict (warning): `a` and `c` may run at the same time, and both may write files such as `src/x.rs`
                                                line 3: `a` writes it here
                                                fix: Let `c` wait for `a`
                                                fix: Let `a` wait for `c`
                                                fix: Hold the lock `src` in both
                                                fix: Run both in worktrees
            7 |   - { id: e, run: x, outputs: { made: { file: REVIEW.md } }, depends_on: [b] }
                                                ^^^^ write-conflict (warning): `a` and `e` may run at the same time, and both write `REVIEW.md`
                                                  line 3: `a` writes it here
                                                  fix: Let `e` wait for `a`
                                                  fix: Let `a` wait for `e`
                                                  fix: Hold the lock `review` in both
                                                  fix: Run both in worktrees
        "#]],
    );
}

#[test]
fn read_write_conflict() {
    check(
        "
nodes:
  - { id: a, run: x, reads: ['src/**'] }
  - { id: b, run: x, writes: ['src/*.rs'] }
  - { id: c, run: x, reads: [src/main.rs], writes: [], depends_on: [b] }
  - { id: d, run: x, reads: workspace }
  - { id: e, run: x, reads: [notes.md, src/x.rs] }
  - { id: f, run: x, reads: [other.md], outputs: { n: { file: ./notes.md } } }
",
        expect![[r#"
            3 |   - { id: a, run: x, reads: ['src/**'] }
                                             ^^^^^^^^ read-write-conflict (warning): `a` may read files such as `src/x.rs` while `b` writes them
                                               line 4: `b` writes it here
                                               fix: Let `a` wait for `b`
                                               fix: Let `b` wait for `a`
                                               fix: Hold the lock `src` in both
                                               fix: Run `a` in a worktree
            7 |   - { id: e, run: x, reads: [notes.md, src/x.rs] }
                                             ^^^^^^^^ read-write-conflict (warning): `e` may read `notes.md` while `f` writes it
                                               line 8: `f` writes it here
                                               fix: Let `e` wait for `f`
                                               fix: Let `f` wait for `e`
                                               fix: Hold the lock `notes` in both
                                               fix: Run `e` in a worktree
                                                       ^^^^^^^^ read-write-conflict (warning): `e` may read `src/x.rs` while `b` writes it
                                                         line 4: `b` writes it here
                                                         fix: Let `e` wait for `b`
                                                         fix: Let `b` wait for `e`
                                                         fix: Hold the lock `x` in both
                                                         fix: Run `e` in a worktree
        "#]],
    );
}

#[test]
fn mends_of_a_conflict() {
    expect![[r#"
        Let `b` wait for `a`:
        nodes:
          - id: a
            run: x
            writes: [REVIEW.md]
          - id: b
            depends_on: [a]
            run: x
            locks: [db]
            writes: [REVIEW.md]

        Let `a` wait for `b`:
        nodes:
          - id: a
            depends_on: [b]
            run: x
            writes: [REVIEW.md]
          - id: b
            run: x
            locks: [db]
            writes: [REVIEW.md]

        Hold the lock `db` in both:
        nodes:
          - id: a
            locks: [db]
            run: x
            writes: [REVIEW.md]
          - id: b
            run: x
            locks: [db]
            writes: [REVIEW.md]

        Run both in worktrees:
        nodes:
          - id: a
            isolation: worktree
            run: x
            writes: [REVIEW.md]
          - id: b
            isolation: worktree
            run: x
            locks: [db]
            writes: [REVIEW.md]

    "#]].assert_eq(&all_fixed(
        "nodes:\n  - id: a\n    run: x\n    writes: [REVIEW.md]\n  - id: b\n    run: x\n    locks: [db]\n    writes: [REVIEW.md]\n",
    ));
    expect![[r#"
        Let `a` wait for `b`:
        nodes:
          - { id: a, depends_on: [b], run: x, writes: ['out/*.md'] }
          - { id: b, run: x, depends_on: [], reads: [out/a.md] }

        Hold the lock `a` in both:
        nodes:
          - { id: a, locks: [a], run: x, writes: ['out/*.md'] }
          - { id: b, locks: [a], run: x, depends_on: [], reads: [out/a.md] }

        Run `b` in a worktree:
        nodes:
          - { id: a, run: x, writes: ['out/*.md'] }
          - { id: b, isolation: worktree, run: x, depends_on: [], reads: [out/a.md] }

    "#]].assert_eq(&all_fixed(
        "nodes:\n  - { id: a, run: x, writes: ['out/*.md'] }\n  - { id: b, run: x, depends_on: [], reads: [out/a.md] }\n",
    ));
}

#[test]
fn nodes_that_are_kept_apart() {
    let quiet = [
        "[{id: a, run: x, writes: [f]}, {id: b, run: x, depends_on: [a], writes: [f]}]",
        "[{id: a, run: x, writes: [f]}, {id: m, run: x, depends_on: [a]}, {id: b, run: x, depends_on: [m], writes: [f]}]",
        "[{id: a, run: x, writes: [f], locks: [l]}, {id: b, run: x, writes: [f], locks: [l]}]",
        "[{id: a, run: x, writes: [f], locks: [l]}, {id: b, run: x, writes: [f], locks: [{name: l, mode: shared}]}]",
        "[{id: a, run: x, writes: [f], locks: [units]}, {id: b, run: x, writes: [f], locks: [{name: units, mode: exclusive}]}]",
        "[{id: a, run: x, writes: [f], isolation: worktree}, {id: b, run: x, writes: [f], isolation: worktree}]",
        "[{id: a, run: x, reads: [f], isolation: worktree}, {id: b, run: x, writes: [f]}]",
        "[{id: a, run: x, writes: [f], when: 'args.deep'}, {id: b, run: x, writes: [f], when: 'not args.deep'}]",
        "[{id: a, run: x}, {id: b, run: x, writes: [f], depends_on: [a]}, {id: c, run: x, writes: [f], depends_on: [a], trigger_rule: all_done, when: 'nodes.a.status == \"failed\"'}]",
        "[{id: a, run: x, writes: [f], phase: slow}, {id: b, run: x, writes: [f], phase: slow}]",
        "[{id: a, run: x, writes: [f], phase: one}, {id: b, run: x, writes: [f], phase: two}]",
        "[{id: a, run: x, writes: ['!f', '*']}, {id: b, run: x, writes: [f]}]",
        "[{id: a, run: x, writes: ['{{ args.deep }}']}, {id: b, run: x, writes: [f]}]",
        "[{id: a, run: x, writes: [f]}, {id: b, run: x, writes: [g], reads: [h]}, {id: c, run: x, reads: [h]}]",
        "[{id: a, run: x, writes: [f], for_each: [one]}]",
        "[{id: a, run: x, writes: ['f/*'], for_each: [one, two]}]",
        "[{id: a, run: x, writes: [f], for_each: [one, two], locks: [l]}]",
    ];
    for nodes in quiet {
        let text = format!(
            "args: {{ deep: {{ type: boolean, default: true }} }}\nlocks: {{ units: 2 }}\nphases: [{{ id: slow, max_parallel: 1 }}, {{ id: one }}, {{ id: two, barrier: true }}]\nnodes: {nodes}\n"
        );
        assert_eq!(check_dag(&text), "no findings\n", "{nodes}");
    }
    let text = "max_parallel: 1\nnodes: [{id: a, run: x, writes: [f]}, {id: b, run: x, writes: [f]}]\n";
    assert_eq!(check_dag(text), "no findings\n");
}

#[test]
fn nodes_that_are_not_kept_apart() {
    check(
        "
args: { deep: { type: boolean, default: true } }
locks: { units: 2 }
nodes:
  - { id: a, run: x, writes: [one], locks: [units] }
  - { id: b, run: x, writes: [one], locks: [units] }
  - { id: c, run: x, writes: [two], locks: [{ name: l, mode: shared }] }
  - { id: d, run: x, writes: [two], locks: [{ name: l, mode: shared }] }
  - { id: e, run: x, writes: [three], isolation: worktree }
  - { id: f, run: x, writes: [three] }
  - { id: g, run: x, writes: [four], when: args.deep }
  - { id: h, run: x, writes: [four] }
  - { id: i, run: x, writes: [five], for_each: [one, two] }
",
        expect![[r#"
            6 |   - { id: b, run: x, writes: [one], locks: [units] }
                                              ^^^ write-conflict (warning): `a` and `b` may run at the same time, and both write `one`
                                                line 5: `a` writes it here
                                                fix: Let `b` wait for `a`
                                                fix: Let `a` wait for `b`
                                                fix: Hold the lock `one` in both
                                                fix: Run both in worktrees
            8 |   - { id: d, run: x, writes: [two], locks: [{ name: l, mode: shared }] }
                                              ^^^ write-conflict (warning): `c` and `d` may run at the same time, and both write `two`
                                                line 7: `c` writes it here
                                                fix: Let `d` wait for `c`
                                                fix: Let `c` wait for `d`
                                                fix: Hold the lock `two` in both
                                                fix: Run both in worktrees
            10 |   - { id: f, run: x, writes: [three] }
                                               ^^^^^ write-conflict (warning): `e` and `f` may run at the same time, and both write `three`
                                                 line 9: `e` writes it here
                                                 fix: Let `f` wait for `e`
                                                 fix: Let `e` wait for `f`
                                                 fix: Hold the lock `three` in both
                                                 fix: Run `f` in a worktree
            12 |   - { id: h, run: x, writes: [four] }
                                               ^^^^ write-conflict (warning): `g` and `h` may run at the same time, and both write `four`
                                                 line 11: `g` writes it here
                                                 fix: Let `h` wait for `g`
                                                 fix: Let `g` wait for `h`
                                                 fix: Hold the lock `four` in both
                                                 fix: Run both in worktrees
            13 |   - { id: i, run: x, writes: [five], for_each: [one, two] }
                                               ^^^^ write-conflict (warning): the instances of `i` may run at the same time, and all of them write `five`: hold a lock, or run them in worktrees
        "#]],
    );
}

#[test]
fn a_conflict_is_no_consequence() {
    check(
        "
nodes:
  - { id: a, run: x, writes: [f] }
  - { id: b, run: x, writes: [f], depends_on: [c] }
",
        expect![[r#"
            4 |   - { id: b, run: x, writes: [f], depends_on: [c] }
                                                               ^ missing-dependency (error): no node `c` in this DAG
        "#]],
    );
    check(
        "
nodes:
  - { id: a, run: x, writes: [f], depends_on: [b] }
  - { id: b, run: x, depends_on: [a] }
  - { id: c, run: x, writes: [f] }
",
        expect![[r#"
            4 |   - { id: b, run: x, depends_on: [a] }
                                                  ^ cycle (error): these nodes wait for each other: b → a → b
                                                    line 4: `b` waits for `a`
                                                    line 3: `a` waits for `b`
        "#]],
    );
}

#[test]
fn output_collision() {
    check(
        "
nodes:
  - { id: a, run: x, outputs: { one: { file: r.xml }, two: { file: ./r.xml } } }
  - { id: b, run: x, outputs: { o: { file: out/b.md } }, for_each: [one, two] }
  - { id: c, run: x, cwd: web, outputs: { o: { file: r.xml } } }
  - { id: d, run: x, outputs: { o: { file: web/r.xml } } }
  - { id: e, run: x, outputs: { o: { file: draft.md } } }
  - { id: f, run: [x, '{{ nodes.e.outputs.o }}'], depends_on: [e], outputs: { o: { file: draft.md } } }
  - { id: g, run: [x, '{{ nodes.e.outputs.o.text }}'], depends_on: [e, f] }
  - { id: h, run: x, outputs: { o: { file: plan.md } } }
  - { id: i, run: [x, '{{ nodes.h.outputs.o }}'], depends_on: [h], outputs: { o: { file: plan.md } } }
",
        expect![[r#"
            3 |   - { id: a, run: x, outputs: { one: { file: r.xml }, two: { file: ./r.xml } } }
                                                                      ^^^ output-collision (warning): two outputs of `a` are the file `r.xml`
                                                                        line 3: the other one
            4 |   - { id: b, run: x, outputs: { o: { file: out/b.md } }, for_each: [one, two] }
                                                ^ output-collision (warning): all instances of `b` make this output in one file, `out/b.md`
            6 |   - { id: d, run: x, outputs: { o: { file: web/r.xml } } }
                                                ^ output-collision (warning): `c` and `d` may run at the same time, and the output of both is the same file
                                                  line 5: the output of `c`
            8 |   - { id: f, run: [x, '{{ nodes.e.outputs.o }}'], depends_on: [e], outputs: { o: { file: draft.md } } }
                                                                                              ^ output-collision (warning): `f` writes this file again before `g` reads it as the output of `e`
                                                                                                line 7: the first output in this file
        "#]],
    );
}
