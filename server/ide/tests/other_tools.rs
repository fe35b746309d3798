//! Agents of the tools beside Claude Code: their keys, and where nodes reach them.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::PathBuf;
use std::sync::Arc;

use divisi_ide::{complete, hover};
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};
use expect_test::{Expect, expect};

const FILES: &[(&str, &str)] = &[
    (".claude/agents/tester.md", "---\nname: tester\ndescription: Runs tests\n---\n"),
    (".claude/agents/reviewer.md", "---\nname: reviewer\ndescription: Of Claude Code\n---\n"),
    (
        ".codex/agents/reviewer.toml",
        "name = \"reviewer\"\ndescription = \"Of Codex\"\ndeveloper_instructions = \"Review.\"\nmodel = \"m\"\n",
    ),
    (".opencode/agent/team/writer.md", "---\ndescription: Writes\ntools: {bash: false}\n---\n"),
];

/// The text stands at `path`, the cursor at its `$0`.
fn fixture(path: &str, text: &str) -> (Snapshot, Arc<Document>, u32) {
    let root = PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    let offset = text.find("$0").expect("a cursor");
    let text = text.replacen("$0", "", 1);
    let files = FILES.iter().copied().chain([(path, text.as_str())]);
    for (path, text) in files {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text: text.to_owned() });
    }
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&root.join(path)).expect("it is open").clone();
    (snapshot, document, offset as u32)
}

fn proposed(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let completions = complete(&snapshot, &document, offset);
    let lines = completions.iter().map(|completion| {
        let note = completion.note.as_deref().map(|note| format!(" [{note}]")).unwrap_or_default();
        format!("{}{note}\n", completion.label)
    });
    expected.assert_eq(&lines.collect::<String>());
}

fn explained(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let text = hover(&snapshot, &document, offset, None).map(|hover| hover.markdown).unwrap_or_default();
    expected.assert_eq(&text);
}

#[test]
fn agents_of_the_runner_come_first() {
    let node =
        |runner: &str| format!("nodes:\n  - id: a\n    runner: {runner}\n    agent: $0\n    prompt: x\n");
    proposed(
        "a.dag.yaml",
        &node("codex"),
        expect![[r#"
            reviewer [project]
            tester [project, Claude Code]
            Explore [built-in, Claude Code]
            Plan [built-in, Claude Code]
            claude [built-in, Claude Code]
            claude-code-guide [built-in, Claude Code]
            default [built-in]
            explorer [built-in]
            fork [built-in, Claude Code]
            general-purpose [built-in, Claude Code]
            output-style-setup [built-in, Claude Code]
            statusline-setup [built-in, Claude Code]
            worker [built-in]
        "#]],
    );
    proposed(
        "a.dag.yaml",
        &node("opencode"),
        expect![[r#"
            reviewer [project, Claude Code]
            team/writer [project]
            tester [project, Claude Code]
            build [built-in]
            claude [built-in, Claude Code]
            claude-code-guide [built-in, Claude Code]
            explore [built-in]
            fork [built-in, Claude Code]
            general [built-in]
            general-purpose [built-in, Claude Code]
            output-style-setup [built-in, Claude Code]
            plan [built-in]
            statusline-setup [built-in, Claude Code]
        "#]],
    );
}

#[test]
fn a_card_says_whose_agent_it_is() {
    let node = |runner: &str, agent: &str| {
        format!("nodes:\n  - id: a\n    runner: {runner}\n    agent: {agent}$0\n    prompt: x\n")
    };
    explained(
        "a.dag.yaml",
        &node("codex", "reviewer"),
        expect![[r#"
        **reviewer** · project agent of Codex

        Of Codex

        - Model: `m`
        - File: `.codex/agents/reviewer.toml`"#]],
    );
    explained(
        "a.dag.yaml",
        &node("claude", "reviewer"),
        expect![[r#"
        **reviewer** · project agent of Claude Code

        Of Claude Code

        - Tools: all
        - File: `.claude/agents/reviewer.md`"#]],
    );
    explained(
        "a.dag.yaml",
        &node("opencode", "team/writer"),
        expect![[r#"
        **team/writer** · project agent of OpenCode

        Writes

        - File: `.opencode/agent/team/writer.md`"#]],
    );
}

#[test]
fn keys_are_those_of_the_tool() {
    proposed(
        ".opencode/agent/a.md",
        "---\ndescription: d\n$0\n---\n",
        expect![[r#"
        mode
        model
        variant
        temperature
        top_p
        steps
        tools
        permission
        hidden
        disable
        color
        options
    "#]],
    );
    proposed(
        ".opencode/agent/a.md",
        "---\nmode: $0\n---\n",
        expect![[r#"
        primary
        subagent
        all [default]
    "#]],
    );
    proposed(
        ".gemini/agents/a.md",
        "---\nname: a\n$0\n---\n",
        expect![[r#"
        description [required]
        display_name
        kind
        tools
        model
        temperature
        max_turns
        timeout_mins
        mcp_servers
        policy
        agent_card_url
        agent_card_json
        auth
    "#]],
    );
    proposed(
        ".cursor/agents/a.md",
        "---\n$0\n---\n",
        expect![[r#"
        name
        description
        model
        readonly
        is_background
    "#]],
    );
    proposed(
        ".github/agents/a.agent.md",
        "---\nhandoffs:\n  - $0\n---\n",
        expect![[r#"
        label [required]
        agent [required]
        prompt
        send
        model
    "#]],
    );
    explained(
        ".cursor/agents/a.md",
        "---\nread$0only: true\n---\n",
        expect![[r#"
        **`readonly`**: `true` or `false`

        Whether it may change nothing.

        Example: `readonly: true`

        Default: false"#]],
    );
    proposed(".codex/agents/a.toml", "na$0me = \"a\"\n", expect![[r#""#]]);
}
