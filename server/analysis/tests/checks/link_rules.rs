//! Rules about DAGs that name other DAGs.

use crate::support::Fixture;
use expect_test::expect;

const TESTS: &str = "nodes: [{ id: unit, run: x }]\n";

#[test]
fn dag_not_found() {
    let fixture = Fixture::new(&[
        (".gitignore", "ignored/\n"),
        ("ignored/made.dag.yaml", TESTS),
        ("ci/tests.dag.yaml", TESTS),
        ("ci/deploy.dag.json", "{ \"nodes\": [] }\n"),
        (
            "review.dag.yaml",
            "nodes:
  - { id: a, dag: ci/tests.dag.yaml }
  - { id: b, dag: ./ci/../ci/tests.dag.yaml }
  - { id: c, dag: ./tests.dag.yaml }
  - { id: d, dag: \"./ci/deplyo.dag.json\" }
  - { id: e, dag: ./nowhere/like-it.dag.yaml }
  - { id: f, dag: ./ignored/made.dag.yaml }
  - { id: g, dag: './{{ args.which }}.dag.yaml' }
  - { id: h, dag: ../outside.dag.yaml }
  - { id: i, dag: ./some.yaml }
args: { which: { default: x } }
",
        ),
        (".claude/commands/review.md", "---\ndivisi: ../../reviw.dag.yaml\n---\n"),
        (".claude/commands/tests.md", "---\ndivisi: ../../ci/tests.dag.yaml\n---\n"),
    ]);
    expect![[r#"
        4 |   - { id: c, dag: ./tests.dag.yaml }
                              ^^^^^^^^^^^^^^^^ dag-not-found (error): there is no file `./tests.dag.yaml`; did you mean `./ci/tests.dag.yaml`?
                                fix: Change to `./ci/tests.dag.yaml`
        5 |   - { id: d, dag: "./ci/deplyo.dag.json" }
                              ^^^^^^^^^^^^^^^^^^^^^^ dag-not-found (error): there is no file `./ci/deplyo.dag.json`; did you mean `./ci/deploy.dag.json`?
                                fix: Change to `./ci/deploy.dag.json`
        6 |   - { id: e, dag: ./nowhere/like-it.dag.yaml }
                              ^^^^^^^^^^^^^^^^^^^^^^^^^^ dag-not-found (error): there is no file `./nowhere/like-it.dag.yaml`
    "#]].assert_eq(&fixture.check("review.dag.yaml"));
    expect![[r#"
        2 | divisi: ../../reviw.dag.yaml
                    ^^^^^^^^^^^^^^^^^^^^ dag-not-found (error): there is no file `../../reviw.dag.yaml`; did you mean `../../review.dag.yaml`?
                      fix: Change to `../../review.dag.yaml`
    "#]].assert_eq(&fixture.check(".claude/commands/review.md"));
    expect![[r#"
        no findings
    "#]]
    .assert_eq(&fixture.check(".claude/commands/tests.md"));
}

#[test]
fn a_link_that_is_written_before_anything_was_read() {
    let mut fixture = Fixture::new(&[(".gitignore", "ignored/\n"), ("ignored/made.dag.yaml", TESTS)]);
    fixture.open(
        "a.dag.yaml",
        "nodes: [{ id: a, dag: ./ignored/made.dag.yaml }, { id: b, dag: ignored/mad.dag.yaml }]\n",
    );
    expect![[r#"
        1 | nodes: [{ id: a, dag: ./ignored/made.dag.yaml }, { id: b, dag: ignored/mad.dag.yaml }]
                                                                           ^^^^^^^^^^^^^^^^^^^^ dag-not-found (error): there is no file `ignored/mad.dag.yaml`
    "#]].assert_eq(&fixture.check("a.dag.yaml"));
}

#[test]
fn dag_recursion() {
    let fixture = Fixture::new(&[
        (
            "a.dag.yaml",
            "nodes:\n  - { id: one, dag: ./sub/b.dag.yaml }\n  - { id: two, dag: a.dag.yaml }\n  - { id: three, dag: ./leaf.dag.yaml }\n",
        ),
        ("sub/b.dag.yaml", "nodes:\n  - { id: x, dag: ../c.dag.yaml }\n"),
        ("c.dag.yaml", "nodes:\n  - { id: y, dag: leaf.dag.yaml }\n  - { id: z, dag: a.dag.yaml }\n"),
        ("leaf.dag.yaml", TESTS),
        ("out.dag.yaml", "nodes: [{ id: o, dag: a.dag.yaml }]\n"),
    ]);
    expect![[r#"
        2 |   - { id: one, dag: ./sub/b.dag.yaml }
                                ^^^^^^^^^^^^^^^^ dag-recursion (error): this DAG holds itself: a.dag.yaml → b.dag.yaml → c.dag.yaml → a.dag.yaml
                                  sub/b.dag.yaml: `b.dag.yaml` leads on from here
                                  c.dag.yaml: `c.dag.yaml` leads on from here
        3 |   - { id: two, dag: a.dag.yaml }
                                ^^^^^^^^^^ dag-recursion (error): this DAG holds itself: a.dag.yaml → a.dag.yaml
    "#]].assert_eq(&fixture.check("a.dag.yaml"));
    expect![[r#"
        3 |   - { id: z, dag: a.dag.yaml }
                              ^^^^^^^^^^ dag-recursion (error): this DAG holds itself: c.dag.yaml → a.dag.yaml → b.dag.yaml → c.dag.yaml
                                a.dag.yaml: `a.dag.yaml` leads on from here
                                sub/b.dag.yaml: `b.dag.yaml` leads on from here
    "#]].assert_eq(&fixture.check("c.dag.yaml"));
    expect![[r#"
        no findings
    "#]]
    .assert_eq(&fixture.check("out.dag.yaml"));
}
