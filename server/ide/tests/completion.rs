//! What is proposed where, in whole and in unfinished texts.

#![expect(clippy::panic, clippy::unwrap_used, reason = "what goes wrong here fails a test")]

mod support;

use divisi_ide::{Completion, Documentation, complete};
use expect_test::{Expect, expect};

use support::fixture;

fn proposals(path: &str, text: &str) -> Vec<Completion> {
    let (snapshot, document, offset) = fixture(path, text);
    complete(&snapshot, &document, offset)
}

/// One line each: label, detail, note.
fn show(completions: &[Completion]) -> String {
    let mut shown = String::new();
    for it in completions {
        let detail = it.detail.as_deref().map(|detail| format!(" · {detail}")).unwrap_or_default();
        let note = it.note.as_deref().map(|note| format!(" [{note}]")).unwrap_or_default();
        shown.push_str(&format!("{}{detail}{note}\n", it.label));
    }
    shown
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&show(&proposals("a.dag.yaml", text)));
}

fn check_json(text: &str, expected: Expect) {
    expected.assert_eq(&show(&proposals("a.dag.json", text)));
}

/// Only the first labels: of a long list the beginning is what counts.
fn check_first(text: &str, count: usize, expected: Expect) {
    let proposals = proposals("a.dag.yaml", text);
    let labels: Vec<&str> = proposals.iter().take(count).map(|it| it.label.as_str()).collect();
    expected.assert_eq(&labels.join(" "));
}

/// The text after the proposal `label` was taken.
fn check_taken(path: &str, text: &str, label: &str, expected: Expect) {
    let proposals = proposals(path, text);
    let it = proposals
        .iter()
        .find(|it| it.label == label)
        .unwrap_or_else(|| panic!("{label} in\n{}", show(&proposals)));
    let offset = text.find("$0").unwrap() as u32;
    assert!(it.replace.touches(offset), "the cursor stands in what is replaced");
    let mut taken = text.replacen("$0", "", 1);
    let line = taken.get(..it.replace.start as usize).unwrap().rsplit('\n').next().unwrap();
    let indentation = " ".repeat(line.len() - line.trim_start().len());
    let insert =
        if it.snippet { it.insert.replace('\n', &format!("\n{indentation}")) } else { it.insert.clone() };
    taken.replace_range(it.replace.range(), &insert);
    expected.assert_eq(&taken.replace('\r', "\\r"));
}

