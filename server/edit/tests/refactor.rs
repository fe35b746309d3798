//! What is offered where, and what it does. `$0` is the cursor; two of them hold a selection.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::PathBuf;

use divisi_edit::refactor::refactorings;
use divisi_edit::{Step, apply};
use divisi_syntax::Span;
use divisi_workspace::{Change, Places, Workspace};
use expect_test::{Expect, expect};

/// Shows what the offer whose title begins with `title` makes of the text; all titles where none does.
fn check_in(path: &str, text: &str, title: &str, expected: Expect) {
    let start = text.find("$0").expect("a cursor");
    let text = text.replacen("$0", "", 1);
    let end = text.find("$0").unwrap_or(start);
    let text = text.replacen("$0", "", 1);
    let root = PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    let agent = "---\nname: tester\ndescription: Runs tests\n---\nTest.\n".to_owned();
    workspace.apply(Change::Opened { path: root.join(".claude/agents/tester.md"), version: 1, text: agent });
    workspace.apply(Change::Opened { path: root.join(path), version: 1, text: text.clone() });
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&root.join(path)).expect("it is open");
    let offers = refactorings(&snapshot, document, Span::new(start as u32, end as u32));
    let Some(offer) = offers.iter().find(|offer| offer.title.starts_with(title)) else {
        let titles: Vec<&str> = offers.iter().map(|offer| offer.title.as_str()).collect();
        return expected.assert_eq(&format!("not offered, but: {titles:?}\n"));
    };
    let mut shown = format!("{} ({:?})\n", offer.title, offer.kind);
    for step in &offer.change.steps {
        shown.push_str(&match step {
            Step::Edit { edits, .. } => {
                let edits: Vec<_> = edits.iter().map(|edit| edit.edit.clone()).collect();
                apply(&text, &edits)
            }
            Step::Create { path, text } => {
                format!("+ {}\n{text}", path.strip_prefix(&root).expect("inside").display())
            }
            Step::Rename { from, to } => format!("{} -> {}\n", from.display(), to.display()),
        });
    }
    expected.assert_eq(&shown);
}

fn check(text: &str, title: &str, expected: Expect) {
    check_in("a.dag.yaml", text, title, expected);
}

