//! The names of a document as a tree.

use divisi_ide::{Symbol, outline};
use expect_test::{Expect, expect};

use crate::support::fixture;
use crate::{COMMAND_V2, REVIEW};

fn check(path: &str, text: &str, expected: Expect) {
    let (_, document, _) = fixture(path, &format!("$0{text}"));
    let mut shown = String::new();
    for symbol in outline(&document) {
        show(&symbol, &document.text, 0, &mut shown);
    }
    expected.assert_eq(&shown);
}

fn show(symbol: &Symbol, text: &str, depth: usize, shown: &mut String) {
    assert!(symbol.span.contains(symbol.name_span), "{symbol:?}");
    let named = symbol.name_span.slice(text);
    let lines = symbol.span.slice(text).lines().count();
    let detail = symbol.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    shown.push_str(&format!(
        "{}{:?} {}{detail} at `{named}`, {lines} lines\n",
        "  ".repeat(depth),
        symbol.kind,
        symbol.name
    ));
    for child in &symbol.children {
        assert!(symbol.span.contains(child.span), "{child:?}");
        show(child, text, depth + 1, shown);
    }
}

#[test]
fn a_dag() {
    check(
        "a.dag.yaml",
        REVIEW,
        expect![[r#"
        Dag review (Look at it) at `review`, 26 lines
          Arg scope at `scope`, 1 lines
          Arg depth (How deep) at `depth`, 3 lines
          Phase look (Look at it) at `look`, 2 lines
          Phase tell (barrier) at `tell`, 2 lines
          Node quality (agent code-reviewer · look) at `quality`, 8 lines
          Node tests (run cargo test) at `tests`, 4 lines
    "#]],
    );
}

#[test]
fn nodes_stand_below_the_phase_that_holds_them() {
    check(
        ".claude/commands/v2/review.json",
        COMMAND_V2,
        expect![[r#"
            Dag review at `"review"`, 12 lines
              Phase look at `"look"`, 7 lines
                Node quality (agent code-reviewer · look) at `"quality"`, 1 lines
                Node agent tester (look) at ``, 1 lines
        "#]],
    );
}

#[test]
fn a_map_of_nodes_and_a_node_without_an_id() {
    check(
        "a.dag.yaml",
        "nodes: {build: {run: make}}\n",
        expect![[r#"
        Dag a at ``, 1 lines
          Node build (run make) at `build`, 1 lines
    "#]],
    );
    check(
        "a.dag.yaml",
        "nodes:\n  - run: make\n  - id:\n",
        expect![[r#"
            Dag a at ``, 3 lines
              Node run make at ``, 1 lines
              Node no work yet at ``, 1 lines
        "#]],
    );
}

#[test]
fn an_agent_has_keys_and_headings() {
    check(
        ".claude/agents/a.md",
        "---\nname: a\ndescription: |\n  Does it.\n  Well.\n---\n# One\n\n## Two `x`\n\n```\n# no heading\n```\n\n## Three\n\n# Four\n",
        expect![[r#"
            Key name (a) at `name`, 1 lines
            Key description (Does it.) at `description`, 3 lines
            Heading One at `# One`, 9 lines
              Heading Two x at `## Two `x``, 5 lines
              Heading Three at `## Three`, 1 lines
            Heading Four at `# Four`, 1 lines
        "#]],
    );
}

#[test]
fn a_command_that_carries_a_dag() {
    check(
        ".claude/commands/a.md",
        "---\ndescription: Go\ndivisi:\n  nodes:\n    - id: x\n      run: make\n---\nDo *it*.\n\nTitle\n=====\n",
        expect![[r#"
            Key description (Go) at `description`, 1 lines
            Dag a at ``, 4 lines
              Node x (run make) at `x`, 2 lines
            Heading Title at `Title
            =====`, 2 lines
        "#]],
    );
}

#[test]
fn what_is_not_ours_has_none() {
    check("values.yaml", "a: 1\n", expect![[""]]);
}
