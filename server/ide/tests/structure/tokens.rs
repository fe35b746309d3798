//! What is highlighted beyond what a grammar knows.

use divisi_ide::tokens;
use divisi_syntax::Span;
use expect_test::{Expect, expect};

use crate::support::fixture;
use crate::{COMMAND_V2, REVIEW};

fn check(path: &str, text: &str, expected: Expect) {
    let (snapshot, document, _) = fixture(path, &format!("$0{text}"));
    let mut shown = String::new();
    let mut end = 0;
    for token in tokens(&snapshot, &document, Span::new(0, text.len() as u32)) {
        assert!(end <= token.span.start, "{token:?}");
        end = token.span.end;
        let declares = if token.declares { " declared" } else { "" };
        shown.push_str(&format!("{} {:?}{declares}\n", token.span.slice(text).escape_debug(), token.kind));
    }
    expected.assert_eq(&shown);
}

#[test]
fn a_dag() {
    check(
        "a.dag.yaml",
        REVIEW,
        expect![[r#"
        scope Arg declared
        depth Arg declared
        look Phase declared
        tell Phase declared
        quality Node declared
        code-reviewer Agent
        look Phase
        {{ Brace
        args Name
        scope Arg
        }} Brace
        findings Output declared
        tests Node declared
        quality Node
        all_done Word
    "#]],
    );
}

#[test]
fn command_v2() {
    check(
        ".claude/commands/v2/review.json",
        COMMAND_V2,
        expect![[r#"
        look Phase declared
        code-reviewer Agent
        quality Node declared
        tester Agent
        quality Node
    "#]],
    );
}

#[test]
fn templates_and_expressions() {
    check(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    agent: tester\n    runner: claude\n    inputs: {x: {from: b.out}, y: {from: out}}\n    when: nodes.b.outputs.out.size > 2 and not args.dry\n    prompt: >\n      {% for it in nodes[\"a-b\"].outputs.list %}{{ it.name | upper ~ 'x' }}\n      {% endfor %} {{ nodes.b.status }}\n",
        expect![[r#"
            a Node declared
            tester Agent
            claude Runner
            x Input declared
            b Node
            out Output
            y Input declared
            out Output
            nodes Name
            b Node
            outputs Name
            out Output
            size Name
            > Operator
            2 Number
            and Keyword
            not Keyword
            args Name
            dry Arg
            {% Brace
            for Keyword
            in Keyword
            nodes Name
            a-b Node
            outputs Name
            list Output
            %} Brace
            {{ Brace
            it Name
            name Name
            | Operator
            upper Function
            ~ Operator
            \'x\' Text
            }} Brace
            {% Brace
            endfor Keyword
            %} Brace
            {{ Brace
            nodes Name
            b Node
            status Name
            }} Brace
        "#]],
    );
}

#[test]
fn a_range_has_its_own_tokens_only() {
    let text = "nodes:\n  - {id: a, run: [x]}\n  - {id: b, run: [\"{{ args.x }}\"]}\n  - {id: c}\n";
    let (snapshot, document, _) = fixture("a.dag.yaml", &format!("$0{text}"));
    let line = Span::new(document.lines.line_start(2), document.lines.line_start(3));
    let words: Vec<&str> =
        tokens(&snapshot, &document, line).iter().map(|token| token.span.slice(text)).collect();
    assert_eq!(words, ["b", "{{", "args", "x", "}}"]);
}

#[test]
fn markdown_names_agents_that_are_known() {
    check(
        "CLAUDE.md",
        "# Team\n\nUse the code-reviewer agent, then the `nobody-knows` agent.\nOr ask @agent-tester.\n",
        expect![[r#"
            code-reviewer Agent
            tester Agent
        "#]],
    );
}
