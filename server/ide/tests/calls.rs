//! Call hierarchy: the item under `$0`, what uses it (`<-`) and what it uses (`->`), with the texts that name it.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::PathBuf;
use std::sync::Arc;

use divisi_ide::{Call, CallItem, incoming_calls, outgoing_calls, prepare_calls};
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};
use expect_test::{Expect, expect};

const FILES: &[(&str, &str)] = &[
    (
        ".claude/agents/reviewer.md",
        "---\nname: reviewer\ndescription: Reviews code\n---\nAsk the `tester` agent.\n",
    ),
    (".claude/agents/tester.md", "---\nname: tester\ndescription: Runs tests\n---\nTest.\n"),
    (
        ".claude/commands/look.md",
        "---\ndescription: Look at it\n---\nUse subagent_type=\"reviewer\", then /look.\n",
    ),
    (
        "review.dag.yaml",
        "name: review\nnodes:\n  - id: map\n    run: echo map\n  - id: look\n    agent: Reviewer\n    depends_on: [map]\n    prompt: See {{ nodes.map.status }}\n  - id: end\n    depends_on: [look]\n    command: look\n",
    ),
];

fn workspace() -> Snapshot {
    let root = PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    for (path, text) in FILES {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text: (*text).to_owned() });
    }
    workspace.snapshot()
}

fn document<'a>(snapshot: &'a Snapshot, path: &str) -> &'a Arc<Document> {
    snapshot.document(&PathBuf::from("/workspace").join(path)).expect("it is open")
}

fn shown(item: &CallItem) -> String {
    let path = item.path.strip_prefix("/workspace").expect("inside").display();
    format!("{:?} {} in {path}: {}", item.kind, item.name, item.detail.as_deref().unwrap_or("-"))
}

/// The hierarchy at the first place of `text` in a file.
fn check(path: &str, text: &str, expected: Expect) {
    let snapshot = workspace();
    let asked = document(&snapshot, path);
    let offset = asked.text.find(text).expect("it is there") as u32 + 1;
    let Some(item) = prepare_calls(&snapshot, asked, offset) else { return expected.assert_eq("nothing\n") };
    let mut out = format!("{}\n", shown(&item));
    let mut list = |mark: &str, calls: Vec<Call>, is_incoming: bool| {
        for call in calls {
            let text = if is_incoming {
                &snapshot.document(&call.item.path).expect("known").text
            } else {
                &snapshot.document(&item.path).expect("known").text
            };
            let names: Vec<&str> = call.at.iter().map(|span| span.slice(text)).collect();
            out.push_str(&format!("{mark} {} by {names:?}\n", shown(&call.item)));
        }
    };
    list("<-", incoming_calls(&snapshot, &item.path, item.selection), true);
    list("->", outgoing_calls(&snapshot, &item.path, item.selection), false);
    expected.assert_eq(&out);
}

#[test]
fn a_node_waits_and_is_waited_for() {
    check(
        "review.dag.yaml",
        "look\n    agent",
        expect![[r#"
        Node look in review.dag.yaml: agent Reviewer
        <- Node end in review.dag.yaml: command /look by ["look"]
        -> Agent reviewer in .claude/agents/reviewer.md: Reviews code by ["Reviewer"]
        -> Node map in review.dag.yaml: run echo map by ["map", "map"]
    "#]],
    );
    check(
        "review.dag.yaml",
        "map]",
        expect![[r#"
        Node map in review.dag.yaml: run echo map
        <- Node look in review.dag.yaml: agent Reviewer by ["map", "map"]
    "#]],
    );
}

#[test]
fn an_agent_is_used_by_nodes_commands_and_agents() {
    check(
        "review.dag.yaml",
        "Reviewer",
        expect![[r#"
        Agent reviewer in .claude/agents/reviewer.md: Reviews code
        <- Command /look in .claude/commands/look.md: Look at it by ["reviewer"]
        <- Node look in review.dag.yaml: agent Reviewer by ["Reviewer"]
        -> Agent tester in .claude/agents/tester.md: Runs tests by ["tester"]
    "#]],
    );
    check(
        ".claude/agents/tester.md",
        "Test.",
        expect![[r#"
        Agent tester in .claude/agents/tester.md: Runs tests
        <- Agent reviewer in .claude/agents/reviewer.md: Reviews code by ["tester"]
    "#]],
    );
}

#[test]
fn a_command_and_a_dag() {
    check(
        ".claude/commands/look.md",
        "Look at",
        expect![[r#"
        Command /look in .claude/commands/look.md: Look at it
        <- Node end in review.dag.yaml: command /look by ["look"]
        -> Agent reviewer in .claude/agents/reviewer.md: Reviews code by ["reviewer"]
    "#]],
    );
    check(
        "review.dag.yaml",
        "name: review",
        expect![[r#"
        Dag review in review.dag.yaml: -
        -> Agent reviewer in .claude/agents/reviewer.md: Reviews code by ["Reviewer"]
        -> Command /look in .claude/commands/look.md: Look at it by ["look"]
    "#]],
    );
}
