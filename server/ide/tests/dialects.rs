//! Files of other tools: what is proposed, explained and found in their own words.

#![expect(clippy::panic, clippy::unwrap_used, reason = "what goes wrong here fails a test")]

mod support;

use divisi_ide::{Completion, complete, definition, highlight, hover, references};
use expect_test::{Expect, expect};

use support::fixture;

const ARCHON: &str = ".archon/workflows/a.yaml";
const CLAUDE_FLOW: &str = "workflows/a.json";
const COMMAND_V2: &str = "commands/v2/a.json";
const SPEC_KIT: &str = "templates/commands/a.md";

fn proposals(path: &str, text: &str) -> Vec<Completion> {
    let (snapshot, document, offset) = fixture(path, text);
    complete(&snapshot, &document, offset)
}

/// The first proposals, one line each: label, detail, note.
fn proposed(path: &str, text: &str, expected: Expect) {
    let mut shown = String::new();
    for it in proposals(path, text).iter().take(8) {
        let detail = it.detail.as_deref().map(|detail| format!(" · {detail}")).unwrap_or_default();
        let note = it.note.as_deref().map(|note| format!(" [{note}]")).unwrap_or_default();
        shown.push_str(&format!("{}{detail}{note}\n", it.label));
    }
    expected.assert_eq(&shown);
}

/// The line of the cursor after the proposal `label` was taken.
fn taken(path: &str, text: &str, label: &str, expected: Expect) {
    let proposals = proposals(path, text);
    let it =
        proposals.iter().find(|it| it.label == label).unwrap_or_else(|| panic!("{label} in {proposals:?}"));
    let mut taken = text.replacen("$0", "", 1);
    taken.replace_range(it.replace.range(), &it.insert);
    let start = taken.get(..it.replace.start as usize).unwrap().rfind('\n').map_or(0, |at| at + 1);
    let end = it.replace.start as usize + it.insert.len();
    let end = taken.get(end..).unwrap().find('\n').map_or(taken.len(), |at| at + end);
    expected.assert_eq(&taken.get(start..end).unwrap().replace('\n', "\\n"));
}

fn explained(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let shown = hover(&snapshot, &document, offset, None)
        .map(|it| format!("<{}>\n{}\n", it.span.slice(&document.text), it.markdown))
        .unwrap_or_default();
    expected.assert_eq(&shown);
}

/// Line and column of the definition, of all uses and of what is highlighted.
fn found(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let place = |at: u32| {
        let line = document.lines.line(at);
        format!("{}:{}", line + 1, at - document.lines.line_start(line) + 1)
    };
    let definition = definition(&snapshot, &document, offset);
    let targets = definition.iter().flat_map(|it| &it.targets).map(|target| place(target.span.start));
    let uses = references(&snapshot, &document, offset, false).unwrap_or_default();
    let uses = uses.iter().map(|it| place(it.span.start));
    let marked = highlight(&snapshot, &document, offset).into_iter();
    let marked =
        marked.map(|it| format!("{}{}", place(it.span.start), if it.is_declaration { "=" } else { "" }));
    let line = |what: &str, places: Vec<String>| format!("{what}: {}\n", places.join(" "));
    let shown =
        [line("made", targets.collect()), line("used", uses.collect()), line("marked", marked.collect())];
    expected.assert_eq(&shown.concat());
}

const WORKFLOW: &str = "\
name: mend
description: Looks, then mends
inputs: { focus: {} }
nodes:
  - id: scan-all
    bash: ./scan
    output_format: { properties: { count: {}, level: {} } }
  - id: later
    depends_on: [mend]
    prompt: Tell
  - id: mend
    depends_on: [scan-all]
    loop_group:
      until: DONE
      max_iterations: 3
      nodes:
        - id: try
          prompt: Try
        - id: judge
          depends_on: [try]
          prompt: |
            Judge 😀 HERE
";

/// The workflow, with `text` in the prompt of the last node in the group.
fn inside(text: &str) -> String {
    WORKFLOW.replace("HERE", text)
}

