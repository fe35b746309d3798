//! What the template scanner sees, and what MiniJinja gets.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Template, expression_to_minijinja, scan, scan_expression, to_minijinja};

fn show(text: &str, template: &Template<'_>) -> String {
    let mut out = String::new();
    for tag in &template.tags {
        let open = if tag.closed { "" } else { " (unclosed)" };
        writeln!(out, "tag {:?}{open}", tag.span.slice(text)).unwrap();
    }
    for reference in &template.references {
        let names: Vec<_> = reference.segments.iter().map(|segment| segment.name).collect();
        let local = if reference.local { " (local)" } else { "" };
        let dynamic = if reference.dynamic { " (dynamic)" } else { "" };
        writeln!(out, "{:?} = {names:?}{local}{dynamic}", reference.span.slice(text)).unwrap();
    }
    for error in &template.errors {
        writeln!(out, "! {:?} {}", error.span.slice(text), error.message).unwrap();
    }
    out
}

fn check(text: &str, expected: Expect) {
    let template = scan(text);
    assert_sound(text, &template);
    expected.assert_eq(&show(text, &template));
}

fn check_expression(text: &str, expected: Expect) {
    let template = scan_expression(text);
    assert_sound(text, &template);
    expected.assert_eq(&show(text, &template));
}

fn assert_sound(text: &str, template: &Template<'_>) {
    for reference in &template.references {
        assert!(!reference.segments.is_empty());
        for segment in &reference.segments {
            assert_eq!(segment.span.slice(text), segment.name);
            assert!(reference.span.contains(segment.span));
        }
    }
    for tag in &template.tags {
        assert!(text.get(tag.span.range()).is_some());
        assert!(tag.span.contains(tag.inner), "{tag:?}");
    }
    for error in &template.errors {
        assert!(text.get(error.span.range()).is_some());
    }
}

