//! What a rename changes, and what it refuses.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use divisi_analysis::Edit;
use divisi_edit::rename::{Files, Moved, moved, prepare, rename};
use divisi_edit::{Change, Step, apply};
use divisi_workspace::{Change as Event, Places, Snapshot, Workspace};
use expect_test::{Expect, expect};

const ROOT: &str = "/workspace";

const REVIEWER: (&str, &str) =
    (".claude/agents/code-reviewer.md", "---\nname: code-reviewer\ndescription: Reviews\n---\nReview.\n");
const PLANNER: (&str, &str) =
    (".claude/agents/planner.md", "---\nname: planner\ndescription: Plans\n---\nPlan.\n");

fn workspace(files: &[(&str, &str)]) -> Snapshot {
    let mut workspace = Workspace::with_places(vec![ROOT.into()], Places::default());
    for (path, text) in files {
        let path = Path::new(ROOT).join(path);
        workspace.apply(Event::Opened { path, version: 1, text: (*text).to_owned() });
    }
    workspace.snapshot()
}

/// The first of `files` holds the cursor `$0`. What changes, line by line: `?` marks what must be confirmed.
fn renamed(files: &[(&str, &str)], new: &str) -> String {
    let (path, text) = files.first().copied().expect("a file");
    let offset = text.find("$0").expect("a cursor") as u32;
    let without = text.replacen("$0", "", 1);
    let mut all = vec![(path, without.as_str())];
    all.extend_from_slice(files.get(1..).unwrap_or_default());
    let snapshot = workspace(&all);
    let document = snapshot.document(&Path::new(ROOT).join(path)).expect("it is open");
    let found = match prepare(&snapshot, document, offset) {
        Ok(Some(found)) => found,
        Ok(None) => return "nothing is named here".to_owned(),
        Err(refusal) => return refusal.to_string(),
    };
    match rename(&snapshot, &found.entity, new, Files::Follow) {
        Ok(change) => render(&snapshot, &change),
        Err(refusal) => refusal.to_string(),
    }
}

fn render(snapshot: &Snapshot, change: &Change) -> String {
    let mut shown = String::new();
    for step in &change.steps {
        match step {
            Step::Edit { path, edits } => {
                let document = snapshot.document(path).expect("it is known");
                writeln!(shown, "{}", short(path)).expect("a string");
                for it in edits {
                    let line = document.lines.line(it.edit.span.start);
                    let start = document.lines.line_start(line);
                    let end = document.lines.line_start(line + 1);
                    let old = document.text.get(start as usize..end as usize).expect("a line");
                    let moved = Edit {
                        span: divisi_syntax::Span::new(it.edit.span.start - start, it.edit.span.end - start),
                        text: it.edit.text.clone(),
                    };
                    let mark = if it.confirm.is_some() { '?' } else { ' ' };
                    let new = apply(old, &[moved]);
                    writeln!(shown, "{mark} {}: {}", line + 1, new.trim_end_matches('\n').escape_debug())
                        .expect("a string");
                }
            }
            Step::Create { .. } => shown.push_str("a new file\n"),
            Step::Rename { from, to } => {
                writeln!(shown, "{} -> {}", short(from), short(to)).expect("a string")
            }
        }
    }
    shown
}

fn short(path: &Path) -> String {
    path.strip_prefix(ROOT).unwrap_or(path).display().to_string()
}

fn check(files: &[(&str, &str)], new: &str, expected: Expect) {
    expected.assert_eq(&renamed(files, new));
}

