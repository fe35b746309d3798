//! What can be done with a document.

use divisi_ide::lenses;
use expect_test::{Expect, expect};

use crate::support::fixture;

fn check(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, _) = fixture(path, &format!("$0{text}"));
    let mut shown = String::new();
    for lens in lenses(&snapshot, &document) {
        let line = document.lines.line(lens.span.start);
        shown.push_str(&format!("line {line} `{}`: {:?}\n", lens.span.slice(text), lens.action));
    }
    expected.assert_eq(&shown);
}

#[test]
fn a_dag_can_be_run() {
    check(
        "a.dag.yaml",
        "# Go.\nname: go\nnodes: []\n",
        expect![[r#"
        line 1 `go`: Run("/workspace/a.dag.yaml")
    "#]],
    );
    check(
        "a.dag.yaml",
        "# Go.\n\nnodes: []\n",
        expect![[r#"
        line 2 ``: Run("/workspace/a.dag.yaml")
    "#]],
    );
    check(
        ".claude/commands/a.md",
        "---\ndivisi:\n  nodes: [{id: a, run: x}]\n---\n",
        expect![[r#"
        line 2 ``: Run("/workspace/.claude/commands/a.md")
    "#]],
    );
}

#[test]
fn what_holds_no_dag_cannot() {
    check("a.dag.yaml", "", expect![[""]]);
    check(".claude/commands/a.md", "---\ndivisi: ./gone.dag.yaml\n---\n", expect![[""]]);
    check("CLAUDE.md", "# Go\n", expect![[""]]);
}