/// The workflow, with one more line at the end of the node `later`.
fn later(line: &str) -> String {
    WORKFLOW.replace("    prompt: Tell\n", &format!("    {line}\n"))
}

#[test]
fn archon_keys_and_values() {
    proposed(
        ARCHON,
        &later("trigger$0"),
        expect![[r#"
        description · text
        command · text
        prompt · a prompt in which $node.output is filled in
        bash · text in which $node.output is filled in
        script · text in which $node.output is filled in
        loop · a map with the keys of [loop](#loop)
        loop_group · a map with the keys of [loop group](#loop-group)
        approval · a map with the keys of [approval](#approval)
    "#]],
    );
    proposed(
        ARCHON,
        &later("trigger_rule: $0"),
        expect![[r#"
        all_success [default]
        one_success
        none_failed_min_one_success
        all_done
    "#]],
    );
    proposed(
        ARCHON,
        &later("loop: { $0 }"),
        expect![[r#"
            max_iterations · a whole number, at least 1 [required]
            prompt · a prompt in which $node.output is filled in
            command · text
            until · text
            until_bash · text in which $node.output is filled in
            fresh_context · true or false
            interactive · true or false
            gate_message · text
        "#]],
    );
    proposed(
        ARCHON,
        &later("agent_ref: $0"),
        expect![[r#"
        code-reviewer · Reviews code for faults [project]
        senior-reviewer · Merges reviews. [project]
        tester · Runs tests [project]
        Explore · Searches the code without changing it [built-in]
        Plan · Gathers what a plan needs [built-in]
        claude · Takes over what no other agent is for [built-in]
        claude-code-guide · Answers questions about Claude Code [built-in]
        fork · Goes on from the conversation so far [built-in]
    "#]],
    );
    proposed(
        ARCHON,
        &later("context: fr$0"),
        expect![[r#"
        fresh
        shared
    "#]],
    );
    proposed(
        ARCHON,
        "name: a\ndescription: x\nnodes:\n  $0\n",
        expect![[r#"
        bash node · a node that runs a script
        prompt node · a node that sends a prompt
    "#]],
    );
    taken(
        ARCHON,
        "name: a\ndescription: x\nnodes:\n  $0\n",
        "bash node",
        expect![[r#"  - id: ${1:name}\n  depends_on: [$2]\n  bash: ${3:script}$0"#]],
    );
}

#[test]
fn archon_dependencies() {
    proposed(
        ARCHON,
        &WORKFLOW.replace("[mend]", "[$0]"),
        expect![[r#"
        scan-all · bash ./scan
        mend · loop_group
    "#]],
    );
    proposed(
        ARCHON,
        &WORKFLOW.replace("[scan-all]", "[scan-all, $0]"),
        expect![[r#"
        later · prompt Tell [closes a cycle]
    "#]],
    );
    proposed(
        ARCHON,
        &WORKFLOW.replace("[try]", "[$0]"),
        expect![[r#"
        try · prompt Try
    "#]],
    );
}

#[test]
fn archon_references() {
    proposed(
        ARCHON,
        &later("prompt: Tell $$0"),
        expect![[r#"
        scan-all · bash ./scan
        mend · loop_group
        ARGUMENTS · what the run was started with
        ARTIFACTS_DIR · the folder for files of this run
        BASE_BRANCH · the branch that the work starts from
        CONTEXT · the issue or pull request that the run is about
        DOCS_DIR · the folder with the project's documentation
        INPUTS · $INPUTS.name: what the caller gave by with
    "#]],
    );
    proposed(
        ARCHON,
        &later("prompt: Tell $scan-all.$0"),
        expect![[r#"
        output · what the node made
    "#]],
    );
    proposed(
        ARCHON,
        &later("prompt: Tell $scan-all.output.$0"),
        expect![[r#"
        count · field of the output
        level · field of the output
    "#]],
    );
    proposed(
        ARCHON,
        &later("when: $scan-all.$0 == 'x'"),
        expect![[r#"
        output · what the node made
        count · field of the output
        level · field of the output
    "#]],
    );
    proposed(
        ARCHON,
        &later("prompt: Tell $INPUTS.$0"),
        expect![[r#"
        focus · what the caller gave by with
    "#]],
    );
    proposed(ARCHON, &later("prompt: It costs 5 dollars$0"), expect![[""]]);
    taken(
        ARCHON,
        &later("bash: echo \"$sc$0an.output\""),
        "scan-all",
        expect![[r#"    bash: echo "$scan-all.output""#]],
    );
}

#[test]
fn archon_references_in_groups() {
    proposed(
        ARCHON,
        &inside("$$0"),
        expect![[r#"
        scan-all · bash ./scan
        try · prompt Try
        ARGUMENTS · what the run was started with
        ARTIFACTS_DIR · the folder for files of this run
        BASE_BRANCH · the branch that the work starts from
        CONTEXT · the issue or pull request that the run is about
        DOCS_DIR · the folder with the project's documentation
        INPUTS · $INPUTS.name: what the caller gave by with
    "#]],
    );
    proposed(
        ARCHON,
        &inside("$LOOP_PREV.$0"),
        expect![[r#"
            try · prompt Try
            judge · prompt Judge 😀 $LOOP_PREV.
        "#]],
    );
    proposed(
        ARCHON,
        &inside("$LOOP_PREV.try.$0"),
        expect![[r#"
        output · what the node made
    "#]],
    );
    proposed(
        ARCHON,
        &WORKFLOW.replace("until: DONE", "until_bash: test $$0"),
        expect![[r#"
        scan-all · bash ./scan
        try · prompt Try
        judge · prompt Judge 😀 HERE
        ARGUMENTS · what the run was started with
        ARTIFACTS_DIR · the folder for files of this run
        BASE_BRANCH · the branch that the work starts from
        CONTEXT · the issue or pull request that the run is about
        DOCS_DIR · the folder with the project's documentation
    "#]],
    );
    taken(ARCHON, &inside("$tr$0"), "try", expect!["            Judge 😀 $try"]);
}

#[test]
fn archon_hover() {
    explained(
        ARCHON,
        &inside("$scan-$0all.output.count"),
        expect![[r#"
        <$scan-all.output.count>
        **scan-all** · bash ./scan

        - Level 1 of 3
        - Waits for none
        - Needed by `mend`
        - Estimate 1m, since none is given
        - May start at once
        - On the critical path: a delay here delays the run
    "#]],
    );
    explained(
        ARCHON,
        &inside("$t$0ry.output"),
        expect![[r#"
        <$try.output>
        **try** · prompt Try

        - Level 1 of 2
        - Waits for none
        - Needed by `judge`
        - Estimate 1m, since none is given
        - May start at once
        - On the critical path: a delay here delays the run
    "#]],
    );
    explained(
        ARCHON,
        &inside("$LOOP_PREV.j$0udge.output"),
        expect![[r#"
        <$LOOP_PREV.judge.output>
        **judge** · prompt Judge 😀 $LOOP_PREV.judge.output

        - Level 2 of 2
        - Waits for `try`
        - Needed by none
        - Estimate 1m, since none is given
        - Starts after 1m at the earliest
        - On the critical path: a delay here delays the run
    "#]],
    );
    explained(
        ARCHON,
        &inside("$ARGU$0MENTS"),
        expect![[r#"
        <$ARGUMENTS>
        **`$ARGUMENTS`**: what the run was started with
    "#]],
    );
    explained(
        ARCHON,
        &WORKFLOW.replace("[try]", "[t$0ry]"),
        expect![[r#"
        <try>
        **try** · prompt Try

        - Level 1 of 2
        - Waits for none
        - Needed by `judge`
        - Estimate 1m, since none is given
        - May start at once
        - On the critical path: a delay here delays the run
    "#]],
    );
    explained(
        ARCHON,
        &later("trigger_ru$0le: all_done"),
        expect![[r#"
        <trigger_rule>
        **`trigger_rule`**: `all_success`, `one_success`, `none_failed_min_one_success`, `all_done`

        Which ends of its dependencies let it start.

        Default: all_success
    "#]],
    );
    explained(
        ARCHON,
        &later("agent_ref: tes$0ter"),
        expect![[r#"
        <tester>
        **tester** · project agent of Claude Code

        Runs tests

        - Tools: all
        - File: `.claude/agents/tester.md`
    "#]],
    );
}

#[test]
fn archon_navigation() {
    found(
        ARCHON,
        &inside("$scan-$0all.output.count $scan-all.output"),
        expect![[r#"
        made: 5:9
        used: 12:18 22:25 22:48
        marked: 5:9= 12:18 22:25 22:48
    "#]],
    );
    found(
        ARCHON,
        &inside("$scan-all.output.co$0unt"),
        expect![[r#"
        made: 7:36
        used: 22:41
        marked: 7:36= 22:41
    "#]],
    );
    found(
        ARCHON,
        &inside("$t$0ry.output $LOOP_PREV.try.output"),
        expect![[r#"
        made: 17:15
        used: 20:24 22:25 22:47
        marked: 17:15= 20:24 22:25 22:47
    "#]],
    );
}

const FLOW: &str = r#"{
  "name": "a",
  "variables": { "version": "1" },
  "agents": [
    { "id": "dev", "type": "coder", "name": "Developer", "capabilities": ["rust", "go"] },
    { "id": "qa", "type": "tester" }
  ],
  "tasks": [
    { "id": "build", "assignTo": "dev", "output": { "binary": "the program" } },
    { "id": "test", "assignTo": ["qa", "DEV"], "depends": ["BUILD"], "claudePrompt": "Try PROMPT" }
  ]
}
"#;

fn flow(agent: &str, dependency: &str, prompt: &str) -> String {
    FLOW.replace("DEV", agent).replace("BUILD", dependency).replace("PROMPT", prompt)
}

#[test]
fn claude_flow_completion() {
    proposed(
        CLAUDE_FLOW,
        &flow("$0", "build", ""),
        expect![[r#"
        dev · coder
        qa · tester
    "#]],
    );
    proposed(
        CLAUDE_FLOW,
        &flow("dev", "$0", ""),
        expect![[r#"
        build · agent dev
    "#]],
    );
    proposed(
        CLAUDE_FLOW,
        &flow("dev", "build", "${$0"),
        expect![[r#"
        build · agent dev
        version · variable of the workflow
    "#]],
    );
    proposed(
        CLAUDE_FLOW,
        &flow("dev", "build", "${build.$0}"),
        expect![[r#"
        output · what the node made
    "#]],
    );
    proposed(
        CLAUDE_FLOW,
        &flow("dev", "build", "${build.output.$0}"),
        expect![[r#"
        binary · output
    "#]],
    );
    proposed(
        CLAUDE_FLOW,
        &flow("dev", "build", "").replace("\"claudePrompt\"", "\"cl$0\""),
        expect![[r#"
        name · text
        type · text
        description · text in which ${node.output.name} is filled in
        agentId · the id of an agent of this file; or a list of: the id of an agent of this file
        claudePrompt · text in which ${node.output.name} is filled in
        dependencies · a list of: the id of a node
        input · a map from names to: text in which ${node.output.name} is filled in; or a list of: text in which ${node.output.name} is filled in; or anything
        output · anything
    "#]],
    );
    taken(
        CLAUDE_FLOW,
        &FLOW.replace("\"assignTo\": \"dev\"", "\"agentId\": $0"),
        "qa",
        expect![[r#"    { "id": "build", "agentId": "qa", "output": { "binary": "the program" } },"#]],
    );
    taken(
        CLAUDE_FLOW,
        &flow("dev", "build", "${bu$0}"),
        "build",
        expect![[
            r#"    { "id": "test", "assignTo": ["qa", "dev"], "depends": ["build"], "claudePrompt": "Try ${build}" }"#
        ]],
    );
}

#[test]
fn claude_flow_hover_and_navigation() {
    explained(
        CLAUDE_FLOW,
        &flow("d$0ev", "build", ""),
        expect![[r#"
        <"dev">
        **dev** · agent of this file
        - name: Developer
        - type: coder
        - capabilities: rust, go
    "#]],
    );
    explained(
        CLAUDE_FLOW,
        &flow("dev", "build", "${bu$0ild.output.binary}"),
        expect![[r#"
        <${build.output.binary}>
        **build** · agent dev

        - Level 1 of 2
        - Waits for none
        - Needed by `test`
        - Estimate 1m, since none is given
        - May start at once
        - On the critical path: a delay here delays the run
    "#]],
    );
    found(
        CLAUDE_FLOW,
        &flow("d$0ev", "build", ""),
        expect![[r#"
        made: 5:14
        used: 9:35 10:41
        marked: 5:14= 9:35 10:41
    "#]],
    );
    found(
        CLAUDE_FLOW,
        &flow("dev", "bu$0ild", "${build.output.binary}"),
        expect![[r#"
        made: 9:14
        used: 10:61 10:93
        marked: 9:14= 10:61 10:93
    "#]],
    );
    found(
        CLAUDE_FLOW,
        &flow("dev", "build", "${build.output.bin$0ary}"),
        expect![[r#"
        made: 9:54
        used: 10:106
        marked: 9:54= 10:106
    "#]],
    );
}

const ROLES: &str = "---\ndescription: x\nclaude_code:\n  orchestration: { max_parallel: 2 }\n  subagents:\n    - role: reader\n      prompt: Read\n    - role: writer\n      depends_on: [reader]\n      prompt: Write\n    - role: last\n      LINE\n---\nWrite it.\n";

#[test]
fn spec_kit() {
    let with = |line: &str| ROLES.replace("LINE", line);
    proposed(
        SPEC_KIT,
        &with("depends_on: [$0]"),
        expect![[r#"
            reader · prompt Read
            writer · prompt Write
        "#]],
    );
    proposed(
        SPEC_KIT,
        &with("depends_on: [reader, $0]"),
        expect![[r#"
            writer · prompt Write
        "#]],
    );
    proposed(
        SPEC_KIT,
        &with("$0"),
        expect![[r#"
        role_group · text
        parallel · anything
        depends_on · a list of: the id of a node
        priority · anything
        trigger · anything
        prompt · text
        model_override · the name of a model
    "#]],
    );
    proposed(
        SPEC_KIT,
        &with("depends_on: []").replace("max_parallel: 2", "$0"),
        expect![[r#"
        max_parallel · anything
        fail_fast · anything
        conflict_resolution · anything
        timeout_per_agent · anything
        timeout_minutes · anything
        retry_on_failure · anything
        role_isolation · anything
        wave_overlap · anything
    "#]],
    );
    taken(
        SPEC_KIT,
        &with("prompt: x\n    $0"),
        "subagent",
        expect![[r#"    - role: ${1:name}\n  depends_on: [$2]\n  prompt: ${3:What to do}$0"#]],
    );
    explained(
        SPEC_KIT,
        &with("depends_on: [wri$0ter]"),
        expect![[r#"
            <writer>
            **writer** · prompt Write

            - Level 2 of 3
            - Waits for `reader`
            - Needed by `last`
            - Estimate 1m, since none is given
            - Starts after 1m at the earliest
            - On the critical path: a delay here delays the run
        "#]],
    );
    explained(
        SPEC_KIT,
        &with("depends_o$0n: [writer]"),
        expect![[r#"
        <depends_on>
        **`depends_on`**: a list of: the id of a node

        Roles that it waits for.
    "#]],
    );
    found(
        SPEC_KIT,
        &with("depends_on: [rea$0der]"),
        expect![[r#"
        made: 6:13
        used: 9:20 12:20
        marked: 6:13= 9:20 12:20
    "#]],
    );
}

const COMMAND: &str = r#"{
  "name": "/a",
  "phases": [
    { "id": "p", "agents": [
      { "id": "look", "agentId": "tester", "task": "x", "context": { "outputs": ["found"] } },
      { "id": "mend", "type": "code-reviewer", "dependencies": ["look"], "context": { "inputs": ["found"] }, LAST }
    ] }
  ]
}
"#;

#[test]
fn command_v2() {
    let with = |last: &str| COMMAND.replace("LAST", last);
    proposed(
        COMMAND_V2,
        &with("\"task\": \"x\"").replace("\"tester\"", "\"t$0\""),
        expect![[r#"
        code-reviewer · Reviews code for faults [project]
        senior-reviewer · Merges reviews. [project]
        tester · Runs tests [project]
        Explore · Searches the code without changing it [built-in]
        Plan · Gathers what a plan needs [built-in]
        claude · Takes over what no other agent is for [built-in]
        claude-code-guide · Answers questions about Claude Code [built-in]
        fork · Goes on from the conversation so far [built-in]
    "#]],
    );
    proposed(
        COMMAND_V2,
        &with("\"$0\""),
        expect![[r#"
        agentId · the name of an agent
        name · the name of an agent
        task · text
        description · text
        estimatedTime · a number, at least 0; or text; or true or false; or null
        estimatedDuration · a number, at least 0; or text; or true or false; or null
        timeout · a number, at least 0; or text; or true or false; or null
        priority · a number, at least 0; or text; or true or false; or null
    "#]],
    );
    proposed(
        COMMAND_V2,
        &with("\"task\": \"x\"").replace("[\"look\"]", "[$0]"),
        expect![[r#"
        look · agent tester
    "#]],
    );
    explained(
        COMMAND_V2,
        &with("\"task\": \"x\"").replace("\"code-", "\"co$0de-"),
        expect![[r#"
        <"code-reviewer">
        **code-reviewer** · project agent of Claude Code

        Reviews code for faults

        - Tools: `Read`, `Grep`
        - Model: `sonnet`
        - File: `.claude/agents/code-reviewer.md`
    "#]],
    );
    explained(
        COMMAND_V2,
        &with("\"task\": \"x\"").replace("[\"look\"]", "[\"lo$0ok\"]"),
        expect![[r#"
        <"look">
        **look** · agent tester

        - Level 1 of 2
        - Waits for none
        - Needed by `mend`
        - Estimate 1m, since none is given
        - May start at once
        - On the critical path: a delay here delays the run
    "#]],
    );
    explained(
        COMMAND_V2,
        &with("\"retry$0Policy\": {}"),
        expect![[r#"
            <"retryPolicy">
            **`retryPolicy`**: a map with the keys of [retry](#retry)

            When and how often it is tried again.
        "#]],
    );
    found(
        COMMAND_V2,
        &with("\"task\": \"x\"").replace("[\"look\"]", "[\"lo$0ok\"]"),
        expect![[r#"
        made: 5:16
        used: 6:66
        marked: 5:16= 6:66
    "#]],
    );
    found(
        COMMAND_V2,
        &with("\"task\": \"x\"").replace("inputs\": [\"found", "inputs\": [\"fo$0und"),
        expect![[r#"
            made: 5:83
            used: 6:99
            marked: 5:83= 6:99
        "#]],
    );
}

#[test]
fn no_place_of_any_text_panics() {
    let texts = [
        (ARCHON, inside("$LOOP_PREV.try.output.x $scan-all.output.count")),
        (CLAUDE_FLOW, flow("dev", "build", "${build.output.binary}")),
        (SPEC_KIT, ROLES.replace("LINE", "depends_on: [reader]")),
        (COMMAND_V2, COMMAND.replace("LAST", "\"task\": \"x\"")),
    ];
    for (path, text) in texts {
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let (begun, rest) = text.split_at(at);
            for text in [format!("{begun}$0{rest}"), format!("{begun}$0")] {
                let (snapshot, document, offset) = fixture(path, &text);
                complete(&snapshot, &document, offset);
                hover(&snapshot, &document, offset, None);
                highlight(&snapshot, &document, offset);
            }
        }
    }
}