#[test]
fn finds_paths_with_and_without_hyphens() {
    check(
        "Merge {{ nodes.quality-check.outputs.find-ings.text }}, not {{ args.x }}.",
        expect![[r#"
        tag "{{ nodes.quality-check.outputs.find-ings.text }}"
        tag "{{ args.x }}"
        "nodes.quality-check.outputs.find-ings.text" = ["nodes", "quality-check", "outputs", "find-ings", "text"]
        "args.x" = ["args", "x"]
    "#]],
    );
    check(
        r#"{{ nodes["a-b"].outputs['x'] }} {{- item.key-1 -}} {{inputs.a-}}"#,
        expect![[r#"
        tag "{{ nodes[\"a-b\"].outputs['x'] }}"
        tag "{{- item.key-1 -}}"
        tag "{{inputs.a-}}"
        "nodes[\"a-b\"].outputs['x" = ["nodes", "a-b", "outputs", "x"]
        "item.key-1" = ["item", "key-1"]
        "inputs.a" = ["inputs", "a"]
    "#]],
    );
    check(
        "{{ args.n - 1 }} {{ args.n-1 }} {{ 1.5 + item.0 }} {{ index }}",
        expect![[r#"
        tag "{{ args.n - 1 }}"
        tag "{{ args.n-1 }}"
        tag "{{ 1.5 + item.0 }}"
        tag "{{ index }}"
        "args.n" = ["args", "n"]
        "args.n-1" = ["args", "n-1"]
        "item.0" = ["item", "0"]
        "index" = ["index"]
    "#]],
    );
}

#[test]
fn leaves_out_what_is_no_reference() {
    check(
        "{{ args.a | default('x', boolean=true) | upper }} {{ range(args.n) }}",
        expect![[r#"
        tag "{{ args.a | default('x', boolean=true) | upper }}"
        tag "{{ range(args.n) }}"
        "args.a" = ["args", "a"]
        "args.n" = ["args", "n"]
    "#]],
    );
    check(
        "{{ 'nodes.x' if nodes.a.status is not defined and not args.b else none }}",
        expect![[r#"
        tag "{{ 'nodes.x' if nodes.a.status is not defined and not args.b else none }}"
        "nodes.a.status" = ["nodes", "a", "status"]
        "args.b" = ["args", "b"]
    "#]],
    );
    check(
        "{{ args.list[index].x }} {{ args.text.split(',')[0].y }} {{ {'k': {'x': args.z}} }}",
        expect![[r#"
        tag "{{ args.list[index].x }}"
        tag "{{ args.text.split(',')[0].y }}"
        tag "{{ {'k': {'x': args.z}} }}"
        "args.list" = ["args", "list"] (dynamic)
        "index" = ["index"]
        "args.text" = ["args", "text"]
        "args.z" = ["args", "z"]
    "#]],
    );
}

#[test]
fn knows_local_names() {
    check(
        "{% for x in args.xs if x.ok %}{{ x.name }} {{ loop.index }}{% else %}{% endfor %}{{ x }}{{ loop }}",
        expect![[r#"
            tag "{% for x in args.xs if x.ok %}"
            tag "{{ x.name }}"
            tag "{{ loop.index }}"
            tag "{% else %}"
            tag "{% endfor %}"
            tag "{{ x }}"
            tag "{{ loop }}"
            "args.xs" = ["args", "xs"]
            "x.ok" = ["x", "ok"] (local)
            "x.name" = ["x", "name"] (local)
            "loop.index" = ["loop", "index"] (local)
            "x" = ["x"]
            "loop" = ["loop"]
        "#]],
    );
    check(
        "{% set a, b = args.pair %}{{ a }}{% with c = b %}{{ c }}{% endwith %}{{ c }}",
        expect![[r#"
        tag "{% set a, b = args.pair %}"
        tag "{{ a }}"
        tag "{% with c = b %}"
        tag "{{ c }}"
        tag "{% endwith %}"
        tag "{{ c }}"
        "args.pair" = ["args", "pair"]
        "a" = ["a"] (local)
        "b" = ["b"] (local)
        "c" = ["c"] (local)
        "c" = ["c"]
    "#]],
    );
    check(
        "{% for item in item.parts %}{{ item }}{% endfor %}",
        expect![[r#"
        tag "{% for item in item.parts %}"
        tag "{{ item }}"
        tag "{% endfor %}"
        "item.parts" = ["item", "parts"]
        "item" = ["item"] (local)
    "#]],
    );
    check(
        "{% macro m(p, q=1) %}{{ p }}{% endmacro %}{{ m(args.x) }}{% set t %}x{% endset %}{{ t }}",
        expect![[r#"
        tag "{% macro m(p, q=1) %}"
        tag "{{ p }}"
        tag "{% endmacro %}"
        tag "{{ m(args.x) }}"
        tag "{% set t %}"
        tag "{% endset %}"
        tag "{{ t }}"
        "p" = ["p"] (local)
        "args.x" = ["args", "x"]
        "t" = ["t"] (local)
    "#]],
    );
}

#[test]
fn unfinished_tags_end_with_their_line() {
    check(
        "See {{ nodes.\nthen {{ args.x }}",
        expect![[r#"
        tag "{{ nodes." (unclosed)
        tag "{{ args.x }}"
        "nodes." = ["nodes", ""]
        "args.x" = ["args", "x"]
        ! "{{" this `{{` is never closed by `}}`
        ! "." a name is missing after this dot
    "#]],
    );
    check(
        "See {{ nodes.a.outputs.",
        expect![[r#"
        tag "{{ nodes.a.outputs." (unclosed)
        "nodes.a.outputs." = ["nodes", "a", "outputs", ""]
        ! "{{" this `{{` is never closed by `}}`
        ! "." a name is missing after this dot
    "#]],
    );
    check(
        "See {{ nodes.a.outputs.\r\nnext line's text",
        expect![[r#"
        tag "{{ nodes.a.outputs." (unclosed)
        "nodes.a.outputs." = ["nodes", "a", "outputs", ""]
        ! "{{" this `{{` is never closed by `}}`
        ! "." a name is missing after this dot
    "#]],
    );
    check(
        "See {{ nodes['a\nnext",
        expect![[r#"
        tag "{{ nodes['a" (unclosed)
        "nodes['a" = ["nodes", "a"]
        ! "{{" this `{{` is never closed by `}}`
    "#]],
    );
    check(
        "{{ nodes. }} {{ nodes.a and }} {{ nodes. and args.x }}",
        expect![[r#"
            tag "{{ nodes. }}"
            tag "{{ nodes.a and }}"
            tag "{{ nodes. and args.x }}"
            "nodes." = ["nodes", ""]
            "nodes.a" = ["nodes", "a"]
            "nodes." = ["nodes", ""]
            "args.x" = ["args", "x"]
            ! "." a name is missing after this dot
            ! "and" a value is missing after this operator
            ! "." a name is missing after this dot
        "#]],
    );
    check(
        "{{ args.a {{ args.b }}",
        expect![[r#"
        tag "{{ args.a " (unclosed)
        tag "{{ args.b }}"
        "args.a" = ["args", "a"]
        "args.b" = ["args", "b"]
        ! "{{" this `{{` is never closed by `}}`
    "#]],
    );
    check(
        "{% if args.a\n{{ args.b }}{% endif %}",
        expect![[r#"
        tag "{% if args.a" (unclosed)
        tag "{{ args.b }}"
        tag "{% endif %}"
        "args.a" = ["args", "a"]
        "args.b" = ["args", "b"]
        ! "{%" this `{%` is never closed by `%}`
    "#]],
    );
    check(
        "{{",
        expect![[r#"
        tag "{{" (unclosed)
        ! "{{" this `{{` is never closed by `}}`
    "#]],
    );
}

#[test]
fn raw_blocks_and_comment_marks_are_text() {
    check(
        "{% raw %}{{ nodes.x }} {#{% endraw %}{{ args.y }}",
        expect![[r#"
        tag "{% raw %}"
        tag "{% endraw %}"
        tag "{{ args.y }}"
        "args.y" = ["args", "y"]
    "#]],
    );
    check(
        "{%- raw -%}{{ x }}",
        expect![[r#"
        tag "{%- raw -%}"
        ! "{%- raw -%}" `{% raw %}` is never closed by `{% endraw %}`
    "#]],
    );
    check(
        "${#list} {{ args.y }} #}",
        expect![[r#"
        tag "{{ args.y }}"
        "args.y" = ["args", "y"]
    "#]],
    );
    check("{\"a\": {\"b\": 1}} and }} and %}", expect![]);
}

#[test]
fn faults_are_named() {
    check(
        "{{ }} {% %} {{ args.a ? 1 }} {{ 'x }} {{ (args.b }}",
        expect![[r#"
        tag "{{ }}"
        tag "{% %}"
        tag "{{ args.a ? 1 }}"
        tag "{{ 'x }}"
        tag "{{ (args.b }}"
        "args.a" = ["args", "a"]
        "args.b" = ["args", "b"]
        ! "{{ }}" an expression is missing between these braces
        ! "{% %}" a statement is missing between these braces
        ! "?" this character has no meaning in an expression
        ! "'x " this text has no closing quote
        ! " (args.b " a bracket in this expression is never closed
    "#]],
    );
    check(
        "{% endif %}{% frobnicate %}{% for x in args.y %}{% if x %}{% endfor %}",
        expect![[r#"
        tag "{% endif %}"
        tag "{% frobnicate %}"
        tag "{% for x in args.y %}"
        tag "{% if x %}"
        tag "{% endfor %}"
        "args.y" = ["args", "y"]
        "x" = ["x"] (local)
        ! "endif" no `{% if %}` is open here that this could end
        ! "frobnicate" there is no statement `frobnicate`; for plain text write `{% raw %}`
        ! "{% for x in args.y %}" `{% for %}` is never closed by `{% endfor %}`
        ! "{% if x %}" `{% if %}` is never closed by `{% endif %}`
        ! "endfor" no `{% for %}` is open here that this could end
    "#]],
    );
}

#[test]
fn operators_of_other_languages() {
    check_expression(
        "args.x && !args.y || args.z != 1",
        expect![[r#"
        "args.x" = ["args", "x"]
        "args.y" = ["args", "y"]
        "args.z" = ["args", "z"]
        ! "&&" `&&` means nothing here: write `and`
        ! "!" `!` means nothing here: write `not`
        ! "||" `||` means nothing here: write `or`
    "#]],
    );
    check(
        "{{ args.x && args.y }}",
        expect![[r#"
        tag "{{ args.x && args.y }}"
        "args.x" = ["args", "x"]
        "args.y" = ["args", "y"]
        ! "&&" `&&` means nothing here: write `and`
    "#]],
    );
    check_expression(
        "args.x | length != 1 and 'a && !b' == args.x",
        expect![[r#"
        "args.x" = ["args", "x"]
        "args.x" = ["args", "x"]
    "#]],
    );
}

#[test]
fn bare_expressions() {
    check_expression(
        "nodes.a-b.status == 'succeeded' and args.n > 3",
        expect![[r#"
        "nodes.a-b.status" = ["nodes", "a-b", "status"]
        "args.n" = ["args", "n"]
    "#]],
    );
    check_expression(
        "{{ nodes.a.status }}",
        expect![[r#"
        "nodes.a.status" = ["nodes", "a", "status"]
        ! "{{" an expression is written here without `{{` and `}}`
    "#]],
    );
    check_expression(
        "",
        expect![[r#"
        ! "" an expression is missing
    "#]],
    );
    check_expression(
        "nodes.a.outputs.",
        expect![[r#"
        "nodes.a.outputs." = ["nodes", "a", "outputs", ""]
        ! "." a name is missing after this dot
    "#]],
    );
    check_expression(
        "nodes.a['x",
        expect![[r#"
        "nodes.a['x" = ["nodes", "a", "x"]
        ! "nodes.a['x" a bracket in this expression is never closed
        ! "'x" this text has no closing quote
    "#]],
    );
}

#[test]
fn minijinja_gets_names_it_can_read() {
    let cases = [
        ("{{ nodes.a-b.outputs.c-d.text }}", r#"{{ nodes["a-b"].outputs["c-d"].text }}"#),
        ("{{ nodes['a-b'].outputs.x }}", "{{ nodes['a-b'].outputs.x }}"),
        ("{{ args.n - 1 }} {{ args.n-1 }}", r#"{{ args.n - 1 }} {{ args["n-1"] }}"#),
        ("{{ args.größe }}{{ args.2fa }}{{ item.0 }}", r#"{{ args["größe"] }}{{ args["2fa"] }}{{ item.0 }}"#),
        ("a-b {{ x - y }} {{ x.a-b }}", "a-b {{ x - y }} {{ x.a-b }}"),
        ("{{args.a-}}", "{{args.a-}}"),
        ("{{ f(1).outputs.a-b }}", r#"{{ f(1).outputs["a-b"] }}"#),
        ("{% if args.a-b %}x{% endif %}", r#"{% if args["a-b"] %}x{% endif %}"#),
        ("{% set x = args.a-b %}", r#"{% set x = args["a-b"] %}"#),
        ("${#x}", r##"${{ "{#" }}x}"##),
        ("{% raw %}{# {{ args.a-b }}{% endraw %}", "{% raw %}{# {{ args.a-b }}{% endraw %}"),
        (r##"{{ "{#" }}{{ 'args.a-b' }}"##, r##"{{ "{#" }}{{ 'args.a-b' }}"##),
    ];
    for (text, expected) in cases {
        assert_eq!(to_minijinja(text), expected, "{text}");
    }
    assert_eq!(expression_to_minijinja("nodes.a-b.status == 'x-y'"), r#"nodes["a-b"].status == 'x-y'"#);
}

#[test]
fn hostile_texts_take_linear_time() {
    for text in ["{{ '", "{{", "{{ (", "{% raw %}", "{{ nodes.", "{% for x in y %}", "{{ \"\\", "{#"] {
        let text = text.repeat(20_000);
        assert_sound(&text, &scan(&text));
    }
}

proptest! {
    #[test]
    fn any_text_is_scanned(text in "(\\{\\{|\\}\\}|\\{%|%\\}|\\{#|raw|endraw|for|in|nodes|args|[.\\-\\[\\]\"'a-c |ä\n]){0,30}") {
        assert_sound(&text, &scan(&text));
        assert_sound(&text, &scan_expression(&text));
        to_minijinja(&text);
    }

    #[test]
    fn without_hyphens_nothing_is_rewritten(text in "(\\{\\{|\\}\\}|\\{%|%\\}|raw|for|in|nodes|args|[.\\[\\]\"'a-c |\n]){0,30}") {
        prop_assert_eq!(to_minijinja(&text), text);
    }
}

#[test]
fn values_and_operators_alternate() {
    let faulty = [
        "args.x ==",
        "== args.x",
        "args.x == and args.y",
        "args.x = 'a'",
        "args.x args.y",
        "args.x || args.y",
        "args.x and",
        "not",
        "(args.x == ) and args.y",
        "args.x[1)",
        "f(args.x) args.y",
        "args.x |",
        "[1, / 2]",
        "args.x 'text'",
        "args.x is",
        "args.x -",
    ];
    let lines = faulty.map(|text| {
        let template = scan_expression(text);
        show(text, &Template { errors: template.errors, ..Template::default() })
    });
    expect![[r#"
        ! "==" a value is missing after this operator
        ! "==" a value is missing before this operator
        ! "args" an operator is missing before this
        ! "=" `=` compares nothing: write `==`
        ! "args" an operator is missing before this
        ! "||" `||` means nothing here: write `or`
        ! "and" a value is missing after this operator
        ! "not" a value is missing after this operator
        ! "==" a value is missing after this operator
        ! ")" this bracket closes another kind than the one that is open
        ! "args" an operator is missing before this
        ! "|" a value is missing after this operator
        ! "/" a value is missing before this operator
        ! "'text'" an operator is missing before this
        ! "is" a value is missing after this operator
        ! "-" a value is missing after this operator
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn sound_expressions_have_no_fault() {
    let sound = [
        "args.x",
        "not args.x",
        "args.x not in [1, 2,]",
        "args.x is not none and not args.y",
        "args.x is in [1]",
        "args.x is not in [1]",
        "args.x is divisibleby 3",
        "args.x is not divisibleby 3",
        "args.is == nodes.in.outputs.not",
        "args.x | default('a') | upper == 'A'",
        "args.x|default(value='a', boolean=true)",
        "-args.x + -1 ** 2 // 3 ~ 'a'",
        "args.x[1:] == args.x[:-1]",
        "args.x[::2]",
        "'a' if args.x else 'b'",
        "{'a': 1, 'b': [2]}['a']",
        "(1,)",
        "range(3)",
        "f(*args.list, **args.map)",
        "(args.x)(1)",
        "nodes.a-b.outputs.c-d.text",
        "1.5e3 < args.x <= 2",
        "true and none is none",
        "'a' \"b\" == 'ab'",
        "and == args.in",
    ];
    for text in sound {
        assert_eq!(scan_expression(text).errors, [], "{text}");
        assert_eq!(scan(&format!("{{{{ {text} }}}}")).errors, [], "{text}");
        let minijinja = expression_to_minijinja(text);
        assert!(minijinja::Environment::new().compile_expression(&minijinja).is_ok(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn what_is_refused_minijinja_refuses(words in prop::collection::vec(prop::sample::select(WORDS), 1..8)) {
        // A keyword behind a dot and a space is taken for the word that it is, unlike in MiniJinja.
        let text = words.join(" ").replace(". ", ".");
        if let Some(error) = scan_expression(&text).errors.first() {
            let minijinja = expression_to_minijinja(&text);
            let compiled = minijinja::Environment::new().compile_expression(&minijinja).map(|_| ());
            prop_assert!(compiled.is_err(), "{}: {}", text, error.message);
        }
    }
}

/// Words of expressions, those that are likely to be sound more often.
const WORDS: &[&str] = &[
    "x",
    "args.x",
    "x",
    "1",
    "'a'",
    "true",
    "none",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "==",
    "<",
    "+",
    "-",
    "*",
    "**",
    "//",
    "~",
    "|",
    "|",
    ".",
    ".",
    "and",
    "or",
    "not",
    "in",
    "is",
    "is",
    "if",
    "else",
    "defined",
    "divisibleby",
    "upper",
    "length",
    "as",
    "recursive",
];
