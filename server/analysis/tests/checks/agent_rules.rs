//! Rules about agents and runners.

use std::sync::Arc;

use crate::support::{AGENTS, Fixture, check_dag, check_file};
use expect_test::{Expect, expect};

fn check(files: &[(&str, &str)], text: &str, expected: Expect) {
    let mut fixture = Fixture::new(files);
    fixture.open("review.dag.yaml", text);
    expected.assert_eq(&fixture.check("review.dag.yaml"));
}

#[test]
fn unknown_agent() {
    check(
        AGENTS,
        "
nodes:
  - { id: a, agent: code-reviewr, prompt: p }
  - { id: b, agent: Code_Reviewer, prompt: p }
  - { id: c, agent: general-purpose, prompt: p }
  - { id: d, agent: nothing-like-it, prompt: p }
  - { id: e, agent: '{{ args.agent }}', prompt: p }
  - { id: f, agent: , prompt: p }
",
        expect![[r#"
            3 |   - { id: a, agent: code-reviewr, prompt: p }
                                    ^^^^^^^^^^^^ unknown-agent (error): no agent `code-reviewr`; did you mean `code-reviewer`?
                                      fix: Change to `code-reviewer`
            6 |   - { id: d, agent: nothing-like-it, prompt: p }
                                    ^^^^^^^^^^^^^^^ unknown-agent (error): no agent `nothing-like-it`
            8 |   - { id: f, agent: , prompt: p }
                             ^^^^^ missing-field (error): `agent` has no value
        "#]],
    );
}

#[test]
fn a_warning_where_no_agent_is_known() {
    check(
        &[],
        "nodes: [{ id: a, agent: reviewer, prompt: p }, { id: b, agent: Explore, prompt: p }]\n",
        expect![[r#"
              1 | nodes: [{ id: a, agent: reviewer, prompt: p }, { id: b, agent: Explore, prompt: p }]
                                          ^^^^^^^^ unknown-agent (warning): no agent `reviewer`: no agent file is known here; their folders can be set in `agents.paths`
        "#]],
    );
}

#[test]
fn ambiguous_agent() {
    let one = "---\nname: planner\ndescription: One\n---\n";
    let two = "---\nname: planner\ndescription: Two\n---\n";
    check(
        &[(".claude/agents/one.md", one), (".claude/agents/two.md", two)],
        "nodes: [{ id: a, agent: planner, prompt: p }]\n",
        expect![[r#"
              1 | nodes: [{ id: a, agent: planner, prompt: p }]
                                          ^^^^^^^ ambiguous-agent (warning): 2 agents are called `planner`; which one is used is chance
                                            .claude/agents/one.md: one of them
                                            .claude/agents/two.md: one of them
        "#]],
    );
    let other = "---\nname: Planner\ndescription: Two\n---\n";
    check(
        &[(".claude/agents/one.md", one), (".claude/agents/two.md", other)],
        "nodes: [{ id: a, agent: planner, prompt: p }, { id: b, agent: PLANNER, prompt: p }]\n",
        expect![[r#"
            1 | nodes: [{ id: a, agent: planner, prompt: p }, { id: b, agent: PLANNER, prompt: p }]
                                                                              ^^^^^^^ ambiguous-agent (warning): 2 agents are called `PLANNER`; Claude Code does not choose between spellings: write the name as its file does
                                                                                .claude/agents/one.md: one of them
                                                                                .claude/agents/two.md: one of them
        "#]],
    );
}

#[test]
fn agent_not_loaded() {
    let silent = "---\nname: planner\n---\nNo description.\n";
    let files = [AGENTS[0], (".claude/agents/planner.md", silent)];
    check(
        &files,
        "nodes: [{ id: a, agent: planner, prompt: p }]\n",
        expect![[r#"
          1 | nodes: [{ id: a, agent: planner, prompt: p }]
                                      ^^^^^^^ agent-not-loaded (error): the agent `planner` is not loaded: it has no `description`: say in the front matter when it should be used
                                        .claude/agents/planner.md: its file
    "#]],
    );
    expect![[r#"
          1 | ---
              ^^^ agent-not-loaded (error): this agent is not loaded: it has no `description`: say in the front matter when it should be used
    "#]].assert_eq(&Fixture::new(&files).check(".claude/agents/planner.md"));
    expect![[r#"
        3 | description: Use when: asked
                                 ^^^^^^^ agent-not-portable (warning): this agent does not load everywhere: a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes; only Claude Code does not mind
                                   fix: Put the value in quotes
    "#]]
    .assert_eq(&check_file(".claude/agents/a.md", "---\nname: a\ndescription: Use when: asked\n---\n"));
}

#[test]
fn unknown_runner() {
    let dag = "
defaults: { runner: cluade }
nodes:
  - { id: a, agent: planner, prompt: p }
  - { id: b, agent: planner, prompt: p }
  - { id: c, agent: planner, prompt: p, runner: codex }
  - { id: d, agent: planner, prompt: p, runner: my-own }
  - { id: e, agent: planner, prompt: p, runner: zzz }
";
    expect![[r#"
          2 | defaults: { runner: cluade }
                                  ^^^^^^ unknown-runner (error): no runner `cluade`; did you mean `claude`?
                                    fix: Change to `claude`
          7 |   - { id: d, agent: planner, prompt: p, runner: my-own }
                                                              ^^^^^^ unknown-runner (error): no runner `my-own`: define it under `[runners.my-own]` in your settings or `divisi.toml`
          8 |   - { id: e, agent: planner, prompt: p, runner: zzz }
                                                              ^^^ unknown-runner (error): no runner `zzz`: define it under `[runners.zzz]` in your settings or `divisi.toml`
    "#]].assert_eq(&check_dag(dag));
}

#[test]
fn budget_not_enforceable() {
    let dag = "
defaults: { runner: claude, budget: { usd: 1, wall: 5m } }
budget: { usd: 9, tokens: 1M, turns: 100, wall: 1h }
nodes:
  - { id: a, agent: planner, prompt: p, max_turns: 5 }
  - { id: b, agent: planner, prompt: p, runner: codex }
  - { id: c, agent: planner, prompt: p, runner: gemini, budget: null, max_turns: 5 }
  - { id: d, agent: planner, prompt: p, runner: opencode, budget: { usd: null, turns: 5, tokens: 5k } }
  - { id: e, agent: planner, prompt: p, runner: unheard-of }
";
    expect![[r#"
        3 | budget: { usd: 9, tokens: 1M, turns: 100, wall: 1h }
            ^^^^^^ budget-not-enforceable (error): the budget's `turns` cannot be enforced: the runner `codex` of `b` and one more node does not report it
            ^^^^^^ budget-not-enforceable (error): the budget's `usd` cannot be enforced: the runner `codex` of `b` and one more node does not report it
        6 |   - { id: b, agent: planner, prompt: p, runner: codex }
                                ^^^^^^^ budget-not-enforceable (error): the runner `codex` has no way to hold a budget in US dollars
        8 |   - { id: d, agent: planner, prompt: p, runner: opencode, budget: { usd: null, turns: 5, tokens: 5k } }
                                                                      ^^^^^^ budget-not-enforceable (error): the runner `opencode` has no way to hold a budget in US dollars
                                                                      ^^^^^^ budget-not-enforceable (error): the runner `opencode` has no way to hold a budget in tokens
        9 |   - { id: e, agent: planner, prompt: p, runner: unheard-of }
                                                            ^^^^^^^^^^ unknown-runner (error): no runner `unheard-of`: define it under `[runners.unheard-of]` in your settings or `divisi.toml`
    "#]].assert_eq(&check_dag(dag));
}

/// A runner of each kind; a name of our own is not taken for a tool's.
const RUNNERS: &str = "\
runners.claude.kind = \"claude\"
runners.own = { kind = \"exec\", command = [\"x\"] }
runners.open = { kind = \"opencode\", command = [\"x\"] }
runners.kimi = { kind = \"acp\", command = [\"x\"] }
runners.trusting = { kind = \"claude\", command = [\"x\"], repository_settings = true }
";

#[test]
fn agent_not_enforceable() {
    let agent = |keys: &str| format!("---\nname: NAME\ndescription: x\n{keys}\n---\n");
    let planning = agent("permissionMode: plan").replace("NAME", "planning");
    let hooked = agent("hooks: { Stop: [] }").replace("NAME", "hooked");
    let limited = agent("maxTurns: 3\ndisallowedTools: Write").replace("NAME", "limited");
    let copying = agent("isolation: worktree").replace("NAME", "copying");
    let plain =
        agent("color: red\nmemory: project\npermissionMode: default\nhooks: {}").replace("NAME", "plain");
    let picky = agent("tools: Read, Bash(git * main)").replace("NAME", "picky");
    let hasty = "---\nname: hasty\ndescription: x\ntimeout_mins: 5\n---\n";
    let files = &[
        ("divisi.toml", RUNNERS),
        (".claude/agents/planning.md", planning.as_str()),
        (".claude/agents/hooked.md", hooked.as_str()),
        (".claude/agents/limited.md", limited.as_str()),
        (".claude/agents/copying.md", copying.as_str()),
        (".claude/agents/plain.md", plain.as_str()),
        (".claude/agents/picky.md", picky.as_str()),
        (".gemini/agents/hasty.md", hasty),
    ];
    check(
        files,
        "
nodes:
  - { id: a, agent: planning, prompt: p, runner: claude }
  - { id: b, agent: planning, prompt: p, runner: own }
  - { id: c, agent: planning, prompt: p }
  - { id: d, agent: hooked, prompt: p, runner: claude }
  - { id: e, agent: hooked, prompt: p, runner: trusting }
  - { id: f, agent: limited, prompt: p, runner: codex }
  - { id: g, agent: limited, prompt: p, runner: open }
  - { id: h, agent: limited, prompt: p, runner: kimi }
  - { id: i, agent: copying, prompt: p, runner: claude }
  - { id: j, agent: copying, prompt: p, runner: claude, isolation: worktree }
  - { id: k, agent: plain, prompt: p, runner: kimi }
  - { id: l, agent: picky, prompt: p, runner: gemini }
  - { id: m, agent: picky, prompt: p, runner: gemini, tools: [Read] }
  - { id: n, agent: plain, prompt: p, runner: open, tools: ['Read(src/**)', 'Bash(git *)'] }
  - { id: o, agent: picky, prompt: p, runner: claude }
  - { id: p, agent: hasty, prompt: p, runner: gemini }
  - { id: q, agent: hasty, prompt: p, runner: gemini, timeout: 5m }
  - { id: r, run: make, compensate: { agent: hooked, prompt: p, runner: kimi } }
",
        expect![[r#"
            3 |   - { id: a, agent: planning, prompt: p, runner: claude }
                                    ^^^^^^^^ agent-not-enforceable (error): `planning` says `permissionMode: plan`; the runner claude would leave that out: a run asks nobody and allows what `tools` name: take it away and list there the tools that only read
                                      .claude/agents/planning.md: what its file says
            6 |   - { id: d, agent: hooked, prompt: p, runner: claude }
                                    ^^^^^^ agent-not-enforceable (error): `hooked` says `hooks:`; the runner claude leaves out what a repository sets up: write `repository_settings = true` under [runners.claude] if you trust it, or take the key away
                                      .claude/agents/hooked.md: what its file says
            8 |   - { id: f, agent: limited, prompt: p, runner: codex }
                                    ^^^^^^^ agent-not-enforceable (error): `limited` says `disallowedTools:`; the runner codex would leave that out: take it away and name in `tools` what the agent may use
                                      .claude/agents/limited.md: what its file says
                                    ^^^^^^^ agent-not-enforceable (error): `limited` says `maxTurns: 3`; the runner codex would leave that out: let claude, gemini or opencode do it, or take it away and write a `timeout` on the node
                                      .claude/agents/limited.md: what its file says
            10 |   - { id: h, agent: limited, prompt: p, runner: kimi }
                                     ^^^^^^^ agent-not-enforceable (error): `limited` says `maxTurns: 3`; the runner kimi would leave that out: let claude, gemini or opencode do it, or take it away and write a `timeout` on the node
                                       .claude/agents/limited.md: what its file says
            11 |   - { id: i, agent: copying, prompt: p, runner: claude }
                                     ^^^^^^^ agent-not-enforceable (error): `copying` says `isolation: worktree`; a run goes by its nodes: write `isolation: worktree` on this one
                                       .claude/agents/copying.md: what its file says
            14 |   - { id: l, agent: picky, prompt: p, runner: gemini }
                                     ^^^^^ agent-not-enforceable (error): the runner gemini cannot hold an agent to `Bash(git * main)`: write `Bash(WORDS *)` or `Bash(COMMAND)`, name the tool as a whole, or let claude do it
                                       .claude/agents/picky.md: what its file says
            16 |   - { id: n, agent: plain, prompt: p, runner: open, tools: ['Read(src/**)', 'Bash(git *)'] }
                                                                             ^^^^^^^^^^^^^^ agent-not-enforceable (error): the runner open cannot hold an agent to `Read(src/**)`: write `Bash(WORDS *)` or `Bash(COMMAND)`, name the tool as a whole, or let claude do it
            18 |   - { id: p, agent: hasty, prompt: p, runner: gemini }
                                     ^^^^^ agent-not-enforceable (error): `hasty` says `timeout_mins: 5`; a run goes by its nodes: write `timeout: …` on this one
                                       .gemini/agents/hasty.md: what its file says
            20 |   - { id: r, run: make, compensate: { agent: hooked, prompt: p, runner: kimi } }
                                                              ^^^^^^ agent-not-enforceable (error): `hooked` says `hooks:`; the runner kimi would leave that out: only the runner claude has hooks; let it do the work, or take them away
                                                                .claude/agents/hooked.md: what its file says
        "#]],
    );
}

/// Its file changed in nothing that a name, a list of tools or a model is.
#[test]
fn a_key_that_an_agent_gets_is_told_where_it_is_used() {
    let dag = "nodes:\n  - { id: a, agent: planner, prompt: p, runner: claude }\n";
    let mut fixture = Fixture::new(AGENTS);
    fixture.open("a.dag.yaml", dag);
    let before = fixture.snapshot();
    assert_eq!(fixture.check("a.dag.yaml"), "no findings\n");
    let agent = "---\nname: planner\ndescription: Plans\npermissionMode: plan\n---\nPlan.\n";
    fixture.open(".claude/agents/planner.md", agent);
    assert!(fixture.check("a.dag.yaml").contains("agent-not-enforceable"));
    let after = fixture.snapshot();
    assert!(!Arc::ptr_eq(before.registry(), after.registry()), "who has checked before checks again");
    fixture.open(".claude/agents/planner.md", &agent.replace("Plan.", "Plan it."));
    assert!(Arc::ptr_eq(after.registry(), fixture.snapshot().registry()), "its prompt matters to nobody");
}

#[test]
fn agent_cannot() {
    let files = &[
        (
            ".claude/agents/reader.md",
            "---\nname: reader\ndescription: Reads\ntools: Read, Grep, Glob, WebFetch\n---\n",
        ),
        (".claude/agents/writer.md", "---\nname: writer\ndescription: Writes\ntools: [Read, Write]\n---\n"),
        (".claude/agents/shell.md", "---\nname: shell\ndescription: Runs\ntools: Bash(git log:*)\n---\n"),
        (
            ".claude/agents/server.md",
            "---\nname: server\ndescription: Asks\ntools: Read, mcp__files__put\n---\n",
        ),
        (".claude/agents/all.md", "---\nname: all\ndescription: May do anything\n---\n"),
        (".claude/agents/none.md", "---\nname: none\ndescription: Talks\ntools: []\n---\n"),
        (".claude/agents/lower.md", "---\nname: lower\ndescription: Writes\ntools: read, write\n---\n"),
        (".claude/agents/new.md", "---\nname: new\ndescription: Writes\ntools: Read, Scribble\n---\n"),
    ];
    check(
        files,
        "
nodes:
  - { id: a, agent: reader, prompt: p, writes: [a.md] }
  - { id: b, agent: Reader, prompt: p, outputs: { o: { file: b.md } } }
  - { id: c, agent: reader, prompt: p, writes: [], outputs: [o] }
  - { id: d, agent: writer, prompt: p, writes: [d.md] }
  - { id: e, agent: shell, prompt: p, writes: [e.md] }
  - { id: f, agent: server, prompt: p, writes: [f.md] }
  - { id: g, agent: all, prompt: p, writes: [g.md] }
  - { id: h, agent: all, prompt: p, writes: [h.md], tools: [Read, Grep] }
  - { id: i, agent: all, prompt: p, writes: [i.md], tools: [] }
  - { id: j, agent: reader, prompt: p, writes: [j.md], tools: [Read, Edit] }
  - { id: k, agent: reader, prompt: p, outputs: { o: { file: k.md, required: false } } }
  - { id: l, agent: nobody, prompt: p, writes: [l.md] }
  - { id: m, agent: none, prompt: p, writes: [m.md] }
  - { id: n, agent: lower, prompt: p, writes: [n.md] }
  - { id: o, agent: new, prompt: p, writes: [o.md] }
",
        expect![[r#"
            3 |   - { id: a, agent: reader, prompt: p, writes: [a.md] }
                                                                ^^^^ agent-cannot (warning): `reader` cannot write `a.md`: it has only `Read`, `Grep`, `Glob`, `WebFetch`
                                                                  .claude/agents/reader.md: its tools
            4 |   - { id: b, agent: Reader, prompt: p, outputs: { o: { file: b.md } } }
                                                                  ^ agent-cannot (warning): `reader` cannot write `b.md`: it has only `Read`, `Grep`, `Glob`, `WebFetch`
                                                                    .claude/agents/reader.md: its tools
            10 |   - { id: h, agent: all, prompt: p, writes: [h.md], tools: [Read, Grep] }
                                                              ^^^^ agent-cannot (warning): `all` cannot write `h.md`: this node gives it only `Read`, `Grep`
                                                                line 10: its tools
                                                                fix: Add `Write` to the node's `tools`
            11 |   - { id: i, agent: all, prompt: p, writes: [i.md], tools: [] }
                                                              ^^^^ agent-cannot (warning): `all` cannot write `i.md`: this node gives it no tools
                                                                line 11: its tools
            14 |   - { id: l, agent: nobody, prompt: p, writes: [l.md] }
                                     ^^^^^^ unknown-agent (error): no agent `nobody`
            15 |   - { id: m, agent: none, prompt: p, writes: [m.md] }
                                                               ^^^^ agent-cannot (warning): `none` cannot write `m.md`: it has no tools
                                                                 .claude/agents/none.md: its tools
            16 |   - { id: n, agent: lower, prompt: p, writes: [n.md] }
                                                                ^^^^ agent-cannot (warning): `lower` cannot write `n.md`: it has only `read`, `write`, and Claude Code refuses to start an agent with no tool that it knows
                                                                  .claude/agents/lower.md: its tools
        "#]],
    );
}
