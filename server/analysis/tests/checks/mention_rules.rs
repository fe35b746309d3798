//! Rules about what Markdown and prompts name.

use crate::support::{AGENTS, Fixture};
use expect_test::{Expect, expect};

fn check_in(files: &[(&str, &str)], path: &str, text: &str, expected: Expect) {
    let mut fixture = Fixture::new(files);
    fixture.open(path, text);
    expected.assert_eq(&fixture.check(path));
}

fn check(text: &str, expected: Expect) {
    check_in(AGENTS, ".claude/commands/go.md", text, expected);
}

#[test]
fn references_are_checked() {
    check(
        r#"---
description: Goes
agent: planer
allowed-tools: Task(code-reviewr), Agent(nobody), Task(Code_Reviewer)
---
Task(subagent_type="nobody", prompt="x"), subagent_type: planner, @agent-nobody-else
The `no-body` agent and the `planner` agent; the `bash` agent.
"#,
        expect![[r#"
            3 | agent: planer
                       ^^^^^^ unknown-agent (warning): no agent `planer`; did you mean `planner`?
                         fix: Change to `planner`
            4 | allowed-tools: Task(code-reviewr), Agent(nobody), Task(Code_Reviewer)
                                    ^^^^^^^^^^^^ unknown-agent (warning): no agent `code-reviewr`; did you mean `code-reviewer`?
                                      fix: Change to `code-reviewer`
                                                         ^^^^^^ unknown-agent (warning): no agent `nobody`
            6 | Task(subagent_type="nobody", prompt="x"), subagent_type: planner, @agent-nobody-else
                                    ^^^^^^ unknown-agent (warning): no agent `nobody`
                                                                                         ^^^^^^^^^^^ unknown-agent (warning): no agent `nobody-else`
            7 | The `no-body` agent and the `planner` agent; the `bash` agent.
                     ^^^^^^^ unknown-agent (warning): no agent `no-body`
        "#]],
    );
}

#[test]
fn prose_is_held_to_known_names_only() {
    check(
        "\
Use the nobody agent, then launch the code-reviewr agent; use the right agent.

- **code-reviewr**: reviews
- @code-reviewr helps
- `.claude/agents/planer.md`
",
        expect![[r#"
            1 | Use the nobody agent, then launch the code-reviewr agent; use the right agent.
                                                      ^^^^^^^^^^^^ unknown-agent (warning): no agent `code-reviewr`; did you mean `code-reviewer`?
                                                        fix: Change to `code-reviewer`
            5 | - `.claude/agents/planer.md`
                                  ^^^^^^ unknown-agent (warning): no agent `planer`; did you mean `planner`?
                                    fix: Change to `planner`
        "#]],
    );
}

#[test]
fn placeholders_are_no_names() {
    check(
        "subagent_type=\"{agent}\" subagent_type=\"agent-name\" subagent_type=\"<name>\" \
         subagent_type=\"$ARGUMENTS\" @agent-name `my-agent` agent `x` agent subagent_type: AGENT_NAME\n",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn comments_silence_and_name_nothing() {
    check(
        "\
<!-- the `no-body` agent -->
<!-- divisi: allow(unknown-agent) it comes from the company's plugin -->
Ask the `no-body` agent.
",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn agents_of_plugins() {
    let agent = "---\nname: fixer\ndescription: Fixes\n---\n";
    let files = [
        ("plugins/kit/.claude-plugin/plugin.json", "{\"name\": \"kit\"}"),
        ("plugins/kit/agents/fixer.md", agent),
        AGENTS[0],
    ];
    let text = "---\ndescription: x\n---\nsubagent_type=\"fixer\" subagent_type=\"kit:fixer\"\n";
    check_in(
        &files,
        ".claude/commands/go.md",
        text,
        expect![[r#"
        4 | subagent_type="fixer" subagent_type="kit:fixer"
                           ^^^^^ unknown-agent (warning): no agent `fixer`; a plugin's agent is reached by its full name, `kit:fixer`
                             fix: Change to `kit:fixer`
    "#]],
    );
    check_in(
        &files,
        "plugins/kit/commands/go.md",
        text,
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn agents_of_other_tools() {
    let files = [AGENTS[0], (".opencode/agents/helper.md", "---\ndescription: Helps\n---\n")];
    check_in(
        &files,
        "CLAUDE.md",
        "Ask the `helper-two` agent, or the `helper` agent: @agent-helper.\n",
        expect![[r#"
        1 | Ask the `helper-two` agent, or the `helper` agent: @agent-helper.
                     ^^^^^^^^^^ unknown-agent (warning): no agent `helper-two`
    "#]],
    );
}

#[test]
fn agents_that_are_dropped_or_there_twice() {
    let files = [
        (".claude/agents/silent.md", "---\nname: silent-one\n---\n"),
        (".claude/agents/a.md", "---\nname: twin\ndescription: One\n---\n"),
        (".claude/agents/b.md", "---\nname: twin\ndescription: Two\n---\n"),
    ];
    let text = "---\nagent: twin\n---\nAsk the `silent-one` agent, use the silent-one agent, @agent-twin.\n";
    check_in(
        &files,
        ".claude/commands/go.md",
        text,
        expect![[r#"
        2 | agent: twin
                   ^^^^ ambiguous-agent (warning): 2 agents are called `twin`; which one is used is chance
                     .claude/agents/a.md: one of them
                     .claude/agents/b.md: one of them
        4 | Ask the `silent-one` agent, use the silent-one agent, @agent-twin.
                     ^^^^^^^^^^ agent-not-loaded (warning): the agent `silent-one` is not loaded: it has no `description`: say in the front matter when it should be used
                       .claude/agents/silent.md: its file
    "#]],
    );
}

#[test]
fn where_no_agent_is_known() {
    check_in(
        &[],
        "AGENTS.md",
        "Ask the `no-body` agent, or `Explore` agents.\n",
        expect![[r#"
        1 | Ask the `no-body` agent, or `Explore` agents.
                     ^^^^^^^ unknown-agent (information): no agent `no-body`: no agent file is known here; their folders can be set in `agents.paths`
    "#]],
    );
}

#[test]
fn prompts_of_nodes() {
    check_in(
        AGENTS,
        "review.dag.yaml",
        r#"nodes:
  - id: a
    agent: planner
    prompt: |
      Ask the `code-reviewr` agent, then {{ run.id }}
      subagent_type="planner"
  - id: b
    agent: planner
    prompt: "Grüße: \u0022subagent_type\u0022: \"nobody\""
"#,
        expect![[r#"
            5 |       Ask the `code-reviewr` agent, then {{ run.id }}
                               ^^^^^^^^^^^^ unknown-agent (warning): no agent `code-reviewr`; did you mean `code-reviewer`?
                                 fix: Change to `code-reviewer`
            9 |     prompt: "Grüße: \u0022subagent_type\u0022: \"nobody\""
                                                                 ^^^^^^ unknown-agent (warning): no agent `nobody`
        "#]],
    );
}

const COMMANDS: &[(&str, &str)] = &[
    (".claude/commands/create-plan.md", "Plan."),
    (".claude/commands/dev/ship.md", "Ship."),
    (".claude/skills/pdf-forms/SKILL.md", "---\nname: pdf-forms\ndescription: Fills forms\n---\n"),
];

#[test]
fn slash_commands_of_nodes() {
    check_in(
        COMMANDS,
        "review.dag.yaml",
        "\
nodes:
  - { id: a, command: /create-plan }
  - { id: b, command: ship }
  - { id: c, command: '/create-plam' }
  - { id: d, command: /nothing-like-it }
  - { id: e, command: pdf-forms }
  - { id: f, command: /clear }
",
        expect![[r#"
            4 |   - { id: c, command: '/create-plam' }
                                      ^^^^^^^^^^^^^^ unknown-slash-command (error): no slash command `/create-plam`; did you mean `/create-plan`?
                                        fix: Change to `create-plan`
            5 |   - { id: d, command: /nothing-like-it }
                                      ^^^^^^^^^^^^^^^^ unknown-slash-command (error): no slash command `/nothing-like-it`
        "#]],
    );
    check_in(
        &[],
        "review.dag.yaml",
        "nodes: [{ id: a, command: /ship }]\n",
        expect![[r#"
        1 | nodes: [{ id: a, command: /ship }]
                                      ^^^^^ unknown-slash-command (warning): no slash command `/ship`
    "#]],
    );
}

#[test]
fn slash_commands_in_text() {
    check_in(
        COMMANDS,
        "CLAUDE.md",
        "Run `/create-plam x`, `/create-plans/all`, `/dev:shipp`, `/clera`, /create-plam, the `pdf-form` skill.\n",
        expect![[r#"
            1 | Run `/create-plam x`, `/create-plans/all`, `/dev:shipp`, `/clera`, /create-plam, the `pdf-form` skill.
                      ^^^^^^^^^^^ unknown-slash-command (warning): no slash command `/create-plam`; did you mean `/create-plan`?
                        fix: Change to `create-plan`
                                                             ^^^^^^^^^ unknown-slash-command (warning): no slash command `/dev:shipp`; did you mean `/dev:ship`?
                                                               fix: Change to `dev:ship`
                                                                                                      ^^^^^^^^ unknown-slash-command (warning): no skill `pdf-form`; did you mean `pdf-forms`?
                                                                                                        fix: Change to `pdf-forms`
        "#]],
    );
    check_in(
        COMMANDS,
        ".claude/agents/x.md",
        "---\nname: x\ndescription: x\nskills: [pdf-form, other-skill]\n---\n",
        expect![[r#"
            4 | skills: [pdf-form, other-skill]
                         ^^^^^^^^ unknown-slash-command (warning): no skill `pdf-form`; did you mean `pdf-forms`?
                           fix: Change to `pdf-forms`
        "#]],
    );
}
