//! Names of the whole workspace.

use divisi_ide::workspace_symbols;
use expect_test::{Expect, expect};

use crate::REVIEW;
use crate::support::fixture;

fn check(query: &str, limit: usize, expected: Expect) {
    let (snapshot, _, _) = fixture("a.dag.yaml", &format!("$0{REVIEW}"));
    let mut shown = String::new();
    for symbol in workspace_symbols(&snapshot, query, limit) {
        let container = symbol.container.map(|name| format!(" in {name}")).unwrap_or_default();
        let file = symbol.document.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        shown.push_str(&format!("{:?} {}{container} ({file})\n", symbol.kind, symbol.name));
    }
    expected.assert_eq(&shown);
}

#[test]
fn the_best_come_first() {
    check(
        "review",
        10,
        expect![[r#"
        Dag review (a.dag.yaml)
        Agent code-reviewer (code-reviewer.md)
        Agent senior-reviewer (senior-reviewer.md)
    "#]],
    );
    check(
        "te",
        10,
        expect![[r#"
        Node tests in review (a.dag.yaml)
        Agent tester (tester.md)
    "#]],
    );
}

#[test]
fn characters_may_be_left_out() {
    check(
        "SnRvw",
        10,
        expect![[r#"
        Agent senior-reviewer (senior-reviewer.md)
    "#]],
    );
    check("xyz", 10, expect![[""]]);
}

#[test]
fn an_empty_query_fits_all_up_to_the_limit() {
    check(
        "",
        3,
        expect![[r#"
        Node tests in review (a.dag.yaml)
        Dag review (a.dag.yaml)
        Agent tester (tester.md)
    "#]],
    );
}

#[test]
fn ten_thousand_nodes_take_no_time() {
    let nodes: String = (0..10_000).map(|at| format!("  - {{id: node-{at}, run: [x]}}\n")).collect();
    let (snapshot, _, _) = fixture("a.dag.yaml", &format!("$0nodes:\n{nodes}"));
    let found = workspace_symbols(&snapshot, "node9", 128);
    assert_eq!(found.len(), 128);
    assert_eq!(found.first().map(|symbol| symbol.name.as_str()), Some("node-9"));
}
