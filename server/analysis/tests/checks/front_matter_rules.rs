//! Rules about the front matter of agents, commands and skills.

use crate::support::{Fixture, apply, check_file};
use expect_test::{Expect, expect};

/// Checks a Claude Code agent called `a` in `a.md` with more lines of front matter.
fn agent(lines: &str, expected: Expect) {
    let text = format!("---\nname: a\ndescription: Does it\n{lines}---\nYou do it.\n");
    expected.assert_eq(&check_file(".claude/agents/a.md", &text));
}

fn command(lines: &str, expected: Expect) {
    expected.assert_eq(&check_file(".claude/commands/go.md", &format!("---\n{lines}---\nGo.\n")));
}

fn skill(lines: &str, expected: Expect) {
    expected.assert_eq(&check_file(".claude/skills/go/SKILL.md", &format!("---\n{lines}---\nGo.\n")));
}

/// The text after the first fix.
fn fixed(path: &str, text: &str) -> String {
    let mut fixture = Fixture::new(&[]);
    fixture.open(path, text);
    let findings = fixture.findings(path);
    let fix = findings.iter().find_map(|finding| finding.fixes.first());
    fix.map_or_else(|| "no fix\n".to_owned(), |fix| apply(text, fix))
}

#[test]
fn keys_that_nobody_knows_are_no_concern() {
    agent(
        "tags: [a]\nrisk: low\ninputs: x\npriority: high\nversion: 1.0\ncapabilities:\n  - a\n",
        expect![[r#"
            no findings
        "#]],
    );
    command(
        "category: x\npersonas: [a]\nagents: [a, b]\n",
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn ignored_key() {
    agent(
        "Tools: Read\ndisallowed-tools: Bash Write\n",
        expect![[r#"
        4 | Tools: Read
            ^^^^^ ignored-key (warning): `Tools` does nothing on an agent: the agent then has every tool; write `tools`
              fix: Write `tools`
        5 | disallowed-tools: Bash Write
            ^^^^^^^^^^^^^^^^ ignored-key (warning): `disallowed-tools` does nothing on an agent: nothing is forbidden; write `disallowedTools`
              fix: Write `disallowedTools`
    "#]],
    );
    agent(
        "allowed-tools: Read, Grep\nwhenToUse: Always\n",
        expect![[r#"
        4 | allowed-tools: Read, Grep
            ^^^^^^^^^^^^^ ignored-key (warning): `allowed-tools` does nothing on an agent: the agent then has every tool; write `tools`
              fix: Write `tools`
        5 | whenToUse: Always
            ^^^^^^^^^ ignored-key (warning): `whenToUse` does nothing on an agent, which has `description` for that
    "#]],
    );
    agent(
        "tools: Read\nallowedTools:\n  - Read\n",
        expect![[r#"
        5 | allowedTools:
            ^^^^^^^^^^^^ ignored-key (warning): `allowedTools` does nothing on an agent, which has `tools` for that
    "#]],
    );
    command(
        "allowed-tools: Read\nwhen_to_use: Always\n",
        expect![[r#"
        no findings
    "#]],
    );
    let text = "---\nname: a\ndescription: b\nallowed-tools: Bash(git log *) Read\n---\n";
    assert_eq!(
        fixed(".claude/agents/a.md", text),
        "---\nname: a\ndescription: b\ntools: Bash(git log *), Read\n---\n"
    );
}

#[test]
fn no_tools() {
    agent(
        "tools:\n",
        expect![[r#"
        4 | tools:
            ^^^^^ no-tools (warning): this agent has no tool at all: list its tools, or remove the key for all of them
    "#]],
    );
    agent(
        "tools: ''\n",
        expect![[r#"
        4 | tools: ''
            ^^^^^ no-tools (warning): this agent has no tool at all: list its tools, or remove the key for all of them
    "#]],
    );
    agent(
        "tools: []\n",
        expect![[r#"
        no findings
    "#]],
    );
    agent(
        "tools: { write: true }\n",
        expect![[r#"
            4 | tools: { write: true }
                ^^^^^ no-tools (warning): this agent has no tool at all: list its tools, or remove the key for all of them
        "#]],
    );
    agent(
        "tools: 12\n",
        expect![[r#"
        4 | tools: 12
            ^^^^^ no-tools (warning): this agent has no tool at all: list its tools, or remove the key for all of them
    "#]],
    );
    agent(
        "tools:\n  - Read\n",
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn unknown_key_is_a_near_miss() {
    agent(
        "permission-mode: plan\ncolour: red\nmax_turns: 3\nskill: x\n",
        expect![[r#"
            4 | permission-mode: plan
                ^^^^^^^^^^^^^^^ unknown-key (warning): unknown agent key `permission-mode`; did you mean `permissionMode`?
                  fix: Change to `permissionMode`
            5 | colour: red
                ^^^^^^ unknown-key (warning): unknown agent key `colour`; did you mean `color`?
                  fix: Change to `color`
            6 | max_turns: 3
                ^^^^^^^^^ unknown-key (warning): unknown agent key `max_turns`; did you mean `maxTurns`?
                  fix: Change to `maxTurns`
            7 | skill: x
                ^^^^^ unknown-key (warning): unknown agent key `skill`; did you mean `skills`?
                  fix: Change to `skills`
        "#]],
    );
    command(
        "argument_hint: x\nargument: x\n",
        expect![[r#"
        2 | argument_hint: x
            ^^^^^^^^^^^^^ unknown-key (warning): unknown command key `argument_hint`; did you mean `argument-hint`?
              fix: Change to `argument-hint`
        3 | argument: x
            ^^^^^^^^ unknown-key (warning): unknown command key `argument`; did you mean `arguments`?
              fix: Change to `arguments`
    "#]],
    );
    skill(
        "name: go\ndescription: d\nlicence: MIT\n",
        expect![[r#"
        4 | licence: MIT
            ^^^^^^^ unknown-key (warning): unknown command key `licence`; did you mean `license`?
              fix: Change to `license`
    "#]],
    );
    expect![[r#"
        3 | read_only: true
            ^^^^^^^^^ unknown-key (warning): unknown Cursor agent key `read_only`; did you mean `readonly`?
              fix: Change to `readonly`
        4 | isbackground: true
            ^^^^^^^^^^^^ unknown-key (warning): unknown Cursor agent key `isbackground`; did you mean `is_background`?
              fix: Change to `is_background`
    "#]].assert_eq(&check_file(
        ".cursor/agents/a.md",
        "---\nname: a\nread_only: true\nisbackground: true\n---\n",
    ));
}

#[test]
fn unknown_tool() {
    agent(
        "tools: Read, bash, WebFtech, read_file, mcp__x__y, mcp_x, Bash(git *), NewTool, LS, \"*\"\n",
        expect![[r#"
            4 | tools: Read, bash, WebFtech, read_file, mcp__x__y, mcp_x, Bash(git *), NewTool, LS, "*"
                             ^^^^ unknown-tool (warning): Claude Code has no tool `bash`; did you mean `Bash`?
                               fix: Change to `Bash`
                                   ^^^^^^^^ unknown-tool (warning): Claude Code has no tool `WebFtech`; did you mean `WebFetch`?
                                     fix: Change to `WebFetch`
                                             ^^^^^^^^^ unknown-tool (warning): `read_file` is a tool of Gemini CLI; Claude Code has none of that name
        "#]],
    );
    agent(
        "tools:\n  - Reed\n  - Grepp\n  - WebSerch\ndisallowedTools: [write]\n",
        expect![[r#"
        6 |   - Grepp
                ^^^^^ unknown-tool (warning): Claude Code has no tool `Grepp`; did you mean `Grep`?
                  fix: Change to `Grep`
        7 |   - WebSerch
                ^^^^^^^^ unknown-tool (warning): Claude Code has no tool `WebSerch`; did you mean `WebSearch`?
                  fix: Change to `WebSearch`
        8 | disallowedTools: [write]
                              ^^^^^ unknown-tool (warning): Claude Code has no tool `write`; did you mean `Write`?
                                fix: Change to `Write`
    "#]],
    );
    command(
        "allowed-tools: Bash(git log:*) Raed webfetch Bash(a b)\n",
        expect![[r#"
        2 | allowed-tools: Bash(git log:*) Raed webfetch Bash(a b)
                                                ^^^^^^^^ unknown-tool (warning): Claude Code has no tool `webfetch`; did you mean `WebFetch`?
                                                  fix: Change to `WebFetch`
    "#]],
    );
    expect![[r#"
        3 | tools: {wrtie: false, write: true}
                    ^^^^^ unknown-tool (warning): OpenCode has no tool `wrtie`; did you mean `write`?
                      fix: Change to `write`
    "#]]
    .assert_eq(&check_file(
        ".opencode/agent/a.md",
        "---\ndescription: d\ntools: {wrtie: false, write: true}\n---\n",
    ));
    expect![[r#"
        4 | tools: [read_fil]
                    ^^^^^^^^ unknown-tool (warning): Gemini CLI has no tool `read_fil`; did you mean `read_file`?
                      fix: Change to `read_file`
    "#]].assert_eq(&check_file(
        ".gemini/agents/a.md",
        "---\nname: a\ndescription: d\ntools: [read_fil]\n---\n",
    ));
    expect![[r#"
        no findings
    "#]]
    .assert_eq(&check_file(
        ".github/agents/a.agent.md",
        "---\ndescription: d\ntools: [raed, run_shell_command]\n---\n",
    ));
}

#[test]
fn duplicate_agent() {
    let text = |name: &str| format!("---\nname: {name}\ndescription: d\n---\n");
    let planner = text("planner");
    let fixture = Fixture::new(&[
        (".claude/agents/planner.md", &planner),
        (".claude/agents/deep/planner.md", &planner),
        (".claude/agents/broken/planner.md", "---\nname: planner\n---\n"),
        (".opencode/agent/planner.md", "---\ndescription: d\n---\n"),
        (".cursor/agents/planner.md", &planner),
        ("packages/one/.claude/agents/planner.md", &planner),
        ("collection/agents/planner.md", &planner),
        ("mirror/agents/planner.md", &planner),
        ("mirror/agents/below/planner.md", &planner),
    ]);
    expect![[r#"
        2 | name: planner
                  ^^^^^^^ duplicate-agent (warning): another agent of Claude Code is called `planner`, too; only one of them is used
                    .claude/agents/deep/planner.md: the other one
    "#]].assert_eq(&fixture.check(".claude/agents/planner.md"));
    for path in [
        ".opencode/agent/planner.md",
        ".cursor/agents/planner.md",
        "packages/one/.claude/agents/planner.md",
        "collection/agents/planner.md",
    ] {
        assert_eq!(fixture.check(path), "no findings\n", "{path}");
    }
    expect![[r#"
        2 | name: planner
                  ^^^^^^^ duplicate-agent (warning): another agent of Claude Code is called `planner`, too; only one of them is used
                    mirror/agents/below/planner.md: the other one
    "#]].assert_eq(&fixture.check("mirror/agents/planner.md"));
}

#[test]
fn name_differs_from_file() {
    let text = |name: &str| format!("---\nname: {name}\ndescription: d\n---\n");
    let check = |path: &str, name: &str, expected: Expect| expected.assert_eq(&check_file(path, &text(name)));
    check(
        ".claude/agents/writer.md",
        "reviewer",
        expect![[r#"
        2 | name: reviewer
                  ^^^^^^^^ name-differs-from-file (hint): it is called `reviewer`, and its file `writer`
    "#]],
    );
    check(
        ".claude/agents/note_taker.md",
        "note-taker",
        expect![[r#"
            no findings
        "#]],
    );
    check(
        ".opencode/agent/writer.md",
        "reviewer",
        expect![[r#"
        2 | name: reviewer
                  ^^^^^^^^ name-differs-from-file (hint): OpenCode knows this agent by its path, as `writer`, not as `reviewer`
    "#]],
    );
    check(
        ".github/agents/writer.agent.md",
        "Reviewer",
        expect![[r#"
        no findings
    "#]],
    );
    check(
        ".claude/skills/writer/SKILL.md",
        "reviewer",
        expect![[r#"
        2 | name: reviewer
                  ^^^^^^^^ name-differs-from-file (hint): it is called `reviewer`, and its folder `writer`
    "#]],
    );
    expect![[r#"
        1 | name = "reviewer"
                    ^^^^^^^^ name-differs-from-file (hint): it is called `reviewer`, and its file `writer`
    "#]]
    .assert_eq(&check_file(
        ".codex/agents/writer.toml",
        "name = \"reviewer\"\ndescription = \"d\"\ndeveloper_instructions = \"x\"\n",
    ));
}

#[test]
fn bad_color() {
    agent(
        "color: teal\n",
        expect![[r#"
        4 | color: teal
                   ^^^^ bad-color (hint): Claude Code has no colour `teal`; it has red, blue, green, yellow, purple, orange, pink, cyan
    "#]],
    );
    agent(
        "color: '#ff0000'\n",
        expect![[r#"
        4 | color: '#ff0000'
                    ^^^^^^^ bad-color (hint): Claude Code has no colour `#ff0000`; it has red, blue, green, yellow, purple, orange, pink, cyan
    "#]],
    );
    agent(
        "color: Blue\n",
        expect![[r#"
        no findings
    "#]],
    );
    agent(
        "color: yelow\n",
        expect![[r#"
        4 | color: yelow
                   ^^^^^ bad-color (hint): Claude Code has no colour `yelow`; it has red, blue, green, yellow, purple, orange, pink, cyan
                     fix: Change to `yellow`
    "#]],
    );
}

#[test]
fn invalid_name() {
    let check = |path: &str, name: &str, expected: Expect| {
        expected.assert_eq(&check_file(path, &format!("---\nname: {name}\ndescription: d\n---\n")));
    };
    check(
        ".claude/agents/code-reviewer.md",
        "Code Reviewer",
        expect![[r#"
        2 | name: Code Reviewer
                  ^^^^^^^^^^^^^ invalid-name (hint): the name of an agent consists of lower-case letters, digits and single hyphens
                    fix: Change to `code-reviewer`
    "#]],
    );
    check(
        ".claude/agents/prüfer-2.md",
        "prüfer-2",
        expect![[r#"
        no findings
    "#]],
    );
    check(
        ".claude/agents/a.md",
        "-a",
        expect![[r#"
        2 | name: -a
                  ^^ agent-not-loaded (error): this agent is not loaded: its name starts with `-`: begin with a letter
    "#]],
    );
    check(
        ".claude/skills/pdf_tools/SKILL.md",
        "pdf_tools",
        expect![[r#"
        2 | name: pdf_tools
                  ^^^^^^^^^ invalid-name (hint): the name of a skill consists of lower-case letters, digits and single hyphens
                    fix: Change to `pdf-tools`
    "#]],
    );
    check(
        ".claude/skills/pdf/SKILL.md",
        "pdf--",
        expect![[r#"
        2 | name: pdf--
                  ^^^^^ invalid-name (hint): the name of a skill consists of lower-case letters, digits and single hyphens
                    fix: Change to `pdf`
    "#]],
    );
    check(
        ".cursor/agents/a-b.md",
        "A B",
        expect![[r#"
        no findings
    "#]],
    );
    let long = "a".repeat(65);
    check(
        &format!(".claude/skills/{long}/SKILL.md"),
        &long,
        expect![[r#"
        2 | name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ invalid-name (hint): the Agent Skills specification allows names of 64 characters at most
    "#]],
    );
}

#[test]
fn names_of_plugins_come_by_themselves() {
    let fixture = Fixture::new(&[
        ("plug/.claude-plugin/plugin.json", "{\"name\": \"plug\"}"),
        ("plug/agents/writer.md", "---\nname: plug:writer\ndescription: d\n---\n"),
    ]);
    expect![[r#"
        2 | name: plug:writer
                  ^^^^^^^^^^^ invalid-name (hint): the plugin's name comes in front by itself: this agent is reached as `plug:plug:writer`
                    fix: Change to `writer`
    "#]].assert_eq(&fixture.check("plug/agents/writer.md"));
}

#[test]
fn too_long() {
    let long = "ä".repeat(1025);
    let said =
        check_file(".claude/skills/go/SKILL.md", &format!("---\nname: go\ndescription: {long}\n---\n"));
    assert!(said.contains("too-long (warning): `description` has 1025 characters"), "{said}");
    skill(
        &format!("name: go\ndescription: {}\n", "ä".repeat(1024)),
        expect![[r#"
        no findings
    "#]],
    );
    agent(
        &format!("effort: {long}\n"),
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn unknown_model() {
    agent(
        "model: sonet\n",
        expect![[r#"
        4 | model: sonet
                   ^^^^^ unknown-model (warning): no model `sonet`; did you mean `sonnet`?
                     fix: Change to `sonnet`
    "#]],
    );
    agent(
        "model: claude-sonnet-9\n",
        expect![[r#"
        no findings
    "#]],
    );
    agent(
        "model: Opus\n",
        expect![[r#"
        no findings
    "#]],
    );
    command(
        "model: hiaku\n",
        expect![[r#"
        2 | model: hiaku
                   ^^^^^ unknown-model (warning): no model `hiaku`; did you mean `haiku`?
                     fix: Change to `haiku`
    "#]],
    );
}

#[test]
fn unquoted_value() {
    command(
        "description: Use when: asked\nargument-hint: [a] [b]\n",
        expect![[r#"
        2 | description: Use when: asked
                         ^^^^^^^^^^^^^^^ unquoted-value (warning): the value of `description` is no YAML without quotes; strict readers lose all of the front matter
                           fix: Put the value in quotes
        3 | argument-hint: [a] [b]
                           ^^^^^^^ unquoted-value (warning): the value of `argument-hint` is no YAML without quotes; strict readers lose all of the front matter
                             fix: Put the value in quotes
    "#]],
    );
    command(
        "argument-hint: [a]\n",
        expect![[r#"
        no findings
    "#]],
    );
    command(
        "description: >\n  Use when: asked\n  and more\n",
        expect![[r#"
        no findings
    "#]],
    );
    command(
        "description: a\\nb\n",
        expect![[r#"
        no findings
    "#]],
    );
    skill(
        "name: go\r\ndescription: Use when: asked\r\n",
        expect![[r#"
            3 | description: Use when: asked
                             ^^^^^^^^^^^^^^^ unquoted-value (warning): the value of `description` is no YAML without quotes; Claude Code ignores every key here: `name`, `description`
                               fix: Put the value in quotes
        "#]],
    );
    command(
        "description: one: two\nthree\nallowed-tools: Read\ndisable-model-invocation: true\n",
        expect![[r#"
            2 | description: one: two
                             ^^^^^^^^ unquoted-value (warning): the value of `description` is no YAML without quotes; Claude Code ignores every key here: `description`, `allowed-tools`, `disable-model-invocation`
                               fix: Put the value in quotes
        "#]],
    );
    command(
        "# A line: that is: no key\n\nNote: so: it is\n",
        expect![[r#"
        no findings
    "#]],
    );
    let unclosed = "---\ndescription: Does it\nallowed-tools: Read\n\nGo.\n";
    expect![[r#"
        1 | ---
            ^^^ unquoted-value (warning): this front matter is never closed by `---`; Claude Code ignores every key here: `description`, `allowed-tools`
    "#]].assert_eq(&check_file(".claude/commands/go.md", unclosed));
    let early = "---\ndescription: Does it --- well\nallowed-tools: Read\n---\nGo.\n";
    expect![[r#"
        2 | description: Does it --- well
                                 ^^^ unquoted-value (warning): Claude Code ends the front matter at these `---` and takes what follows, keys too, for the prompt
    "#]]
    .assert_eq(&check_file(".claude/commands/go.md", early));
    let text = "---\nargument-hint: [\"a\"] [b's]\n---\n";
    assert_eq!(fixed(".claude/commands/go.md", text), "---\nargument-hint: '[\"a\"] [b''s]'\n---\n");
}

#[test]
fn a_file_that_is_dropped_is_mended_by_quotes() {
    let text = "---\r\nname: a\r\ndescription: Use when: asked\r\n---\r\n";
    expect![[r#"
        3 | description: Use when: asked
                                 ^^^^^^^ agent-not-loaded (error): this agent is not loaded: a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes (with Windows line ends a value that holds `: ` must be in quotes)
                                   fix: Put the value in quotes
    "#]].assert_eq(&check_file(".claude/agents/a.md", text));
    assert_eq!(
        fixed(".claude/agents/a.md", text),
        "---\r\nname: a\r\ndescription: \"Use when: asked\"\r\n---\r\n"
    );
    let wrapped = "---\nname: a\ndescription: Use when: asked\nand: more: x\n  or less\n---\n";
    expect![[r#"
        3 | description: Use when: asked
                                 ^^^^^^^ agent-not-loaded (error): this agent is not loaded: a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes
    "#]].assert_eq(&check_file(".claude/agents/a.md", wrapped));
}
