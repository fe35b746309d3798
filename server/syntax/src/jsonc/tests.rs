//! What the JSONC parser makes of good, unfinished and hostile texts.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::parse;
use crate::limits::Limits;
use crate::scalar::ScalarValue;
use crate::span::Span;
use crate::tree::{ErrorKind, Kind, NodeId, Tree};

fn tree(text: &str) -> Tree {
    parse(Arc::from(text), Limits::default())
}

fn value(tree: &Tree, id: NodeId) -> Value {
    match tree.kind(id) {
        Kind::Mapping => {
            let entries = tree
                .entries(id)
                .map(|(key, entry)| (tree.str(key).unwrap().into_owned(), value(tree, entry)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Sequence => tree.items(id).map(|item| value(tree, item)).collect(),
        _ => match tree.scalar(id).unwrap() {
            ScalarValue::Null => Value::Null,
            ScalarValue::Bool(value) => value.into(),
            ScalarValue::Int(value) => value.into(),
            ScalarValue::Float(value) => value.into(),
            ScalarValue::Str(value) => value.into_owned().into(),
        },
    }
}

/// The tree as plain JSON with sources instead of decoded scalars, then the faults.
fn check(text: &str, expected: Expect) {
    let tree = tree(text);
    let mut shown = String::new();
    if let Some(root) = tree.root() {
        outline(&tree, root, &mut shown);
    }
    for error in tree.errors() {
        let line = text[..error.span.start as usize].matches('\n').count() + 1;
        write!(shown, "\n{line}: {:?} {}", error.span.slice(text), error.message).unwrap();
    }
    expected.assert_eq(&shown);
    assert_sound(&tree);
}

fn outline(tree: &Tree, id: NodeId, out: &mut String) {
    match tree.kind(id) {
        Kind::Mapping => {
            out.push('{');
            for (key, value) in tree.entries(id) {
                outline(tree, key, out);
                out.push(':');
                outline(tree, value, out);
                out.push(' ');
            }
            out.push('}');
        }
        Kind::Sequence => {
            out.push('[');
            for item in tree.items(id) {
                outline(tree, item, out);
                out.push(' ');
            }
            out.push(']');
        }
        _ if tree.is_missing(id) => out.push('_'),
        _ => out.push_str(tree.span(id).slice(tree.text())),
    }
}

/// Children lie inside their parents, in order, on character boundaries, with every key before a value.
fn assert_sound(tree: &Tree) {
    assert!(tree.documents().len() <= 1);
    for index in 0..tree.len() {
        let id = NodeId(index as u32);
        let span = tree.span(id);
        assert!(tree.text().get(span.range()).is_some());
        let mut end = span.start;
        let mut children = 0;
        for child in tree.children(id) {
            assert!(span.contains(tree.span(child)), "{:?} in {span:?}", tree.span(child));
            assert!(tree.span(child).start >= end);
            end = tree.span(child).end;
            children += 1;
        }
        assert!(tree.kind(id) != Kind::Mapping || children % 2 == 0);
    }
    for error in tree.errors() {
        assert!(tree.text().get(error.span.range()).is_some_and(|text| !text.contains('\n')));
    }
    assert_covers(tree);
}

/// Scalars, comments, punctuation and white space together are the whole text: nothing is lost but what a fault
/// names, so the check holds for trees without faults.
fn assert_covers(tree: &Tree) {
    if !tree.errors().is_empty() {
        return;
    }
    let scalars =
        (0..tree.len()).map(|index| NodeId(index as u32)).filter(|id| tree.kind(*id) == Kind::Scalar);
    let mut pieces: Vec<Span> =
        scalars.map(|id| tree.span(id)).chain(tree.comments().iter().copied()).collect();
    pieces.sort_unstable();
    let mut at = 0;
    for piece in pieces.into_iter().chain([Span::at(tree.text().len() as u32)]) {
        let between = Span::new(at, piece.start).slice(tree.text());
        assert!(between.chars().all(|c| c.is_whitespace() || "{}[]:,\u{feff}".contains(c)), "{between:?}");
        at = piece.end;
    }
}

#[test]
fn reads_comments_and_trailing_commas() {
    check(
        "\u{feff}// head\n{ \"a\": [1, 2,], /* in */ \"b\": {\"c\": null,}, } // tail\n",
        expect![[r#"{"a":[1 2 ] "b":{"c":null } }"#]],
    );
    let tree = tree("// head\n[1 /* x */]\n/* tail */");
    let comments: Vec<_> = tree.comments().iter().map(|span| span.slice(tree.text())).collect();
    assert_eq!(comments, ["// head", "/* x */", "/* tail */"]);
}

#[test]
fn an_empty_text_has_no_node() {
    check("", expect![[""]]);
    check("// nothing\n", expect![[""]]);
}

#[test]
fn duplicate_keys_stay() {
    check(r#"{"a": 1, "a": 2}"#, expect![[r#"{"a":1 "a":2 }"#]]);
}

#[test]
fn names_what_is_missing() {
    check(
        "{\n  \"a\": 1\n  \"b\": 2\n}",
        expect![[r#"
        {"a":1 "b":2 }
        2: "1" a comma is missing after this"#]],
    );
    check(
        "{\n  \"a\":\n  \"b\": 2\n}",
        expect![[r#"
        {"a":_ "b":2 }
        2: ":" a value is missing after this colon"#]],
    );
    check(
        "{\n  \"a\"\n  \"b\": 2\n}",
        expect![[r#"
        {"a":_ "b":2 }
        2: "\"" a colon and a value are missing after this key"#]],
    );
    check(
        "{\"a\" 1, \"b\": }",
        expect![[r#"
        {"a":1 "b":_ }
        1: "1" a colon is missing before this value
        1: ":" a value is missing after this colon"#]],
    );
    check(
        "[1,, 2 3]",
        expect![[r#"
            [1 2 3 ]
            1: "," nothing stands before this comma
            1: "2" a comma is missing after this"#]],
    );
    check(
        "{: 1, , \"b\": 2}",
        expect![[r#"
        {_:1 "b":2 }
        1: ":" a key is missing before this colon
        1: "," nothing stands before this comma"#]],
    );
    check(
        "[\"a\": 1, 2]",
        expect![[r#"
        ["a" 1 2 ]
        1: ":" a list has no keys; write this as a mapping in braces"#]],
    );
}

#[test]
fn names_what_json_writes_otherwise() {
    check(
        "{a: 'x', \"b\": True, \"c\": nodes.x, \"d\": 01}",
        expect![[r#"
            {a:'x' "b":True "c":nodes.x "d":01 }
            1: "a" JSON writes keys in double quotes
            1: "'" JSON writes text in double quotes
            1: "True" JSON writes `true`, `false` and `null` in small letters
            1: "nodes.x" this is no number and no literal; JSON writes text in double quotes
            1: "01" this is no number and no literal; JSON writes text in double quotes"#]],
    );
    check(
        "{\n  # comment\n  \"a\": 1\n}",
        expect![[r##"
        {"a":1 }
        2: "#" a comment starts with `//` in this format"##]],
    );
    check(
        "{\n\u{a0} \"a\": \"\\x \\u12\"\n}",
        expect![[r#"
            {"a":"\x \u12" }
            2: "\u{a0}" this only looks like a space; replace it by a plain one
            2: "\\x" JSON has no such escape; a backslash itself is written `\\`"#]],
    );
    check(
        "{} {}",
        expect![[r#"
        {}
        1: "{" a file holds one value; this is behind its end"#]],
    );
    check(
        "[] /* open",
        expect![[r#"
        []
        1: "/*" this comment is never closed by `*/`"#]],
    );
}

#[test]
fn a_text_without_its_quote_ends_with_its_line() {
    check(
        "{\n  \"a\": \"x,\n  \"b\": 2\n}",
        expect![[r#"
        {"a":"x "b":2 }
        2: "\"x" this text has no closing quote"#]],
    );
    check(
        "{\n  \"a\": \"x\n}",
        expect![[r#"
        {"a":"x }
        2: "\"x" this text has no closing quote"#]],
    );
    check(
        "{\n  \"a: \"x\",\n  \"b\": 2\n}",
        expect![[r#"
        {"a: ":x ":_ "b":2 }
        2: "x" a colon is missing before this value"#]],
    );
    check(
        "[\"",
        expect![[r#"
        [" ]
        1: "[" this `[` is never closed
        1: "\"" this text has no closing quote"#]],
    );
}

#[test]
fn later_nodes_survive_an_unfinished_one() {
    let head = "{\n  \"nodes\": [\n    {\n      \"id\": \"a\",\n";
    let tail = "    },\n    {\n      \"id\": \"b\"\n    }\n  ]\n}\n";
    for unfinished in ["\"depends_on\": [", "\"depends_on\": [\"x\",", "\"x\": {\"y\": ", "\"x\": {\"y\": [{"]
    {
        let text = format!("{head}      {unfinished}\n{tail}");
        let tree = tree(&text);
        assert_sound(&tree);
        let nodes = tree.get(tree.root().unwrap(), "nodes").unwrap();
        assert_eq!(tree.items(nodes).count(), 2, "{unfinished}");
        assert_eq!(tree.errors().len(), 1, "{unfinished}: {:?}", tree.errors());
    }
}

#[test]
fn brackets_that_do_not_match() {
    check(
        "{\n  \"nodes\": [\n    {\"id\": \"a\", \"depends_on\": [\n    {\"id\": \"b\"}\n  ]\n}",
        expect![[r#"
        {"nodes":[{"id":"a" "depends_on":[] } {"id":"b" } ] }
        3: "[" this `[` is never closed, nor is the one around it"#]],
    );
    check(
        "{\n  \"nodes\": [\n    {\"id\": \"a\"}},\n    {\"id\": \"b\"}\n  ]\n}",
        expect![[r#"
        {"nodes":[{"id":"a" } {"id":"b" } ] }
        3: "}" nothing is open here that `}` could close"#]],
    );
    check(
        "{\n  \"nodes\": [\n    {\"id\": \"a\", \"x\": []]},\n    {\"id\": \"b\"}\n  ]\n}",
        expect![[r#"
            {"nodes":[{"id":"a" "x":[] } {"id":"b" } ] }
            3: "]" nothing is open here that `]` could close"#]],
    );
    check(
        "{\n  \"a\": {\n    \"b\": 1,\n  \"c\": 2\n}",
        expect![[r#"
        {"a":{"b":1 } "c":2 }
        2: "{" this `{` is never closed"#]],
    );
    check(
        "{\n  \"a\": [\n  \"c\": 2\n}",
        expect![[r#"
        {"a":[] "c":2 }
        2: "[" this `[` is never closed"#]],
    );
    check(
        "{\"a\": [1, 2}",
        expect![[r#"
        {"a":[1 2 ] }
        1: "[" this `[` is never closed"#]],
    );
    check(
        "{}}",
        expect![[r#"
        {}
        1: "}" nothing is open here that `}` could close"#]],
    );
    check(
        "]",
        expect![[r#"

        1: "]" nothing is open here that `]` could close"#]],
    );
    check(
        "{\"nodes\": [{\"id\": \"a\", \"depends_on\": [",
        expect![[r#"
        {"nodes":[{"id":"a" "depends_on":[] } ] }
        1: "[" this `[` is never closed, nor are the 3 around it"#]],
    );
}

#[test]
fn indentation_means_nothing_where_brackets_match() {
    check("{\n\"a\": [\n1,\n2\n],\n\"b\": {\n\"c\": 1\n}\n}", expect![[r#"{"a":[1 2 ] "b":{"c":1 } }"#]]);
    check("{\n      \"a\": [\n  1\n    ]\n}", expect![[r#"{"a":[1 ] }"#]]);
}

#[test]
fn limits_end_the_reading() {
    let deep = tree(&"[".repeat(100_000));
    assert_eq!(deep.len(), 128);
    let kinds: Vec<_> = deep.errors().iter().map(|error| error.kind).collect();
    assert_eq!(kinds, [ErrorKind::Limit]);
    let large = parse(Arc::from("[1, 2, 3]"), Limits { bytes: 4, ..Limits::default() });
    assert!(large.is_empty());
    assert_eq!(large.errors()[0].kind, ErrorKind::Limit);
}

#[test]
fn escapes_and_surrogate_pairs() {
    assert_same_as_oracle(r#"["\u0041\n\t\"\\\/", "\ud834\udd1e", "ä𝄞"]"#);
    assert_same_as_oracle("{\"a\": -0.5e3, \"b\": 12345678901, \"c\": [true, false, null]} // end");
}

/// `jsonc-parser`, with comments and trailing commas and nothing else.
fn oracle(text: &str) -> Option<Value> {
    let options = jsonc_parser::ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    jsonc_parser::parse_to_serde_value::<Value>(text, &options).ok()
}

fn assert_same_as_oracle(text: &str) {
    let Some(expected) = oracle(text) else { return };
    let tree = tree(text);
    assert_eq!(tree.errors(), [], "{text}");
    assert_eq!(value(&tree, tree.root().unwrap()), expected, "{text}");
    assert_sound(&tree);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1.0e6f64..1.0e6).prop_map(Value::from),
        "[a-z\"\\\\\n\täß𝄞 /{}:,]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-zä\" ]{0,4}", inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_the_oracle(value in any_json(), pretty: bool, comment in "[a-z{\\[,:\"]{0,6}") {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        assert_same_as_oracle(&format!("// {comment}\n{text}/*{comment}*/"));
    }

    #[test]
    fn agrees_with_the_oracle_on_what_it_accepts(text in "[\\[\\]{},:\"a1 \n/*-]{0,24}") {
        if let Some(expected) = oracle(&text).filter(|value| !value.is_null()) {
            let tree = tree(&text);
            if tree.errors().is_empty() {
                prop_assert_eq!(value(&tree, tree.root().unwrap()), expected);
            }
        }
    }

    #[test]
    fn any_text_gives_a_sound_tree(text in "[\\[\\]{},:\"'a1 \n\r\t/*#\\\\ä𝄞\u{a0}]{0,60}") {
        assert_sound(&tree(&text));
    }

    #[test]
    fn a_cut_document_gives_a_sound_tree(value in any_json(), cut: prop::sample::Index) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let mut end = cut.index(text.len() + 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        assert_sound(&tree(&text[..end]));
    }
}
