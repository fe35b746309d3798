//! Names in Markdown and in prompts: proposed and explained.

mod support;

use divisi_ide::{complete, hover};
use divisi_workspace::{Change, Places, Workspace};
use expect_test::{Expect, expect};

use support::fixture;

/// The first proposals, each with what it replaces.
fn proposals(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let proposals = complete(&snapshot, &document, offset);
    let lines = proposals.iter().take(3).map(|proposal| {
        let replaced = proposal.replace.slice(&document.text);
        format!("{:?} {} for {replaced:?}\n", proposal.kind, proposal.label)
    });
    expected.assert_eq(&lines.collect::<String>());
}

fn card(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let shown = hover(&snapshot, &document, offset, None)
        .map(|it| {
            format!(
                "<{}>\n{}\n",
                it.span.slice(&document.text),
                it.markdown.lines().next().unwrap_or_default()
            )
        })
        .unwrap_or_default();
    expected.assert_eq(&shown);
}

const COMMAND: &str = ".claude/commands/go.md";

#[test]
fn agents_where_a_text_names_one() {
    proposals(
        COMMAND,
        "Task(subagent_type=\"co$0\", prompt=\"x\")",
        expect![[r#"
        Agent code-reviewer for "co"
        Agent senior-reviewer for "co"
        Agent tester for "co"
    "#]],
    );
    proposals(
        COMMAND,
        "subagent_type: $0",
        expect![[r#"
        Agent code-reviewer for ""
        Agent senior-reviewer for ""
        Agent tester for ""
    "#]],
    );
    proposals(
        "CLAUDE.md",
        "Ask @agent-te$0st for help",
        expect![[r#"
        Agent code-reviewer for "test"
        Agent senior-reviewer for "test"
        Agent tester for "test"
    "#]],
    );
    proposals(
        COMMAND,
        "---\nallowed-tools: Read, Task(code-reviewer, te$0)\n---\n",
        expect![[r#"
        Agent code-reviewer for "te"
        Agent senior-reviewer for "te"
        Agent tester for "te"
    "#]],
    );
    proposals(
        ".claude/agents/x.md",
        "---\nname: x\ntools: Agent($0\n---\n",
        expect![[r#"
        Agent code-reviewer for ""
        Agent senior-reviewer for ""
        Agent tester for ""
    "#]],
    );
    proposals(
        COMMAND,
        "---\nagent: te$0\n---\n",
        expect![[r#"
        Agent code-reviewer for "te"
        Agent senior-reviewer for "te"
        Agent tester for "te"
    "#]],
    );
    proposals(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    prompt: |\n      subagent_type=\"te$0\"\n",
        expect![[r#"
            Agent code-reviewer for "te"
            Agent senior-reviewer for "te"
            Agent tester for "te"
        "#]],
    );
}

#[test]
fn nothing_in_ordinary_text() {
    for text in ["Ask (the $0", "It is a$0", "me@exam$0", "type: $0", "a/b$0", "f(x) $0"] {
        proposals(COMMAND, text, expect![[""]]);
    }
}

#[test]
fn commands_and_skills() {
    proposals(
        COMMAND,
        "Then run `/rev$0`",
        expect![[r#"
            Command go for "rev"
            Command add-dir for "rev"
            Command agents for "rev"
        "#]],
    );
    proposals(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    command: rev$0\n",
        expect![[r#"
            Command add-dir for "rev"
            Command agents for "rev"
            Command auto-mode-setup for "rev"
        "#]],
    );
    proposals(
        ".claude/skills/x/SKILL.md",
        "---\nname: x\ndisable$0\n---\n",
        expect![[r#"
        Key description for "disable"
        Key when_to_use for "disable"
        Key argument-hint for "disable"
    "#]],
    );
    proposals(
        COMMAND,
        "---\nuser$0\n---\n",
        expect![[r#"
            Key name for "user"
            Key description for "user"
            Key when_to_use for "user"
        "#]],
    );
    proposals(
        COMMAND,
        "---\ndivisi:\n  nodes:\n    - id: a\n      prom$0\n---\n",
        expect![[r#"
        Key title for "prom"
        Key agent for "prom"
        Key prompt for "prom"
    "#]],
    );
}

#[test]
fn cards() {
    card(
        COMMAND,
        "The `code-$0reviewer` agent",
        expect![[r#"
            <code-reviewer>
            **code-reviewer** · project agent of Claude Code
        "#]],
    );
    card(
        COMMAND,
        "- **code_rev$0iewer**: x\n",
        expect![[r#"
            <code_reviewer>
            **code-reviewer** · project agent of Claude Code
        "#]],
    );
    card(
        COMMAND,
        "Use the tes$0ter agent",
        expect![[r#"
            <tester>
            **tester** · project agent of Claude Code
        "#]],
    );
    card(COMMAND, "Use the nobo$0dy agent", expect![[""]]);
    card(
        COMMAND,
        "Run `/cle$0ar` now",
        expect![[r#"
        <clear>
        **/clear** · built-in command
    "#]],
    );
    card(
        COMMAND,
        "---\ncontext: fork\nag$0ent: tester\n---\n",
        expect![[r#"
        <agent>
        **`agent`**: the name of an agent
    "#]],
    );
    card(
        COMMAND,
        "---\ncontext: fork\nagent: tes$0ter\n---\n",
        expect![[r#"
            <tester>
            **tester** · project agent of Claude Code
        "#]],
    );
    card(
        ".claude/agents/x.md",
        "---\nname: x\ntools: Task(tes$0ter)\n---\n",
        expect![[r#"
            <tester>
            **tester** · project agent of Claude Code
        "#]],
    );
    card(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    prompt: \"ask \\u0040agent-tes$0ter\"\n",
        expect![[r#"
            <tester>
            **tester** · project agent of Claude Code
        "#]],
    );
}

#[test]
fn a_command_of_the_workspace() {
    let root = std::path::PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    let mut open = |path: &str, text: &str| {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text: text.to_owned() });
    };
    open(".claude/commands/dev/ship.md", "---\ndescription: Ships it\nargument-hint: [version]\n---\n");
    open("CLAUDE.md", "Run `/dev:ship 1.0` at last");
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&root.join("CLAUDE.md")).unwrap();
    expect![[r#"
        **/dev:ship** `version` · project command

        Ships it

        - File: `.claude/commands/dev/ship.md`"#]]
    .assert_eq(&hover(&snapshot, document, 8, None).unwrap().markdown);
}

#[test]
fn files_of_the_workspace() {
    let root = std::path::PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    let mut open = |path: &str, text: &str| {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text: text.to_owned() });
    };
    open("docs/AGENTS.md", "# Rules\n");
    open("release.dag.yaml", "nodes: []\n");
    open(".claude/commands/go.md", "Go.");
    let text = "Read @release.dag.yaml and @docs/AGENTS.md, @no.md, mail a@do, @D, @";
    open("CLAUDE.md", text);
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&root.join("CLAUDE.md")).unwrap();
    let mut out = String::new();
    let at = |mark: &str| (text.find(mark).unwrap() + mark.len()) as u32;
    for offset in [at("@rel"), at("a@do"), at(", @D"), at("@D, @")] {
        out.push_str(&format!("{}\n", &text[..offset as usize]));
        for it in complete(&snapshot, document, offset) {
            let (note, replaced) = (it.note.unwrap_or_default(), it.replace.slice(text));
            out.push_str(&format!("  {} ({note}) for {replaced:?}\n", it.label));
        }
    }
    for offset in [at("@rel"), at("docs/"), at("@no")] {
        let shown = hover(&snapshot, document, offset, None).map(|it| it.markdown);
        out.push_str(&format!("{shown:?}\n"));
    }
    expect![[r#"
        Read @rel
          release.dag.yaml (DAG) for "release.dag.yaml"
        Read @release.dag.yaml and @docs/AGENTS.md, @no.md, mail a@do
        Read @release.dag.yaml and @docs/AGENTS.md, @no.md, mail a@do, @D
          .claude/commands/go.md (command) for "D"
          docs/AGENTS.md (instructions) for "D"
          release.dag.yaml (DAG) for "D"
        Read @release.dag.yaml and @docs/AGENTS.md, @no.md, mail a@do, @D, @
          .claude/commands/go.md (command) for ""
          docs/AGENTS.md (instructions) for ""
          release.dag.yaml (DAG) for ""
        Some("**`release.dag.yaml`** · DAG")
        Some("**`docs/AGENTS.md`** · instructions")
        None
    "#]]
    .assert_eq(&out);
}