#[test]
fn an_agent_is_made() {
    check(
        "nodes:\n  - id: a\n    agent: new-$0one\n    prompt: x\n",
        "Create the agent",
        expect![[r#"
        Create the agent `new-one` (Mend)
        + .claude/agents/new-one.md
        ---
        name: new-one
        description: Use when …
        ---

        You are new-one. Say here what you do, and what you answer with.
    "#]],
    );
    check(
        "nodes:\n  - id: a\n    agent: te$0ster\n    prompt: x\n",
        "Create the agent",
        expect![[r#"
        not offered, but: []
    "#]],
    );
    check(
        "nodes:\n  - id: a\n    agent: ../$0x\n    prompt: x\n",
        "Create the agent",
        expect![[r#"
        not offered, but: []
    "#]],
    );
}

#[test]
fn a_node_is_made_before_the_one_that_waits() {
    check(
        "nodes:\n  - id: a\n    run: x\n  # why\n  - id: b\n    depends_on: [a, ma$0p]\n    run: y\n",
        "Create the node",
        expect![[r#"
            Create the node `map` (Mend)
            nodes:
              - id: a
                run: x
              - id: map
                run: echo map
              # why
              - id: b
                depends_on: [a, map]
                run: y
        "#]],
    );
    check(
        "nodes:\n  - id: a\n    depends_on: [a$0]\n    run: x\n",
        "Create the node",
        expect![[r#"
        not offered, but: ["Break the cycle here: `a` no longer waits for `a`"]
    "#]],
    );
}

#[test]
fn a_ring_is_broken_at_the_cursor() {
    let text = "nodes:\n  - id: a\n    depends_on: [c, $0b]\n    run: x\n  - id: b\n    depends_on:\n      - a\n    run: x\n  - id: c\n    run: x\n";
    check(
        text,
        "Break the cycle",
        expect![[r#"
        Break the cycle here: `a` no longer waits for `b` (Mend)
        nodes:
          - id: a
            depends_on: [c]
            run: x
          - id: b
            depends_on:
              - a
            run: x
          - id: c
            run: x
    "#]],
    );
    check(
        &text.replace("c, $0b", "$0c, b"),
        "Break the cycle",
        expect![[r#"
        not offered, but: []
    "#]],
    );
    check(
        &text.replace("$0", "").replace("      - a", "      - $0a"),
        "Break the cycle",
        expect![[r#"
        Break the cycle here: `b` no longer waits for `a` (Mend)
        nodes:
          - id: a
            depends_on: [c, b]
            run: x
          - id: b
            run: x
          - id: c
            run: x
    "#]],
    );
}

#[test]
fn nodes_are_sorted_with_their_comments() {
    check(
        "name: x\n$0nodes:\n  # the last\n  - id: c\n    depends_on: [b]\n    prompt: |\n      text\n\n    agent: tester\n\n  - id: b   # middle\n    depends_on: [a]\n    run: x\n  - id: a\n    run: x",
        "Sort",
        expect![[r#"
            Sort the nodes: each after those it waits for (Rewrite)
            name: x
            nodes:
              - id: a
                run: x

              - id: b   # middle
                depends_on: [a]
                run: x
              # the last
              - id: c
                depends_on: [b]
                prompt: |
                  text

                agent: tester"#]],
    );
    check(
        "$0nodes:\n  - id: a\n    run: x\n  - id: b\n    run: x\n",
        "Sort",
        expect![[r#"
        not offered, but: []
    "#]],
    );
}

#[test]
fn a_selection_becomes_a_phase() {
    check(
        "name: x\nnodes:\n  - id: a\n    run: x\n  - id: $0b\n    run: x\n  - id: c$0\n    run: x\n",
        "Make a phase",
        expect![[r#"
            Make a phase of these 2 nodes (Extract)
            name: x
            phases:
              - id: phase-1
            nodes:
              - id: a
                run: x
              - id: b
                phase: phase-1
                run: x
              - id: c
                phase: phase-1
                run: x
        "#]],
    );
    check(
        "phases:\n  - id: phase-1\n    title: First\nnodes:\n  - id: $0a$0\n    run: x\n",
        "Make a phase",
        expect![[r#"
            Make a phase of `a` (Extract)
            phases:
              - id: phase-1
                title: First
              - id: phase-2
            nodes:
              - id: a
                phase: phase-2
                run: x
        "#]],
    );
    check(
        "phases: [{id: p}]\nnodes:\n  - {id: $0a$0, run: x}\n",
        "Make a phase",
        expect![[r#"
        Make a phase of `a` (Extract)
        phases: [{id: p}, { id: phase-1 }]
        nodes:
          - {id: a, phase: phase-1, run: x}
    "#]],
    );
    check(
        "nodes:\n  - id: $0a\n    run: x\n",
        "Make a phase",
        expect![[r#"
        not offered, but: []
    "#]],
    );
}

#[test]
fn orderings_that_nothing_needs_are_removed() {
    check(
        "$0nodes:\n  - id: a\n    run: x\n  - id: b\n    depends_on: [a]\n    run: x\n  - id: c\n    depends_on: [a, b]\n    run: x\n  - id: d\n    depends_on:\n      - b\n      - c\n    run: x\n",
        "Remove",
        expect![[r#"
            Remove the 2 orderings that nothing needs (Rewrite)
            nodes:
              - id: a
                run: x
              - id: b
                depends_on: [a]
                run: x
              - id: c
                depends_on: [b]
                run: x
              - id: d
                depends_on:
                  - c
                run: x
        "#]],
    );
}