#[test]
fn a_node_with_every_use() {
    check(
        &[(
            "a.dag.yaml",
            "\u{feff}phases:\r\n  - {id: p, nodes: [scan-$0it]} # scan-it\r\nnodes:\r\n  - id: 'scan-it'\r\n    title: scan-it\r\n    run: x\r\n    outputs: [o]\r\n  - id: b\r\n    depends_on: [ 'scan-it' ,\"scan-it\", c ]  # 😀\r\n    when: nodes.scan-it.status == 'failed' or nodes[\"scan-it\"].outputs.o\r\n    run: [x, '😀 {{ nodes.scan-it.outputs.o }}{{ nodes[\"scan-it\"].status }}']\r\n    inputs: { in: scan-it.o }\r\n  - id: c\r\n    run: x\r\n",
        )],
        "look",
        expect![[r#"
            a.dag.yaml
              2:   - {id: p, nodes: [look]} # scan-it\r
              4:   - id: \'look\'\r
              9:     depends_on: [ \'look\' ,\"scan-it\", c ]  # 😀\r
              9:     depends_on: [ \'scan-it\' ,\"look\", c ]  # 😀\r
              10:     when: nodes.look.status == \'failed\' or nodes[\"scan-it\"].outputs.o\r
              10:     when: nodes.scan-it.status == \'failed\' or nodes[\"look\"].outputs.o\r
              11:     run: [x, \'😀 {{ nodes.look.outputs.o }}{{ nodes[\"scan-it\"].status }}\']\r
              11:     run: [x, \'😀 {{ nodes.scan-it.outputs.o }}{{ nodes[\"look\"].status }}\']\r
              12:     inputs: { in: look.o }\r
        "#]],
    );
}

#[test]
fn names_of_one_dag() {
    let dag = |text: &'static str| [("a.dag.yaml", text)];
    check(
        &dag(
            "args: { sco$0pe: {} }\nnodes:\n  - id: a\n    run: x \"$DIVISI_ARG_SCOPE\"\n  - id: b\n    run: [x, '{{ args.scope }}']\n",
        ),
        "to-look-at",
        expect![[r#"
            a.dag.yaml
              1: args: { to-look-at: {} }
              4:     run: x \"$DIVISI_ARG_TO_LOOK_AT\"
              6:     run: [x, \'{{ args.to-look-at }}\']
        "#]],
    );
    check(
        &dag(
            "nodes:\n  - id: a\n    run: x\n    outputs: { found: { file: found.md } }\n  - id: b\n    depends_on: [a]\n    run: x $DIVISI_INPUT_FOUND_FILE\n    inputs: [fou$0nd]\n  - id: c\n    depends_on: [a]\n    run: [x, '{{ nodes.a.outputs.found.text }}{{ inputs.mine }}']\n    inputs: { mine: a.found }\n",
        ),
        "seen",
        expect![[r#"
            a.dag.yaml
              4:     outputs: { seen: { file: found.md } }
              7:     run: x $DIVISI_INPUT_SEEN_FILE
              8:     inputs: [seen]
              11:     run: [x, \'{{ nodes.a.outputs.seen.text }}{{ inputs.mine }}\']
              12:     inputs: { mine: a.seen }
        "#]],
    );
    check(
        &dag(
            "nodes:\n  - id: a\n    run: x\n    outputs: [o]\n  - id: b\n    depends_on: [a]\n    run: [x, '{{ inputs.mi$0ne }}']\n    inputs: { mine: a.o }\n",
        ),
        "ours",
        expect![[r#"
            a.dag.yaml
              7:     run: [x, \'{{ inputs.ours }}\']
              8:     inputs: { ours: a.o }
        "#]],
    );
    check(
        &dag(
            "locks: { db$0: 2 }\nnodes:\n  - id: a\n    run: x\n    locks: [db, {name: db, mode: shared}]\n",
        ),
        "true",
        expect![[r#"
            a.dag.yaml
              1: locks: { \"true\": 2 }
              5:     locks: [\"true\", {name: db, mode: shared}]
              5:     locks: [db, {name: \"true\", mode: shared}]
        "#]],
    );
    check(
        &dag("phases:\n  - id: one\nnodes:\n  - id: a\n    phase: on$0e\n    run: x\n"),
        "Phase 1: all",
        expect![[r#"
            a.dag.yaml
              2:   - id: \"Phase 1: all\"
              5:     phase: \"Phase 1: all\"
        "#]],
    );
}

#[test]
fn an_agent_everywhere() {
    check(
        &[
            (
                "a.dag.json",
                "{\"nodes\": [{\"id\": \"a\", \"agent\": \"Code_Review$0er\", \"prompt\": \"Ask @agent-code-reviewer\"}]}\n",
            ),
            REVIEWER,
            PLANNER,
            (
                ".claude/commands/all.md",
                "---\r\nagent: \"code-reviewer\"\r\nallowed-tools: Read, Task(code-reviewer, planner)\r\n---\r\n😀 Task with subagent_type=\"code_reviewer\", or `code-reviewer` agent.\r\nUse the code-reviewer agent. See .claude/agents/code-reviewer.md.\r\n- **code-reviewer**: reviews\r\nA code-reviewer is no mention.\r\n",
            ),
            ("CLAUDE.md", "Nothing here.\n"),
        ],
        "critic",
        expect![[r#"
            .claude/agents/code-reviewer.md
              2: name: critic
            .claude/commands/all.md
              2: agent: \"critic\"\r
              3: allowed-tools: Read, Task(critic, planner)\r
              5: 😀 Task with subagent_type=\"critic\", or `code-reviewer` agent.\r
              5: 😀 Task with subagent_type=\"code_reviewer\", or `critic` agent.\r
            ? 6: Use the critic agent. See .claude/agents/code-reviewer.md.\r
              6: Use the code-reviewer agent. See .claude/agents/critic.md.\r
            ? 7: - **critic**: reviews\r
            a.dag.json
              1: {\"nodes\": [{\"id\": \"a\", \"agent\": \"critic\", \"prompt\": \"Ask @agent-code-reviewer\"}]}
              1: {\"nodes\": [{\"id\": \"a\", \"agent\": \"Code_Reviewer\", \"prompt\": \"Ask @agent-critic\"}]}
            .claude/agents/code-reviewer.md -> .claude/agents/critic.md
        "#]],
    );
}

#[test]
fn names_that_need_quotes_get_them() {
    let agent = |text: &'static str| [(".claude/agents/a.md", text)];
    check(
        &agent("---\nname: rev$0iewer # mine\ndescription: x\n---\n"),
        "yes",
        expect![[r#"
        .claude/agents/a.md
          2: name: \"yes\" # mine
    "#]],
    );
    check(
        &agent("---\nname: 'rev$0iewer'\ndescription: x\n---\n"),
        "Code Reviewer",
        expect![[r#"
        .claude/agents/a.md
          2: name: \'Code Reviewer\'
    "#]],
    );
    check(
        &agent("---\nname: rev$0iewer\ndescription: x\n---\n"),
        "3d",
        expect![[r#"
        .claude/agents/a.md
          2: name: \"3d\"
    "#]],
    );
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let dag = "nodes:\n  - id: a$0\n    agent: planner\n    prompt: x\n  - id: b\n    run: x\n";
    let refused = |text: &str, new: &str| renamed(&[("a.dag.yaml", text), PLANNER, REVIEWER], new);
    let mut all = String::new();
    for (text, new) in [
        (dag, ""),
        (dag, "b"),
        (dag, "1a"),
        (dag, "a b"),
        ("nodes:\n  - id: a\n    agent: plan$0ner\n    prompt: x\n", "code_reviewer"),
        ("nodes:\n  - id: a\n    agent: plan$0ner\n    prompt: x\n", "Explore"),
        ("nodes:\n  - id: a\n    agent: plan$0ner\n    prompt: x\n", "a:b"),
        ("nodes:\n  - id: a\n    agent: plan$0ner\n    prompt: x\n", "-a"),
        ("nodes:\n  - id: a\n    agent: plan$0ner\n    prompt: x\n", "a/b"),
        ("nodes:\n  - id: a\n    agent: Expl$0ore\n    prompt: x\n", "x"),
        ("nodes:\n  - id: a\n    agent: nobo$0dy\n    prompt: x\n", "x"),
        ("nodes:\n  - id: a\n    depends_on: [mis$0sing]\n    run: x\n", "x"),
        ("nodes:\n  - id: a$0\n    run: x\n  - id: b\n    depends_on: [a\n    run: x\n", "x"),
        ("nodes:\n  - id: a\n    command: /revi$0ew\n", "x"),
        ("nodes:\n  - id: a\n    dag: ./b.d$0ag.yaml\n", "x"),
        ("args: { a-b$0: {}, c: {} }\nnodes: []\n", "C"),
        ("# nothing$0\nnodes: []\n", "x"),
    ] {
        writeln!(all, "{}", refused(text, new)).expect("a string");
    }
    expect![[r#"
        a name is missing
        there is a node `b` already
        `1a` is no name: it begins with a letter or `_`; letters, digits, `_` and `-` follow
        `a b` is no name: it begins with a letter or `_`; letters, digits, `_` and `-` follow
        the name is taken by `code-reviewer` (/workspace/.claude/agents/code-reviewer.md)
        the name is taken by `Explore` (a part of Claude Code)
        only the names of plugins' agents hold `:`: use `-`
        an agent whose name starts with `-` is not loaded: begin with a letter
        an agent's name cannot hold `/`
        `Explore` is a part of Claude Code and cannot be renamed
        no agent of this name is known, so there is nothing to rename
        there is no node of this name, so there is nothing to rename
        a.dag.yaml has a fault in line 5: mend it first, a use may be hidden there
        a command is called as its file is: rename the file to rename it
        this is a path: rename the file, and the paths to it change, too
        there is an argument `c` already
        nothing is named here
    "#]]
    .assert_eq(&all);
}

#[test]
fn another_spelling_of_the_same_name_is_no_clash() {
    check(
        &[
            (".claude/agents/x.md", "---\nname: code$0_reviewer\ndescription: x\n---\n"),
            ("CLAUDE.md", "subagent_type: Code-Reviewer\n"),
        ],
        "code-reviewer",
        expect![[r#"
            .claude/agents/x.md
              2: name: code-reviewer
            CLAUDE.md
              1: subagent_type: code-reviewer
        "#]],
    );
}

#[test]
fn paths_follow_a_file() {
    let snapshot = workspace(&[
        (
            "a/one.dag.yaml",
            "nodes:\n  - id: x\n    dag: ./two.dag.yaml\n  - id: y\n    dag: '../b/three.dag.yaml'\n",
        ),
        ("a/two.dag.yaml", "nodes: []\n"),
        ("b/three.dag.yaml", "nodes:\n  - id: x\n    dag: ../a/two.dag.yaml\n"),
        (
            ".claude/commands/go.md",
            "---\ndivisi: ../../a/two.dag.yaml\n---\nSee @a/two.dag.yaml and .claude/agents/planner.md\n",
        ),
        PLANNER,
    ]);
    let at = |path: &str| PathBuf::from(ROOT).join(path);
    let change =
        |from: &str, to: &str| render(&snapshot, &moved(&snapshot, &[Moved { from: at(from), to: at(to) }]));
    expect![[r#"
        .claude/commands/go.md
          2: divisi: ../../c/d/2.dag.yaml
          4: See @c/d/2.dag.yaml and .claude/agents/planner.md
        a/one.dag.yaml
          3:     dag: ../c/d/2.dag.yaml
        b/three.dag.yaml
          3:     dag: ../c/d/2.dag.yaml
    "#]]
    .assert_eq(&change("a/two.dag.yaml", "c/d/2.dag.yaml"));
    expect![[r#"
        .claude/commands/go.md
          2: divisi: ../../c/a/two.dag.yaml
          4: See @c/a/two.dag.yaml and .claude/agents/planner.md
        a/one.dag.yaml
          5:     dag: \'../../b/three.dag.yaml\'
        b/three.dag.yaml
          3:     dag: ../c/a/two.dag.yaml
    "#]]
    .assert_eq(&change("a", "c/a"));
    expect![[r#"
        .claude/commands/go.md
          4: See @a/two.dag.yaml and .claude/agents/architect.md
    "#]]
    .assert_eq(&change(".claude/agents/planner.md", ".claude/agents/architect.md"));
    expect![[r#"
        .claude/commands/go.md
          4: See @a/two.dag.yaml and .claude/agents/team/planner.md
    "#]]
    .assert_eq(&change(".claude/agents/planner.md", ".claude/agents/team/planner.md"));
}

/// The figure is printed; how long it may take is for people to judge.
#[test]
fn an_agent_used_in_200_files() {
    let body = "Some text that names nobody, a line of an ordinary command.\n".repeat(60);
    let using = |at: usize| {
        (
            format!("use{at}/CLAUDE.md"),
            format!("---\ndescription: x\r\n---\n{body}Use subagent_type=\"code-reviewer\" 😀\n{body}"),
        )
    };
    let idle = |at: usize| (format!("idle{at}/CLAUDE.md"), format!("---\ndescription: x\n---\n{body}{body}"));
    let files: Vec<(String, String)> = (0..200).map(using).chain((0..800).map(idle)).collect();
    let mut all: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    all.push(REVIEWER);
    let snapshot = workspace(&all);
    let agent = snapshot.registry().agents().first().expect("the agent");
    let entity = divisi_analysis::occurrences::Entity::of_agent(agent);
    let started = Instant::now();
    let change = rename(&snapshot, &entity, "critic", Files::Follow).expect("a change");
    println!("rename of an agent used in 200 of 1,001 files: {:?}", started.elapsed());
    assert_eq!(change.steps.len(), 202);
    for step in &change.steps {
        let Step::Edit { path, edits } = step else { continue };
        let before = &snapshot.document(path).expect("it is known").text;
        let edits: Vec<Edit> = edits.iter().map(|it| it.edit.clone()).collect();
        let after = apply(before, &edits);
        assert_eq!(after.replace("critic", "code-reviewer"), **before, "nothing else changes");
        assert_eq!(edits.len(), 1);
    }
}

#[test]
fn names_in_archons_language() {
    let path = ".archon/workflows/a.yaml";
    let text = "name: a\ndescription: x\nreturns: sc$0an-all\nnodes:\n  - id: scan-all\n    prompt: x\n    output_format:\n      properties:\n        found: {}\n      required: [found]\n  - id: group\n    depends_on: [scan-all]\n    when: $scan-all.output.found == 'x' || $scan-all.found == 'y'\n    loop_group:\n      until: DONE\n      max_iterations: 2\n      nodes:\n        - id: again\n          prompt: |\n            Mend 😀 $scan-all.output.found, as in $LOOP_PREV.again.output\n            `$scan-all.output` is $scan-all.output.\n";
    check(
        &[(path, text)],
        "look",
        expect![[r#"
        .archon/workflows/a.yaml
          3: returns: look
          5:   - id: look
          12:     depends_on: [look]
          13:     when: $look.output.found == \'x\' || $scan-all.found == \'y\'
          13:     when: $scan-all.output.found == \'x\' || $look.found == \'y\'
          20:             Mend 😀 $look.output.found, as in $LOOP_PREV.again.output
          21:             `$look.output` is $scan-all.output.
          21:             `$scan-all.output` is $look.output.
    "#]],
    );
    let at = |old: &str, new: &str| text.replace("$0", "").replacen(old, new, 1);
    let field = at("        found: {}", "        fo$0und: {}");
    check(
        &[(path, &field)],
        "seen",
        expect![[r#"
        .archon/workflows/a.yaml
          9:         seen: {}
          10:       required: [seen]
          13:     when: $scan-all.output.seen == \'x\' || $scan-all.found == \'y\'
          13:     when: $scan-all.output.found == \'x\' || $scan-all.seen == \'y\'
          20:             Mend 😀 $scan-all.output.seen, as in $LOOP_PREV.again.output
    "#]],
    );
    check(&[(path, &field)], "to-see", expect!["Archon's texts cannot name a field with `-` in it: use `_`"]);
    let inside = at("id: again", "id: ag$0ain");
    check(
        &[(path, &inside)],
        "once_more",
        expect![[r#"
        .archon/workflows/a.yaml
          18:         - id: once_more
          20:             Mend 😀 $scan-all.output.found, as in $LOOP_PREV.once_more.output
    "#]],
    );
    check(&[(path, &inside)], "scan-all", expect!["there is a node `scan-all` already"]);
}

#[test]
fn names_in_claude_flow() {
    let path = "workflows/a.json";
    let text = "{\"name\": \"a\", \"agents\": [{\"id\": \"d$0ev\", \"assignedTasks\": [\"build\"]}, {\"id\": \"qa\"}],\n \"tasks\": [\n  {\"id\": \"build\", \"assignTo\": \"dev\", \"output\": {\"binary\": \"x\"}},\n  {\"id\": \"test\", \"assignTo\": [\"qa\", \"dev\"], \"depends\": [\"build\"], \"description\": \"Try\\n${build.output.binary} of dev\"}]}\n";
    check(
        &[(path, text)],
        "builder",
        expect![[r#"
        workflows/a.json
          1: {\"name\": \"a\", \"agents\": [{\"id\": \"builder\", \"assignedTasks\": [\"build\"]}, {\"id\": \"qa\"}],
          3:   {\"id\": \"build\", \"assignTo\": \"builder\", \"output\": {\"binary\": \"x\"}},
          4:   {\"id\": \"test\", \"assignTo\": [\"qa\", \"builder\"], \"depends\": [\"build\"], \"description\": \"Try\\n${build.output.binary} of dev\"}]}
    "#]],
    );
    check(&[(path, text)], "qa", expect!["there is an agent `qa` already"]);
    let at = |old: &str, new: &str| text.replace("$0", "").replacen(old, new, 1);
    check(
        &[(path, &at("{\"id\": \"build\"", "{\"id\": \"bu$0ild\""))],
        "make",
        expect![[r#"
        workflows/a.json
          1: {\"name\": \"a\", \"agents\": [{\"id\": \"dev\", \"assignedTasks\": [\"make\"]}, {\"id\": \"qa\"}],
          3:   {\"id\": \"make\", \"assignTo\": \"dev\", \"output\": {\"binary\": \"x\"}},
          4:   {\"id\": \"test\", \"assignTo\": [\"qa\", \"dev\"], \"depends\": [\"make\"], \"description\": \"Try\\n${build.output.binary} of dev\"}]}
          4:   {\"id\": \"test\", \"assignTo\": [\"qa\", \"dev\"], \"depends\": [\"build\"], \"description\": \"Try\\n${make.output.binary} of dev\"}]}
    "#]],
    );
    check(
        &[(path, &at("{\"binary\"", "{\"bin$0ary\""))],
        "program",
        expect![[r#"
        workflows/a.json
          3:   {\"id\": \"build\", \"assignTo\": \"dev\", \"output\": {\"program\": \"x\"}},
          4:   {\"id\": \"test\", \"assignTo\": [\"qa\", \"dev\"], \"depends\": [\"build\"], \"description\": \"Try\\n${build.output.program} of dev\"}]}
    "#]],
    );
}

#[test]
fn roles_of_spec_kit() {
    check(
        &[(
            "templates/commands/a.md",
            "---\nclaude_code:\n  subagents:\n    - role: 'rea$0der'\n      prompt: Read\n    - role: writer\n      depends_on: [\"reader\"]\n    - role: last\n      depends_on:\n        - reader # first\n        - writer\n---\nThe reader reads.\n",
        )],
        "looker",
        expect![[r#"
            templates/commands/a.md
              4:     - role: \'looker\'
              7:       depends_on: [\"looker\"]
              10:         - looker # first
        "#]],
    );
}

#[test]
fn nodes_of_command_v2() {
    let text = "{\"name\": \"/a\", \"phases\": [{\"id\": \"p\", \"agents\": [\n {\"id\": \"o$0ne\", \"agentId\": \"code-reviewer\", \"task\": \"x\", \"context\": {\"outputs\": [\"found\"]}},\n {\"id\": \"two\", \"type\": \"code-reviewer\", \"dependencies\": [\"one\"], \"context\": {\"inputs\": [{\"key\": \"found\"}]}}]}]}\n";
    let path = "commands/v2/a.json";
    check(
        &[(path, text)],
        "first",
        expect![[r#"
        commands/v2/a.json
          2:  {\"id\": \"first\", \"agentId\": \"code-reviewer\", \"task\": \"x\", \"context\": {\"outputs\": [\"found\"]}},
          3:  {\"id\": \"two\", \"type\": \"code-reviewer\", \"dependencies\": [\"first\"], \"context\": {\"inputs\": [{\"key\": \"found\"}]}}]}]}
    "#]],
    );
    let at = |old: &str, new: &str| text.replace("$0", "").replacen(old, new, 1);
    check(
        &[(path, &at("[\"found\"]", "[\"fo$0und\"]"))],
        "seen",
        expect![[r#"
        commands/v2/a.json
          2:  {\"id\": \"one\", \"agentId\": \"code-reviewer\", \"task\": \"x\", \"context\": {\"outputs\": [\"seen\"]}},
          3:  {\"id\": \"two\", \"type\": \"code-reviewer\", \"dependencies\": [\"one\"], \"context\": {\"inputs\": [{\"key\": \"seen\"}]}}]}]}
    "#]],
    );
    check(
        &[(path, &at("type\": \"code", "type\": \"co$0de")), REVIEWER],
        "critic",
        expect![[r#"
        .claude/agents/code-reviewer.md
          2: name: critic
        commands/v2/a.json
          2:  {\"id\": \"one\", \"agentId\": \"critic\", \"task\": \"x\", \"context\": {\"outputs\": [\"found\"]}},
          3:  {\"id\": \"two\", \"type\": \"critic\", \"dependencies\": [\"one\"], \"context\": {\"inputs\": [{\"key\": \"found\"}]}}]}]}
        .claude/agents/code-reviewer.md -> .claude/agents/critic.md
    "#]],
    );
}
