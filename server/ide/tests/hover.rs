//! What is explained where.

mod support;

use divisi_ide::hover;
use expect_test::{Expect, expect};

use support::fixture;

fn check_in(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, offset) = fixture(path, text);
    let shown = hover(&snapshot, &document, offset, None)
        .map(|it| format!("<{}>\n{}\n", it.span.slice(&document.text), it.markdown))
        .unwrap_or_default();
    expected.assert_eq(&shown);
}

fn check(text: &str, expected: Expect) {
    check_in("a.dag.yaml", text, expected);
}

#[test]
fn an_agent() {
    check(
        "nodes:\n  - id: a\n    agent: code-$0reviewer\n    prompt: x\n",
        expect![[r#"
            <code-reviewer>
            **code-reviewer** · project agent of Claude Code

            Reviews code for faults

            - Tools: `Read`, `Grep`
            - Model: `sonnet`
            - File: `.claude/agents/code-reviewer.md`
        "#]],
    );
}

#[test]
fn an_agent_whose_name_is_written_otherwise() {
    check(
        "nodes:\n  - id: a\n    agent: Senior_$0Reviewer\n    prompt: x\n",
        expect![[r#"
            <Senior_Reviewer>
            **senior-reviewer** · project agent of Claude Code

            Merges reviews.
            Knows them all.

            - Tools: all
            - File: `.claude/agents/senior-reviewer.md`
        "#]],
    );
}

#[test]
fn a_built_in_agent() {
    check(
        "nodes:\n  - {id: a, agent: $0Explore, prompt: x}\n",
        expect![[r#"
            <Explore>
            **Explore** · built-in agent of Claude Code

            Searches the code without changing it

            - Tools: all
        "#]],
    );
}

#[test]
fn an_agent_that_nobody_knows() {
    check("nodes:\n  - {id: a, agent: no$0body, prompt: x}\n", expect![[""]]);
}

const DIAMOND: &str = "\
nodes:
  - {id: a, run: make, estimate: 1m}
  - {id: b, run: make b, estimate: 5m, depends_on: [a]}
  - {id: c, title: Checks, agent: tester, prompt: x, estimate: 2m, depends_on: [a]}
  - {id: d, run: [make, d], depends_on: [b, c]}
";

#[test]
fn a_node_on_the_critical_path() {
    check(
        &DIAMOND.replacen("id: b", "id: $0b", 1),
        expect![[r#"
        <b>
        **b** · run make b

        - Level 2 of 3
        - Waits for `a`
        - Needed by `d`
        - Estimate 5m
        - Starts after 1m at the earliest
        - On the critical path: a delay here delays the run
    "#]],
    );
}

#[test]
fn a_node_with_slack() {
    check(
        &DIAMOND.replacen("id: c", "id: c$0", 1),
        expect![[r#"
        <c>
        **c** · agent tester

        Checks

        - Level 2 of 3
        - Waits for `a`
        - Needed by `d`
        - Estimate 2m
        - Starts after 1m at the earliest
        - Slack 3m: it may be that late
    "#]],
    );
}

#[test]
fn a_node_without_an_estimate_where_it_is_named() {
    check(
        &format!("{DIAMOND}  - {{id: e, run: x, depends_on: [d$0]}}\n"),
        expect![[r#"
        <d>
        **d** · run make d

        - Level 3 of 4
        - Waits for `b`, `c`
        - Needed by `e`
        - Estimate 1m, since none is given
        - Starts after 6m at the earliest
        - On the critical path: a delay here delays the run
    "#]],
    );
}

#[test]
fn a_node_in_a_cycle() {
    check(
        "nodes:\n  - {id: $0a, run: x, depends_on: [b]}\n  - {id: b, run: x, depends_on: [a]}\n",
        expect![[r#"
        <a>
        **a** · run x

        - The graph has a cycle, so there is no plan
        - Waits for `b`
        - Needed by `b`
        - Estimate 1m, since none is given
    "#]],
    );
}

#[test]
fn a_node_in_a_template() {
    check(
        "nodes:\n  - {id: a-1, run: x, outputs: [o]}\n  - id: b\n    agent: tester\n    depends_on: [a-1]\n    prompt: |\n      See\n      {{ nodes.a-1.out$0puts.o }}\n",
        expect![[r#"
            <nodes.a-1.outputs.o>
            **a-1** · run x

            - Level 1 of 2
            - Waits for none
            - Needed by `b`
            - Estimate 1m, since none is given
            - May start at once
            - On the critical path: a delay here delays the run
        "#]],
    );
}

#[test]
fn an_argument_in_a_template() {
    check(
        "args: { scope: { default: src, description: What to review } }\nnodes:\n  - {id: a, run: [ls, \"{{ args.sc$0ope }}\"]}\n",
        expect![[r#"
            <args.scope>
            **`args.scope`**

            What to review

            Default: `"src"`
        "#]],
    );
}

#[test]
fn keys() {
    check(
        "nodes:\n  - id: a\n    idle_$0timeout: 2m\n",
        expect![[r#"
        <idle_timeout>
        **`idle_timeout`**: a duration such as `90s` or `1h30m`

        The longest an attempt may be silent (a program: no output; an agent: no event); then it is stopped and has failed. Units `ms`, `s`, `m`, `h`, `d`.

        Example: `idle_timeout: 2m`

        Default: no limit
    "#]],
    );
    check(
        "max_par$0allel: 2\n",
        expect![[r#"
        <max_parallel>
        **`max_parallel`**: a whole number from 1 to 100000

        The most nodes that run at the same time.

        Example: `max_parallel: 4`

        Default: the setting `run.max_parallel`, else the number of processors
    "#]],
    );
}

#[test]
fn an_alias_of_a_key() {
    check(
        "nodes:\n  - id: a\n    ne$0eds: []\n",
        expect![[r#"
        <needs>
        **`depends_on`**: a list of: the id of a node; or the id of a node

        Ids of the nodes it waits for.

        Example: `depends_on: [analysis, tests]`

        Default: none: it may start at once

        Also read as `needs`, `depends`, `dependsOn`, `dependencies`, `blockedBy`
    "#]],
    );
}

#[test]
fn nothing_to_say() {
    check("nodes:\n  - id: a\n    unknown_k$0ey: 2m\n", expect![[""]]);
    check("args:\n  sco$0pe: {}\n", expect![[""]]);
    check("description: So$0me text\n", expect![[""]]);
    check("$0", expect![[""]]);
    check("# comm$0ent\n", expect![[""]]);
    check_in("values.yaml", "nodes:\n  - id: $0a\n", expect![[""]]);
}

#[test]
fn json() {
    check_in(
        "a.dag.json",
        "{ \"nodes\": [ { \"id\": \"a\", \"agent\": \"test$0er\" } ] }",
        expect![[r#"
            <"tester">
            **tester** · project agent of Claude Code

            Runs tests

            - Tools: all
            - File: `.claude/agents/tester.md`
        "#]],
    );
}

#[test]
fn a_node_that_ran() {
    let (snapshot, document, offset) = fixture("a.dag.yaml", &DIAMOND.replacen("id: d", "id: d$0", 1));
    let last = divisi_ide::Durations::from([("d".to_owned(), std::time::Duration::from_secs(192))]);
    let shown = hover(&snapshot, &document, offset, Some(&last)).map(|hover| hover.markdown);
    expect![[r#"
        **d** · run make d

        - Level 3 of 3
        - Waits for `b`, `c`
        - Needed by none
        - Estimate 1m, since none is given
        - Starts after 6m at the earliest
        - On the critical path: a delay here delays the run
        - Took 3m 12s in the last run"#]]
    .assert_eq(&shown.unwrap_or_default());
}
