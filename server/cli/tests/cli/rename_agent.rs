//! `divisi rename-agent`.

use expect_test::expect;

use crate::site::Site;

const AGENT: &str = "---\r\nname: reviewer # ours\r\ndescription: Reviews\r\n---\r\nReview.\r\n";
const COMMAND: &str = "---\nallowed-tools: [Read, \"Task(Reviewer)\"]\n---\n😀 Use the reviewer agent: subagent_type=\"reviewer\"\n";

fn site() -> Site {
    Site::new()
        .write(".claude/agents/reviewer.md", AGENT)
        .write(".claude/commands/go.md", COMMAND)
        .write("a.dag.yaml", "nodes:\n  - { id: a, agent: 'reviewer', prompt: x } # reviewer\n")
}

#[test]
fn a_dry_run_shows_all_and_writes_nothing() {
    let site = site();
    let said = site.divisi(&["rename-agent", "Reviewer", "code-reviewer", "--dry-run"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        --- .claude/agents/reviewer.md
        +++ .claude/agents/reviewer.md
        @@ -1,5 +1,5 @@
         ---
        -name: reviewer # ours
        +name: code-reviewer # ours
         description: Reviews
         ---
         Review.
        --- .claude/commands/go.md
        +++ .claude/commands/go.md
        @@ -1,4 +1,4 @@
         ---
        -allowed-tools: [Read, "Task(Reviewer)"]
        +allowed-tools: [Read, "Task(code-reviewer)"]
         ---
        -😀 Use the reviewer agent: subagent_type="reviewer"
        +😀 Use the reviewer agent: subagent_type="code-reviewer"
        --- a.dag.yaml
        +++ a.dag.yaml
        @@ -1,2 +1,2 @@
         nodes:
        -  - { id: a, agent: 'reviewer', prompt: x } # reviewer
        +  - { id: a, agent: 'code-reviewer', prompt: x } # reviewer
        .claude/agents/reviewer.md -> .claude/agents/code-reviewer.md
        left: prose that may mean the agent (--prose changes it, too):
          .claude/commands/go.md:4
        4 places in 3 files would change
    "#]]
    .assert_eq(&said.out);
    assert_eq!(site.read(".claude/agents/reviewer.md"), AGENT);
    assert_eq!(site.read(".claude/commands/go.md"), COMMAND);
}

#[test]
fn only_the_name_changes() {
    let site = site();
    let said = site.divisi(&["rename-agent", "reviewer", "code-reviewer"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        .claude/agents/reviewer.md: 1 place
        .claude/commands/go.md: 2 places
        a.dag.yaml: 1 place
        .claude/agents/reviewer.md -> .claude/agents/code-reviewer.md
        left: prose that may mean the agent (--prose changes it, too):
          .claude/commands/go.md:4
        4 places in 3 files changed
    "#]]
    .assert_eq(&said.out);
    assert_eq!(site.read(".claude/agents/code-reviewer.md"), AGENT.replace("reviewer", "code-reviewer"));
    assert!(!site.root().join(".claude/agents/reviewer.md").exists());
    let site = self::site();
    let said = site.divisi(&["rename-agent", "reviewer", "critic", "--prose"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    expect![[r#"
        ---
        allowed-tools: [Read, "Task(critic)"]
        ---
        😀 Use the critic agent: subagent_type="critic"
    "#]]
    .assert_eq(&site.read(".claude/commands/go.md"));
    expect![[r#"
        nodes:
          - { id: a, agent: 'critic', prompt: x } # reviewer
    "#]]
    .assert_eq(&site.read("a.dag.yaml"));
}

#[test]
fn refusals_say_why_and_change_nothing() {
    let site = site().write(".claude/agents/notes/planner.md", "---\nname: planner\ndescription: x\n---\n");
    // The file cannot get its name.
    site.put(".claude/agents/critic.md/notes.txt", "");
    let mut all = String::new();
    for arguments in
        [["nobody", "x"], ["reviewr", "x"], ["reviewer", "planner"], ["Explore", "x"], ["reviewer", "critic"]]
    {
        let said = site.divisi(&["rename-agent", arguments[0], arguments[1]]);
        assert_eq!((said.status, said.out.as_str()), (2, ""));
        all.push_str(&said.err);
    }
    expect![[r#"
        error: no agent `nobody` is known here
          help: see which there are: divisi agents
        error: no agent `reviewr` is known here
          help: did you mean reviewer?
        error: the name is taken by `planner` ($ROOT/.claude/agents/notes/planner.md)
        error: `Explore` is a part of Claude Code and cannot be renamed
        error: there is a file .claude/agents/critic.md already
    "#]]
    .assert_eq(&all);
    assert_eq!(site.read(".claude/agents/reviewer.md"), AGENT);
}

#[cfg(unix)]
#[test]
fn a_file_that_two_paths_lead_to_is_written_once() {
    use std::os::unix::fs::symlink;
    let site = site().write("AGENTS.md", "subagent_type=\"reviewer\"\n");
    symlink("AGENTS.md", site.root().join("CLAUDE.md")).expect("a link");
    let said = site.divisi(&["rename-agent", "reviewer", "critic"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(site.read("CLAUDE.md"), "subagent_type=\"critic\"\n");
    assert!(site.root().join("CLAUDE.md").is_symlink());
}