#[test]
fn agents() {
    check(
        "nodes:\n  - id: a\n    agent: $0\n",
        expect![[r#"
            code-reviewer · Reviews code for faults [project]
            senior-reviewer · Merges reviews. [project]
            tester · Runs tests [project]
            Explore · Searches the code without changing it [built-in]
            Plan · Gathers what a plan needs [built-in]
            claude · Takes over what no other agent is for [built-in]
            claude-code-guide · Answers questions about Claude Code [built-in]
            fork · Goes on from the conversation so far [built-in]
            general-purpose · Works on tasks of several steps that need both search and changes [built-in]
            output-style-setup · Sets up an output style [built-in]
            statusline-setup · Sets up the status line [built-in]
        "#]],
    );
}

#[test]
fn agents_by_a_part_of_their_name() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    agent: code-re$0v\n    prompt: x\n",
        "code-reviewer",
        expect![[r#"
        nodes:
          - id: a
            agent: code-reviewer
            prompt: x
    "#]],
    );
}

#[test]
fn agents_in_quotes() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    agent: \"co$0\"\n",
        "code-reviewer",
        expect![[r#"
        nodes:
          - id: a
            agent: "code-reviewer"
    "#]],
    );
}

#[test]
fn agents_in_an_open_quote() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    agent: \"co$0\n  - id: b\n",
        "code-reviewer",
        expect![[r#"
        nodes:
          - id: a
            agent: "code-reviewer
          - id: b
    "#]],
    );
}

#[test]
fn agents_in_a_flow_mapping() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - { id: a, agent: $0 }\n",
        "tester",
        expect![[r#"
        nodes:
          - { id: a, agent: tester }
    "#]],
    );
}

#[test]
fn agents_in_an_open_flow_mapping() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - { id: a, agent: te$0\n  - { id: b }\n",
        "tester",
        expect![[r#"
        nodes:
          - { id: a, agent: tester
          - { id: b }
    "#]],
    );
}

#[test]
fn agents_on_the_next_line() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    agent:\n      $0\n",
        "tester",
        expect![[r#"
        nodes:
          - id: a
            agent:
              tester
    "#]],
    );
}

const CHAIN: &str = "\
nodes:
  - {id: a, run: [\"true\"]}
  - {id: b, run: make, depends_on: [a]}
  - id: c
    agent: tester
    depends_on: [$0]
  - {id: d, run: make, depends_on: [c]}
  - {id: e, run: make, depends_on: [d]}
";

#[test]
fn dependencies_and_those_that_would_close_a_cycle_last() {
    check(
        CHAIN,
        expect![[r#"
        a · run true
        b · run make
        d · run make [closes a cycle]
        e · run make [closes a cycle]
    "#]],
    );
}

#[test]
fn the_reason_why_a_dependency_would_close_a_cycle() {
    let proposals = proposals("a.dag.yaml", CHAIN);
    let last = proposals.last().unwrap().documentation.clone().unwrap();
    let Documentation::Text(text) = last else { panic!("{last:?}") };
    expect!["Would close a cycle: e → d → c (each waits for the next)."].assert_eq(&text);
}

#[test]
fn dependencies_that_are_listed_already_are_left_out() {
    check(
        "nodes:\n  - {id: a, run: x}\n  - {id: b, run: x}\n  - id: c\n    run: x\n    depends_on: [a, $0]\n",
        expect![[r#"
            b · run x
        "#]],
    );
}

#[test]
fn dependencies_in_an_open_list() {
    check(
        "nodes:\n  - {id: a, run: x}\n  - {id: b, run: x}\n  - id: c\n    depends_on: [a, $0\n",
        expect![[r#"
        b · run x
    "#]],
    );
}

#[test]
fn dependencies_in_an_open_list_with_nodes_below() {
    check(
        "nodes:\n  - {id: a, run: x}\n  - id: c\n    depends_on: [$0\n  - id: d\n    run: x\n    depends_on: [c]\n",
        expect![[r#"
            a · run x
            d · run x [closes a cycle]
        "#]],
    );
}

#[test]
fn dependencies_as_items() {
    check(
        "nodes:\n  - {id: a, run: x}\n  - id: c\n    run: x\n    depends_on:\n      - $0\n",
        expect![[r#"
        a · run x
    "#]],
    );
}

#[test]
fn dependencies_under_an_alias() {
    check(
        "nodes:\n  - {id: a, run: x}\n  - id: c\n    run: x\n    needs: [$0]\n",
        expect![[r#"
        a · run x
    "#]],
    );
}

#[test]
fn a_lone_dependency() {
    check(
        "nodes:\n  - {id: a, run: x}\n  - id: c\n    run: x\n    depends_on: $0\n",
        expect![[r#"
        a · run x
    "#]],
    );
}

#[test]
fn nodes_of_a_phase() {
    check(
        "phases:\n  - id: p\n    nodes: [$0]\nnodes:\n  - {id: a, run: x}\n",
        expect![[r#"
        a · run x
    "#]],
    );
}

#[test]
fn phases() {
    check(
        "phases:\n  - {id: p, title: First}\n  - {id: q}\nnodes:\n  - id: a\n    run: x\n    phase: $0\n",
        expect![[r#"
            p · First
            q
        "#]],
    );
}

#[test]
fn keys_of_an_empty_dag() {
    check_first("$0", 4, expect!["nodes version name description"]);
}

#[test]
fn keys_of_a_dag_after_others() {
    check_first("name: x\n$0\nnodes: []\n", 4, expect!["version description tags args"]);
}

#[test]
fn keys_of_a_node_on_an_empty_line() {
    check_first("nodes:\n  - id: a\n    $0\n", 8, expect!["title agent prompt run command dag approve args"]);
}

#[test]
fn keys_of_a_node_between_others() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    ti$0\n    run: x\n  - id: b\n",
        "title",
        expect![[r#"
        nodes:
          - id: a
            title: 
            run: x
          - id: b
    "#]],
    );
}

#[test]
fn keys_of_a_node_at_its_dash() {
    check_first("nodes:\n  - $0\n", 4, expect!["id agent node program node title"]);
}

#[test]
fn keys_that_have_their_colon() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    estim$0: 5m\n",
        "estimate",
        expect![[r#"
        nodes:
          - id: a
            estimate: 5m
    "#]],
    );
}

#[test]
fn keys_of_a_flow_mapping() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - { id: a, ru$0 }\n",
        "run",
        expect![[r#"
        nodes:
          - { id: a, run: }
    "#]],
    );
}

#[test]
fn keys_without_effect_on_this_kind_of_node_stand_last() {
    let proposals = proposals("a.dag.yaml", "nodes:\n  - id: a\n    run: make\n    $0\n");
    let last: Vec<String> =
        proposals.iter().filter(|it| it.note.is_some()).map(|it| it.label.clone()).collect();
    expect!["agent prompt command dag approve args runner model tools max_turns budget allow_inline_shell"]
        .assert_eq(&last.join(" "));
}

#[test]
fn keys_of_defaults() {
    check_first("defaults:\n  $0\nnodes: []\n", 3, expect!["runner model timeout"]);
}

#[test]
fn keys_of_an_argument() {
    check(
        "args:\n  scope:\n    $0\n",
        expect![[r#"
        type · string, integer, number, boolean, list
        default · anything
        required · true or false
        description · text
        enum · a list of: anything
        secret · true or false
    "#]],
    );
}

#[test]
fn no_keys_where_names_are_free() {
    check("args:\n  $0\n", expect![[""]]);
}

#[test]
fn nodes_as_a_map() {
    check_first("nodes:\n  a:\n    $0\n", 3, expect!["title agent prompt"]);
}

#[test]
fn a_node_snippet_where_an_item_would_begin() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    run: x\n  $0\n",
        "agent node",
        expect![[r#"
            nodes:
              - id: a
                run: x
              - id: ${1:name}
                agent: ${2:agent}
                depends_on: [$3]
                prompt: ${4:What to do}$0
        "#]],
    );
}

#[test]
fn a_node_snippet_in_an_empty_list() {
    check(
        "nodes:\n  $0\n",
        expect![[r#"
        agent node · a node that gives an agent a prompt
        program node · a node that runs a program
    "#]],
    );
}

#[test]
fn a_node_snippet_behind_the_dash() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - $0\n",
        "program node",
        expect![[r#"
        nodes:
          - id: ${1:name}
            depends_on: [$2]
            run: ${3:program}$0
    "#]],
    );
}

#[test]
fn enums() {
    check(
        "nodes:\n  - id: a\n    trigger_rule: $0\n",
        expect![[r#"
        all_success [default]
        none_failed
        none_failed_min_one_success
        one_success
        all_done
    "#]],
    );
    check(
        "on_failure: c$0\n",
        expect![[r#"
        stop [default]
        abort
        continue
        compensate
    "#]],
    );
}

#[test]
fn booleans() {
    check(
        "nodes:\n  - id: a\n    continue_on_error: $0\n",
        expect![[r#"
        true
        false [default]
    "#]],
    );
}

#[test]
fn durations() {
    check(
        "nodes:\n  - id: a\n    timeout: $0\n",
        expect![[r#"
        30s
        1m
        5m
        10m
        30m
        1h
    "#]],
    );
}

#[test]
fn runners() {
    check(
        "defaults: { runner: $0 }\n",
        expect![[r#"
        acp [built in]
        claude [built in]
        codex [built in]
        gemini [built in]
        opencode [built in]
    "#]],
    );
}

#[test]
fn models_that_agents_name() {
    check(
        "nodes:\n  - id: a\n    agent: tester\n    model: $0\n",
        expect![[r#"
        sonnet
    "#]],
    );
}

#[test]
fn locks() {
    check(
        "locks: { database: 2 }\nnodes:\n  - {id: a, run: x, locks: [port]}\n  - {id: b, run: x, locks: [$0]}\n",
        expect![[r#"
        database
        port
    "#]],
    );
}

#[test]
fn outputs_for_inputs() {
    check(
        "nodes:\n  - {id: a, run: x, outputs: [report, log]}\n  - id: b\n    run: x\n    depends_on: [a]\n    inputs:\n      r: { from: $0 }\n",
        expect![[r#"
            a.log · output
            a.report · output
        "#]],
    );
}

#[test]
fn nothing_in_names_and_texts() {
    check("nodes:\n  - id: $0\n", expect![[""]]);
    check("description: Some $0 words\n", expect![[""]]);
    check("nodes:\n  - id: a\n    agent: tester\n    prompt: |\n      Review $0\n", expect![[""]]);
    check("# a comment $0\nnodes: []\n", expect![[""]]);
}

/// A DAG whose last node has this prompt.
fn with_prompt(prompt: &str) -> String {
    format!(
        "args:\n  scope: {{ default: src, description: What to review }}\nnodes:\n  \
         - id: code-analysis\n    run: x\n    outputs: {{ structure: {{ file: structure.md }}, notes: {{}} }}\n  \
         - id: other\n    run: x\n  - id: last\n    agent: tester\n    depends_on: [code-analysis]\n    \
         inputs: {{ map: code-analysis.structure }}\n    prompt: {prompt}"
    )
}

#[test]
fn roots_of_templates() {
    check(
        &with_prompt("Map {{ $0 }}\n"),
        expect![[r#"
        args · arguments of the run
        inputs · inputs of this node
        nodes · outputs and status of nodes it waits for
        run · the run itself
    "#]],
    );
}

#[test]
fn nodes_in_templates_those_upstream_first() {
    check(
        &with_prompt("Map {{ nodes.$0 }}\n"),
        expect![[r#"
        code-analysis · run x
        other · run x [not upstream]
    "#]],
    );
}

#[test]
fn nodes_in_an_unfinished_template() {
    check(
        &with_prompt("Map {{ nodes.$0\n"),
        expect![[r#"
        code-analysis · run x
        other · run x [not upstream]
    "#]],
    );
}

#[test]
fn nodes_in_a_block_scalar() {
    check(
        &with_prompt("|\n      Look at this:\n\n      {{ nodes.co$0\n      and more\n"),
        expect![[r#"
        code-analysis · run x
        other · run x [not upstream]
    "#]],
    );
}

#[test]
fn the_name_in_a_template_is_replaced_and_no_more() {
    check_taken(
        "a.dag.yaml",
        "nodes:\n  - {id: code-analysis, run: x}\n  - id: b\n    depends_on: [code-analysis]\n    agent: tester\n    prompt: >-\n      See {{ nodes.code-a$0na.outputs.x }} there\n",
        "code-analysis",
        expect![[r#"
            nodes:
              - {id: code-analysis, run: x}
              - id: b
                depends_on: [code-analysis]
                agent: tester
                prompt: >-
                  See {{ nodes.code-analysis.outputs.x }} there
        "#]],
    );
}

#[test]
fn parts_of_a_node() {
    check(
        &with_prompt("{{ nodes.code-analysis.$0 }}\n"),
        expect![[r#"
        outputs · what the node made
        status · how code-analysis ended: succeeded, failed, skipped …
    "#]],
    );
    check(
        &with_prompt("\"{{ nodes.code-analysis.$0\"\n"),
        expect![[r#"
        outputs · what the node made
        status · how code-analysis ended: succeeded, failed, skipped …
    "#]],
    );
}

#[test]
fn outputs_of_a_node() {
    check(
        &with_prompt("Merge {{ nodes.code-analysis.outputs.$0 }}\n"),
        expect![[r#"
        notes · output
        structure · path of structure.md; its contents are .text
    "#]],
    );
    check(
        &with_prompt("Merge {{ nodes[\"code-analysis\"].outputs.st$0 }}\n"),
        expect![[r#"
        notes · output
        structure · path of structure.md; its contents are .text
    "#]],
    );
}

#[test]
fn the_text_of_a_file() {
    check(
        &with_prompt("Merge {{ nodes.code-analysis.outputs.structure.$0 }}\n"),
        expect![[r#"
        text · contents of structure.md, 256 KB at most
    "#]],
    );
}

#[test]
fn arguments_and_inputs() {
    check(
        &with_prompt("{{ args.s$0 }}\n"),
        expect![[r#"
        scope · What to review [default "src"]
    "#]],
    );
    check(
        &with_prompt("On {{ inputs.$0 }}\n"),
        expect![[r#"
        map · code-analysis.structure
    "#]],
    );
    check(
        &with_prompt("On {{ run.$0 }}\n"),
        expect![[r#"
        id · the run's id
    "#]],
    );
}

#[test]
fn the_second_of_two_tags() {
    check(
        &with_prompt("On {{ args.scope }} and {{ args.$0\n"),
        expect![[r#"
        scope · What to review [default "src"]
    "#]],
    );
}

#[test]
fn nothing_between_two_tags() {
    check(&with_prompt("On {{ args.scope }} and args.$0 {{ args.scope }}\n"), expect![[""]]);
}

#[test]
fn statements() {
    check(
        &with_prompt("|\n      {% if args.$0 %}x{% endif %}\n"),
        expect![[r#"
        scope · What to review [default "src"]
    "#]],
    );
}

#[test]
fn conditions_need_no_tags() {
    check(
        "args: { deploy: { type: boolean } }\nnodes:\n  - id: a\n    run: x\n    when: args.$0\n",
        expect![[r#"
            deploy · argument
        "#]],
    );
}

#[test]
fn elements_of_argv_are_templates_and_a_line_is_none() {
    check(
        "args: { scope: {} }\nnodes:\n  - id: a\n    run: [ls, \"{{ args.$0\"]\n",
        expect![[r#"
        scope · argument
    "#]],
    );
    check("args: { scope: {} }\nnodes:\n  - id: a\n    run: ls {{ args.$0\n", expect![[""]]);
}

#[test]
fn fields_of_items() {
    check(
        "nodes:\n  - id: a\n    for_each: [{ key: eu, host: x }]\n    run: [ping, \"{{ item.$0 }}\"]\n",
        expect![[r#"
            host · field of the item
            key · field of the item
        "#]],
    );
}

#[test]
fn json_keys() {
    check_taken(
        "a.dag.json",
        "{ \"nodes\": [ { \"id\": \"a\", $0 } ] }",
        "run",
        expect![[r#"{ "nodes": [ { "id": "a", "run":  } ] }"#]],
    );
    check_taken(
        "a.dag.json",
        "{ \"nodes\": [ { \"id\": \"a\", \"ru$0\" } ] }",
        "run",
        expect![[r#"{ "nodes": [ { "id": "a", "run" } ] }"#]],
    );
    check_taken(
        "a.dag.json",
        "{ \"nodes\": [ { \"id\": \"a\", \"ru$0\": 1 } ] }",
        "run",
        expect![[r#"{ "nodes": [ { "id": "a", "run": 1 } ] }"#]],
    );
}

#[test]
fn json_values() {
    check_taken(
        "a.dag.json",
        "{ \"nodes\": [ { \"id\": \"a\", \"agent\": $0 } ] }",
        "tester",
        expect![[r#"{ "nodes": [ { "id": "a", "agent": "tester" } ] }"#]],
    );
    check_taken(
        "a.dag.json",
        "{ \"nodes\": [ { \"id\": \"a\", \"agent\": \"te$0\" } ] }",
        "tester",
        expect![[r#"{ "nodes": [ { "id": "a", "agent": "tester" } ] }"#]],
    );
    check_json(
        "{ \"nodes\": [ { \"id\": \"a\" }, { \"id\": \"b\", \"depends_on\": [ \"$0",
        expect![[r#"
            a · no work yet
        "#]],
    );
    check_json(
        "{ // a comment\n \"on_failure\": \"$0\", }",
        expect![[r#"
        stop [default]
        abort
        continue
        compensate
    "#]],
    );
}

#[test]
fn json_templates() {
    check_json(
        "{ \"args\": {\"scope\": {}}, \"nodes\": [ { \"id\": \"a\", \"agent\": \"tester\", \"prompt\": \"On {{ args.$0\" } ] }",
        expect![[r#"
            scope · argument
        "#]],
    );
}

#[test]
fn command_v2() {
    let text = "{ \"phases\": [ { \"agents\": [ { \"id\": \"a\" }, { \"id\": \"b\", \"dependencies\": [\"$0\"] } ] } ] }";
    expect![[r#"
        a · no work yet
    "#]]
    .assert_eq(&show(&proposals("commands/v2/x.json", text)));
}

#[test]
fn the_front_matter_of_a_command() {
    let text = "---\ndescription: x\ndivisi:\n  nodes:\n    - id: a\n      agent: $0\n---\nBody\n";
    expect![[r#"
        code-reviewer · Reviews code for faults [project]
        senior-reviewer · Merges reviews. [project]
        tester · Runs tests [project]
        Explore · Searches the code without changing it [built-in]
        Plan · Gathers what a plan needs [built-in]
        claude · Takes over what no other agent is for [built-in]
        claude-code-guide · Answers questions about Claude Code [built-in]
        fork · Goes on from the conversation so far [built-in]
        general-purpose · Works on tasks of several steps that need both search and changes [built-in]
        output-style-setup · Sets up an output style [built-in]
        statusline-setup · Sets up the status line [built-in]
    "#]]
    .assert_eq(&show(&proposals(".claude/commands/x.md", text)));
}

#[test]
fn the_front_matter_of_an_agent() {
    let text = "---\nname: x\nde$0\n---\nBody\n";
    let proposals = proposals(".claude/agents/x.md", text);
    expect!["description"].assert_eq(&proposals.first().map(|it| it.label.clone()).unwrap_or_default());
}

#[test]
fn documents_that_are_not_ours() {
    expect![[""]].assert_eq(&show(&proposals("values.yaml", "nodes:\n  - $0\n")));
    expect![[""]].assert_eq(&show(&proposals("README.md", "nodes: $0\n")));
}

#[test]
fn crlf() {
    check_taken(
        "a.dag.yaml",
        "nodes:\r\n  - id: a\r\n    agent: te$0\r\n    prompt: x\r\n",
        "tester",
        expect![[r#"
            nodes:\r
              - id: a\r
                agent: tester\r
                prompt: x\r
        "#]],
    );
    check_first("nodes:\r\n  - id: a\r\n    $0\r\n", 2, expect!["title agent"]);
}

#[test]
fn no_place_of_any_text_panics() {
    let texts = [
        CHAIN,
        "{ \"nodes\": [ { \"id\": \"ä\", \"prompt\": \"😀 {{ nodes.",
        "---\ndivisi:\n  nodes: [",
        "a: &b [*b\n\t- {{",
    ];
    for text in texts {
        let text = text.replacen("$0", "", 1);
        for path in ["a.dag.yaml", "a.dag.json", ".claude/commands/x.md", ".claude/agents/x.md"] {
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let mut marked = text.clone();
                marked.insert_str(at, "$0");
                let (snapshot, document, offset) = fixture(path, &marked);
                complete(&snapshot, &document, offset);
                divisi_ide::hover(&snapshot, &document, offset, None);
            }
        }
    }
}
