//! What texts name.

use std::sync::Arc;

use divisi_model::mention::{front_matter_mentions, mentions};
use divisi_syntax::{Limits, Span, front_matter, yaml};
use expect_test::{Expect, expect};

/// One line for each mention: name, what it leads to, how it is written, how sure it is.
fn check(text: &str, expected: Expect) {
    let whole = Span::new(0, text.len() as u32);
    let mut found = Vec::new();
    let body = match front_matter(text) {
        Some(parts) => {
            let tree = yaml::parse_region(Arc::from(text), parts.yaml, Limits::default());
            found.extend(front_matter_mentions(&tree, parts.yaml));
            parts.body
        }
        None => whole,
    };
    found.extend(mentions(text, body));
    assert!(found.is_sorted_by(|a, b| a.span.end <= b.span.start), "{found:?}");
    let lines = found.iter().map(|mention| {
        assert_eq!(mention.span.slice(text), mention.name);
        format!("{}: {:?} {:?} {:?}\n", mention.name, mention.target, mention.pattern, mention.strength())
    });
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn arguments_of_the_task_tool() {
    check(
        r#"
Task(subagent_type="code-reviewer", prompt="x")
subagent_type='a-b' subagent_type: c-d
{"subagent_type": "e-f"} \"subagent_type\": \"g-h\"
with `subagent_type: i-j`, or **subagent_type**: `k-l`
Use subagent_type when it is set; subagent_type: the type; subagent_type=task.agentType
subagent_type: {agent}, subagent_type="<name>", subagent_type="$ARGUMENTS", subagent_type="..."
subagent_type="agent-name" subagent_type="plugin:m-n" subagent_type="Explore"
"#,
        expect![[r#"
            code-reviewer: Agent SubagentType Checked
            a-b: Agent SubagentType Checked
            c-d: Agent SubagentType Checked
            e-f: Agent SubagentType Checked
            g-h: Agent SubagentType Checked
            i-j: Agent SubagentType Checked
            k-l: Agent SubagentType Checked
            agent-name: Agent SubagentType FollowedOnly
            plugin:m-n: Agent SubagentType Checked
            Explore: Agent SubagentType Checked
        "#]],
    );
}

#[test]
fn calls_and_at_signs() {
    check(
        "\
Agent(claude-security:explore, code-reviewer) and Task(@repo-analyzer:*), but Agent(config), Task(s), Agent(a-b, {c}).
@agent-reviewer, @agent-plugin:planner: @agent-name @agent-3 me@agent-b.com
@code-reviewer and @npm-scope/package, @decorated-by(x), @docs/guide.md, `@docs/code.md` ./@x @one
- **code-reviewer**: reviews
- **Note**: no name, **planner** and **`b-c`**

**outside-list**
",
        expect![[r#"
            claude-security:explore: Agent Call Checked
            code-reviewer: Agent Call Checked
            repo-analyzer: Agent Call Checked
            reviewer: Agent AtAgent Checked
            plugin:planner: Agent AtAgent Checked
            name: Agent AtAgent FollowedOnly
            3: Agent AtAgent FollowedOnly
            code-reviewer: Agent AtName FollowedOnly
            docs/guide.md: File AtPath FollowedOnly
            code-reviewer: Agent BoldItem FollowedOnly
            planner: Agent BoldItem FollowedOnly
            b-c: Agent BoldItem FollowedOnly
        "#]],
    );
}

#[test]
fn words_around_names() {
    check(
        "\
The `code-reviewer` agent, `@planner` subagents, the `x-y` skill, `tools` agent, `--flag` agent, `code` block.
Use the test-runner agent. Delegate to the planner agent; launch our **db-expert** sub-agent, use \"q-r\" agents.
It is an agent. The other agent waits. Use the agent. using
two-lines agents
See .claude/agents/dev/a-b.md, [x](../agents/c-d.md), agents/README.md, user-agents/e-f.md
Run `/review-code src`, `/api/users`, `/test`, /plan or /usr/bin and/or <!-- `g-h` agent -->
",
        expect![[r#"
            code-reviewer: Agent CodeSpan Checked
            planner: Agent CodeSpan NearMissOnly
            x-y: Skill CodeSpan NearMissOnly
            tools: Agent CodeSpan NearMissOnly
            test-runner: Agent Invocation NearMissOnly
            planner: Agent Invocation NearMissOnly
            db-expert: Agent Invocation NearMissOnly
            q-r: Agent Invocation NearMissOnly
            two-lines: Agent Invocation NearMissOnly
            a-b: Agent AgentPath NearMissOnly
            c-d: Agent LoosePath FollowedOnly
            README: Agent LoosePath FollowedOnly
            review-code: Command SlashCode NearMissOnly
            test: Command SlashCode FollowedOnly
            plan: Command SlashText FollowedOnly
        "#]],
    );
}

#[test]
fn keys_of_front_matter() {
    check(
        "\
---
name: x
description: Use the code-reviewer agent
agent: planner
skills: [testing, a-b]
tools: Read, Task(one), Agent(two, p:three), Bash(git log *), Skill(four)
allowed-tools:
  - Task(@five:*)
  - SlashCommand(/six:*)
---
`seven-x` agent
",
        expect![[r#"
            code-reviewer: Agent Invocation NearMissOnly
            planner: Agent AgentKey Checked
            testing: Skill SkillsKey NearMissOnly
            a-b: Skill SkillsKey NearMissOnly
            one: Agent ToolList Checked
            two: Agent ToolList Checked
            p:three: Agent ToolList Checked
            four: Skill ToolList Checked
            five: Agent ToolList Checked
            six: Command ToolList Checked
            seven-x: Agent CodeSpan Checked
        "#]],
    );
}

#[test]
fn windows_line_ends_and_other_scripts() {
    check(
        "\u{feff}Grüße 🎉 @agent-planner\r\nüber `b-c` agent\r\nsubagent_type: d-e\r\n",
        expect![[r#"
        planner: Agent AtAgent Checked
        b-c: Agent CodeSpan Checked
        d-e: Agent SubagentType Checked
    "#]],
    );
}
