//! What a change of the graph makes of the text.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong here fails a test")]

use std::path::PathBuf;

use divisi_edit::refactor::{GraphEdit, edit_graph};
use divisi_edit::{Step, apply};
use divisi_workspace::{Change, Places, Workspace};
use expect_test::{Expect, expect};

fn check_in(path: &str, text: &str, edit: &GraphEdit, expected: Expect) {
    let root = PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    let path = root.join(path);
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: text.to_owned() });
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&path).expect("it is open");
    let shown = match edit_graph(document, edit) {
        Err(reason) => format!("{reason}\n"),
        Ok(change) => {
            let [Step::Edit { edits, .. }] = change.steps.as_slice() else { panic!("one file is changed") };
            let edits: Vec<_> = edits.iter().map(|edit| edit.edit.clone()).collect();
            apply(text, &edits)
        }
    };
    expected.assert_eq(&shown);
}

fn check(text: &str, edit: &GraphEdit, expected: Expect) {
    check_in("a.dag.yaml", text, edit, expected);
}

fn node(id: &str, after: Option<&str>) -> GraphEdit {
    GraphEdit::AddNode { id: id.to_owned(), after: after.map(str::to_owned) }
}

fn wait(node: &str, on: &str) -> GraphEdit {
    GraphEdit::AddDependency { node: node.to_owned(), on: on.to_owned() }
}

fn no_wait(node: &str, on: &str) -> GraphEdit {
    GraphEdit::RemoveDependency { node: node.to_owned(), on: on.to_owned() }
}

const TWO: &str = "nodes:\n  - id: a\n    run: x\n  - id: b\n    run: |\n      y\n# end\n";
const FLOW: &str = "nodes: [{id: a, run: x}, {id: b, run: y, depends_on: [a]}]\n";
const JSON: &str = "{ \"nodes\": [\n  { \"id\": \"a\", \"run\": \"x\" },\n  { \"id\": \"b\", \"depends_on\": [\"a\"], \"run\": \"y\" }\n] }\n";

