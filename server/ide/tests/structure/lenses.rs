//! What can be done with a document.

use divisi_ide::{Lens, LensAction, lenses, uses};
use expect_test::{Expect, expect};

use crate::support::fixture;

fn check(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, _) = fixture(path, &format!("$0{text}"));
    let mut shown = String::new();
    for lens in lenses(&snapshot, &document) {
        let line = document.lines.line(lens.span.start);
        let action = match lens.action {
            LensAction::Run(path) => format!("run {}", path.display()),
            LensAction::RunNode(id) => format!("run to or from {id}"),
            LensAction::UsedBy(entity) => {
                format!("{} used by {}", entity.kind(), uses(&snapshot, &entity).len())
            }
        };
        shown.push_str(&format!("line {line} `{}`: {action}\n", lens.span.slice(text)));
    }
    expected.assert_eq(&shown);
}

#[test]
fn a_dag_can_be_run() {
    check(
        "a.dag.yaml",
        "# Go.\nname: go\nnodes: []\n",
        expect![[r#"
            line 1 `go`: run /workspace/a.dag.yaml
            line 1 `go`: file used by 0
        "#]],
    );
    check(
        "a.dag.yaml",
        "# Go.\n\nnodes: []\n",
        expect![[r#"
            line 2 ``: run /workspace/a.dag.yaml
            line 2 ``: file used by 0
        "#]],
    );
    check(
        ".claude/commands/a.md",
        "---\ndivisi:\n  nodes: [{id: a, run: x}]\n---\n",
        expect![[r#"
            line 2 ``: run /workspace/.claude/commands/a.md
            line 0 ``: command used by 0
            line 2 `a`: run to or from a
        "#]],
    );
}

#[test]
fn each_node_can_be_run_to() {
    check(
        "a.dag.yaml",
        "nodes:\n  - {id: a, run: x}\n  - {run: y}\n  - {id: b, run: x, depends_on: [a]}\n",
        expect![[r#"
            line 0 ``: run /workspace/a.dag.yaml
            line 0 ``: file used by 0
            line 1 `a`: run to or from a
            line 3 `b`: run to or from b
        "#]],
    );
}

#[test]
fn what_holds_no_dag_cannot() {
    check("a.dag.yaml", "", expect![[""]]);
    check(
        ".claude/commands/a.md",
        "---\ndivisi: ./gone.dag.yaml\n---\n",
        expect![[r#"
        line 0 ``: command used by 0
    "#]],
    );
    check("CLAUDE.md", "# Go\n", expect![[""]]);
}

#[test]
fn an_agent_is_used_by_nodes() {
    let dag = "nodes:\n  - {id: a, agent: tester, prompt: x}\n  - {id: b, agent: Tester, prompt: x}\n";
    let (snapshot, document, _) = fixture("a.dag.yaml", &format!("$0{dag}"));
    let path = std::path::Path::new("/workspace/.claude/agents/tester.md");
    let agent = snapshot.document(path).map(|agent| lenses(&snapshot, agent)).unwrap_or_default();
    let [Lens { action: LensAction::UsedBy(entity), .. }] = agent.as_slice() else { panic!("{agent:?}") };
    let places: Vec<&str> = uses(&snapshot, entity).iter().map(|it| it.span.slice(&document.text)).collect();
    assert_eq!(places, ["tester", "Tester"]);
}
