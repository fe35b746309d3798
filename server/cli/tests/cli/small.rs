//! The small commands.

use expect_test::expect;

use crate::site::Site;

#[test]
fn bare_divisi_says_what_it_sees_and_the_next_step() {
    let site = Site::new();
    expect![[r#"
        divisi $ROOT

          0 DAGs
          0 agents
          no errors, no warnings

        next: divisi new
    "#]]
    .assert_eq(&site.divisi(&[]).out);
    let site = site
        .write("build.dag.yaml", "name: build\nnodes:\n  - { id: a, agent: wroter, prompt: Write. }\n")
        .write(".claude/agents/writer.md", "---\nname: writer\ndescription: Writes.\n---\nWrite.\n")
        .write(".claude/agents/nameless.md", "---\ndescription: Who?\n---\nHm.\n");
    let said = site.divisi(&[]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        divisi $ROOT

          1 DAG
            build  1 node  build.dag.yaml
          2 agents, 1 will not load, 1 name unresolved
          2 errors

        next: divisi check
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn bare_divisi_leads_whoever_has_agents_and_no_dag_to_what_helps() {
    let agent = |rest: &str| format!("---\nname: writer\ndescription: Writes.\n{rest}---\nWrite.\n");
    let site = Site::new()
        .write(".claude/agents/writer.md", agent(""))
        .write(".claude/commands/go.md", "Go.\n")
        .write(".claude/skills/fly/SKILL.md", "---\nname: fly\ndescription: Flies.\n---\nFly.\n");
    expect![[r#"
        divisi $ROOT

          0 DAGs
          1 agent
          1 command, 1 skill
          no errors, no warnings

        next: divisi agents
    "#]]
    .assert_eq(&site.divisi(&[]).out);
    site.put(".claude/agents/writer.md", agent("allowed-tools: Read\n"));
    let said = site.divisi(&[]).out;
    assert!(said.ends_with("next: divisi check\n"), "{said}");
}

#[test]
fn every_template_is_without_findings_and_runs() {
    for template in ["minimal", "fan-out", "matrix"] {
        let site = Site::new();
        assert_eq!(site.divisi(&["new", "--template", template]).status, 0);
        let file = format!("{template}.dag.yaml");
        let checked = site.divisi(&["check", &file]);
        assert_eq!(checked.out, "1 file: no findings\n", "{template}");
        let ran = site.divisi(&["run", &file, "--yes"]);
        assert_eq!(ran.status, 0, "{template}: {}{}", ran.out, ran.err);
        let again = site.divisi(&["new", "--template", template]);
        assert_eq!(again.status, 2, "an existing file is left alone");
    }
}

#[test]
fn agents_that_nothing_names_are_listed_alone() {
    let agent = |name: &str, text: &str| format!("---\nname: {name}\ndescription: Works\n---\n{text}\n");
    let site = Site::new()
        .write(".claude/agents/writer.md", agent("writer", "Write."))
        .write(
            ".claude/agents/editor.md",
            agent("editor", "I am the editor agent; the `reader` agent reads."),
        )
        .write(".claude/agents/reader.md", agent("reader", "Read."))
        .write("a.dag.yaml", "nodes:\n  - id: a\n    agent: Writer\n    prompt: x\n");
    let said = site.divisi(&["agents", "--unused", "--format", "json"]);
    assert_eq!(said.status, 0, "{}", said.err);
    let names: Vec<serde_json::Value> = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(
        names.iter().map(|agent| agent["name"].as_str().expect("a name")).collect::<Vec<_>>(),
        ["editor"]
    );
}

#[test]
fn agents_are_listed_with_their_fate() {
    let site = Site::new()
        .write(".claude/agents/writer.md", "---\nname: writer\ndescription: Writes.\n---\nWrite.\n")
        .write(".claude/agents/nameless.md", "---\ndescription: Who?\n---\nHm.\n");
    let said = site.divisi(&["agents"]);
    assert_eq!(said.status, 0);
    expect![[r#"
        nameless  dropped    claude-code  project     .claude/agents/nameless.md
                  it has no `name`: add one to the front matter
        writer    loads      claude-code  project     .claude/agents/writer.md

        2 agents, 1 will not load
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn agents_of_every_tool_are_listed() {
    let site = Site::new()
        .write(".claude/agents/writer.md", "---\nname: writer\ndescription: Writes.\n---\nWrite.\n")
        .write(".opencode/agent/team/writer.md", "---\ndescription: Writes.\n---\nWrite.\n")
        .write(
            ".gemini/agents/writer.md",
            "---\nname: writer\ndescription: Writes.\ntools: glob\n---\nWrite.\n",
        )
        .write(".codex/agents/writer.toml", "name = \"writer\"\n");
    expect![[r#"
        writer       loads      claude-code  project     .claude/agents/writer.md
        team/writer  loads      opencode     project     .opencode/agent/team/writer.md
        writer       dropped    codex        project     .codex/agents/writer.toml
                     it has no `description`: say when it should be used
        writer       dropped    gemini       project     .gemini/agents/writer.md
                     Gemini CLI takes `tools` as a list only: write `[…]`, or one line with `- ` for each

        4 agents (1 Claude Code, 1 OpenCode, 1 Codex, 1 Gemini CLI), 2 will not load (1 Codex, 1 Gemini CLI)
    "#]]
    .assert_eq(&site.divisi(&["agents"]).out);
    expect![[r#"
        team/writer  loads      opencode  project     .opencode/agent/team/writer.md

        1 agent
    "#]]
    .assert_eq(&site.divisi(&["agents", "--tool", "opencode"]).out);
    let said = site.divisi(&["agents", "--tool", "gemini", "--format", "json"]);
    let agents: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((&agents[0]["tool"], &agents[0]["load"]), (&"gemini".into(), &"dropped".into()));
    let overview = site.divisi(&[]).out;
    assert!(overview.contains("4 agents (1 Claude Code, 1 OpenCode, 1 Codex, 1 Gemini CLI), 2 will not load (1 Codex, 1 Gemini CLI)"), "{overview}");
}

#[test]
fn trust_is_given_and_taken_back() {
    let site = Site::new();
    assert_eq!(site.divisi(&["trust"]).out, "trusted: $ROOT\n");
    assert!(site.divisi(&["doctor"]).out.contains("this workspace is trusted"));
    assert_eq!(site.divisi(&["trust", "--list"]).out, "$ROOT\n");
    assert_eq!(site.divisi(&["trust", "--revoke"]).out, "not trusted: $ROOT\n");
    assert!(site.divisi(&["doctor"]).out.contains("this workspace is not trusted yet"));
    assert_eq!(site.divisi(&["trust", "--list"]).out, "no folder is trusted; trust this one: divisi trust\n");
    assert_eq!(site.divisi(&["trust", "--list", "--revoke"]).status, 2);
    assert_eq!(site.divisi(&["trust", "nowhere"]).status, 2);
}

#[test]
fn the_schema_is_json() {
    let said = Site::new().divisi(&["schema"]);
    assert_eq!(said.status, 0);
    let schema: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert!(schema.is_object());
}

#[test]
fn doctor_finds_a_runner_without_its_program() {
    let site = Site::new();
    assert_eq!(site.divisi(&["doctor"]).status, 0);
    site.put("divisi.toml", "[runners.mine]\nkind = \"exec\"\ncommand = [\"./gone.sh\"]\n");
    let said = site.divisi(&["doctor"]);
    assert_eq!(said.status, 1);
    assert!(said.out.contains("mine: there is no program $ROOT/gone.sh"), "{}", said.out);
}