#[test]
fn a_node_is_added_behind_the_last() {
    check(
        TWO,
        &node("c", Some("b")),
        expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            run: |
              y
          - id: c
            depends_on: [b]
            run: echo c
        # end
    "#]],
    );
    check(
        "nodes:\n  - id: a\n    run: x\n\n  - id: b\n    run: y\n",
        &node("c", None),
        expect![[r#"
        nodes:
          - id: a
            run: x

          - id: b
            run: y

          - id: c
            run: echo c
    "#]],
    );
    check(
        FLOW,
        &node("c", Some("a")),
        expect![[r#"
        nodes: [{id: a, run: x}, {id: b, run: y, depends_on: [a]}, {id: c, depends_on: [a], run: echo c}]
    "#]],
    );
    check_in(
        "a.dag.json",
        JSON,
        &node("c", Some("a")),
        expect![[r#"
        { "nodes": [
          { "id": "a", "run": "x" },
          { "id": "b", "depends_on": ["a"], "run": "y" },
          { "id": "c", "depends_on": ["a"], "run": "echo c" }
        ] }
    "#]],
    );
}

#[test]
fn a_node_that_cannot_be_added_says_why() {
    check(
        TWO,
        &node("a", None),
        expect![[r#"
        there is a node `a` already
    "#]],
    );
    check(
        TWO,
        &node("a b", None),
        expect![[r#"
        `a b` is no id: letters, digits, `_` and `-`, a letter or `_` first
    "#]],
    );
    check(
        TWO,
        &node("c", Some("d")),
        expect![[r#"
        there is no node `d`
    "#]],
    );
    check(
        "nodes:\n  a:\n    run: x\n",
        &node("c", None),
        expect![[r#"
        `nodes` is a map here: write the node into it
    "#]],
    );
    check(
        "name: none\n",
        &node("c", None),
        expect![[r#"
        the DAG has no nodes yet: write the first one
    "#]],
    );
}

#[test]
fn a_dependency_is_added_where_the_others_stand() {
    check(
        TWO,
        &wait("b", "a"),
        expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            depends_on: [a]
            run: |
              y
        # end
    "#]],
    );
    check(
        "nodes:\n  - {id: a, run: x}\n  - {id: b, run: y, depends_on: a}\n  - {id: c, run: z}\n",
        &wait("b", "c"),
        expect![[r#"
        nodes:
          - {id: a, run: x}
          - {id: b, run: y, depends_on: [a, c]}
          - {id: c, run: z}
    "#]],
    );
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    needs: []\n    run: y\n",
        &wait("b", "a"),
        expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            needs: [a]
            run: y
    "#]],
    );
    check_in(
        "a.dag.json",
        "{\"nodes\": [{\"id\": \"a\", \"run\": \"x\"}, {\"id\": \"b\", \"run\": \"y\"}]}\n",
        &wait("b", "a"),
        expect![[r#"
        {"nodes": [{"id": "a", "run": "x"}, {"id": "b", "depends_on": ["a"], "run": "y"}]}
    "#]],
    );
}

#[test]
fn a_dependency_that_would_close_a_ring_is_refused() {
    check(
        FLOW,
        &wait("a", "b"),
        expect![[r#"
        `b` waits for `a`, so that would close a ring
    "#]],
    );
    check(
        FLOW,
        &wait("a", "a"),
        expect![[r#"
        `a` waits for `a`, so that would close a ring
    "#]],
    );
    check(
        FLOW,
        &wait("b", "a"),
        expect![[r#"
        `b` waits for `a` already
    "#]],
    );
}

#[test]
fn a_dependency_is_taken_out() {
    check(
        FLOW,
        &no_wait("b", "a"),
        expect![[r#"
        nodes: [{id: a, run: x}, {id: b, run: y}]
    "#]],
    );
    check_in(
        "a.dag.json",
        JSON,
        &no_wait("b", "a"),
        expect![[r#"
        { "nodes": [
          { "id": "a", "run": "x" },
          { "id": "b", "run": "y" }
        ] }
    "#]],
    );
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    depends_on:\n      - a # first\n      - c\n    run: y\n  - id: c\n    run: z\n",
        &no_wait("b", "a"),
        expect![[r#"
            nodes:
              - id: a
                run: x
              - id: b
                depends_on:
                  - c
                run: y
              - id: c
                run: z
        "#]],
    );
    check(
        FLOW,
        &no_wait("a", "b"),
        expect![[r#"
        `a` does not wait for `b`
    "#]],
    );
}

#[test]
fn with_the_last_dependency_its_key_goes() {
    check(
        "nodes:\n  - id: a\n    run: x\n  - id: b\n    depends_on: [a]\n    run: y\n",
        &no_wait("b", "a"),
        expect![[r#"
            nodes:
              - id: a
                run: x
              - id: b
                run: y
        "#]],
    );
    check(
        "nodes:\n  - {id: a, run: x}\n  - {id: b, depends_on: a, run: y}\n",
        &no_wait("b", "a"),
        expect![[r#"
            nodes:
              - {id: a, run: x}
              - {id: b, run: y}
        "#]],
    );
    // Nobody can tell what to do with the dash, or with the comment.
    check(
        "nodes:\n  - id: a\n    run: x\n  - depends_on: [a]\n    id: b\n    run: y\n",
        &no_wait("b", "a"),
        expect![[r#"
            nodes:
              - id: a
                run: x
              - depends_on: []
                id: b
                run: y
        "#]],
    );
    check(
        "nodes: [{id: a, run: x}, {id: b, # last\n  depends_on: [a]}]\n",
        &no_wait("b", "a"),
        expect![[r#"
            nodes: [{id: a, run: x}, {id: b, # last
              depends_on: []}]
        "#]],
    );
}
