//! Content of scalars, the way back to the source, and types.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a missing node fails the test")]

use divisi_syntax::{Decoded, ScalarValue, Span, Tree, yaml};

fn tree(text: &str) -> Tree {
    let tree = yaml::parse(text.into());
    assert!(tree.errors().is_empty(), "{text}: {:?}", tree.errors());
    tree
}

fn decoded(text: &str) -> Decoded {
    let tree = tree(text);
    tree.decoded(tree.get(tree.root().unwrap(), "k").unwrap()).unwrap()
}

/// For a piece of the content the piece of source it stands for.
fn source<'a>(text: &'a str, piece: &str) -> &'a str {
    let decoded = decoded(text);
    let start = decoded.text.find(piece).unwrap_or_else(|| panic!("{piece:?} not in {:?}", decoded.text));
    let content = Span::new(start as u32, (start + piece.len()) as u32);
    decoded.source_span(content).slice(text)
}

#[test]
fn content_leads_back_to_the_source() {
    for (text, piece, expected) in [
        ("k: use {{ nodes.a }} now", "nodes.a", "nodes.a"),
        ("k: use\n  {{ nodes.a }}\n\n  now", "nodes.a }}\nnow", "nodes.a }}\n\n  now"),
        ("k: 'it''s {{ a }}'", "'", "''"),
        ("k: 'it''s {{ a }}'", "{{ a }}", "{{ a }}"),
        (r#"k: "caf\u00e9 {{ a }}""#, "é", r"\u00e9"),
        (r#"k: "caf\u00e9 {{ a }}""#, "{{ a }}", "{{ a }}"),
        (r#"k: "a\tb""#, "a\tb", r"a\tb"),
        ("k: \"one \\\n    two\\\n    three\"", "one twothree", "one \\\n    two\\\n    three"),
        ("k: |\n  one\n    {{ a }}\n  two\n", "{{ a }}\ntwo", "{{ a }}\n  two"),
        ("k: >\r\n  one\r\n  {{ a }}\r\n", "one {{ a }}", "one\r\n  {{ a }}"),
        ("k: |2-\n   one\n  two\n\n", " one\ntwo", " one\n  two"),
    ] {
        assert_eq!(source(text, piece), expected, "{text}");
    }
}

#[test]
fn places_in_the_source_lead_to_the_content() {
    let text = r#"k: "caf\u00e9 x""#;
    let decoded = decoded(text);
    let at = |piece: &str| decoded.content_offset(text.find(piece).unwrap() as u32);
    assert_eq!(at("caf"), Some(0));
    assert_eq!(at("u00e9"), Some(3), "inside an escape");
    assert_eq!(at(" x"), Some(5));
    assert_eq!(decoded.content_offset(text.len() as u32 - 1), Some(7), "at the closing quote");
    assert_eq!(decoded.content_offset(text.len() as u32), None);
}

#[test]
fn text_blocks_chomp_and_fold() {
    for (text, expected) in [
        ("k: |\n  a\n\n\n", "a\n"),
        ("k: |-\n  a\n\n", "a"),
        ("k: |+\n  a\n\n", "a\n\n"),
        ("k: |", ""),
        ("k: |+\n\n", "\n"),
        ("k: |\r\n  a\r\n  b\r", "a\nb\n"),
        ("k: >\n  a\n  b\n\n  c\n   d\n  e\n", "a b\nc\n d\ne\n"),
        ("k: >-\n\n  a\n", "\na"),
    ] {
        assert_eq!(decoded(text).text, expected, "{text:?}");
    }
}

#[test]
fn scalars_have_the_types_of_the_core_schema() {
    use ScalarValue::{Bool, Float, Int, Null, Str};
    for (text, expected) in [
        ("", Null),
        ("~", Null),
        ("NULL", Null),
        ("nULL", Str("nULL".into())),
        ("True", Bool(true)),
        ("yes", Str("yes".into())),
        ("-12", Int(-12)),
        ("+012", Int(12)),
        ("0o17", Int(15)),
        ("0x1F", Int(31)),
        ("0b1", Str("0b1".into())),
        ("1_000", Str("1_000".into())),
        ("9223372036854775808", Float(9_223_372_036_854_775_808.0)),
        ("1.", Float(1.0)),
        (".5e-1", Float(0.05)),
        ("-.inf", Float(f64::NEG_INFINITY)),
        ("1e", Str("1e".into())),
        (".", Str(".".into())),
        ("10m", Str("10m".into())),
        ("\"12\"", Str("12".into())),
        ("!!str 12", Str("12".into())),
        ("!!int \"12\"", Int(12)),
        ("!!float 12", Float(12.0)),
        ("!!int x", Str("x".into())),
        ("!mine 12", Str("12".into())),
    ] {
        let tree = tree(&format!("k: {text}"));
        let value = tree.get(tree.root().unwrap(), "k").unwrap();
        assert_eq!(tree.scalar(value), Some(expected), "{text}");
    }
    let nan = tree(".nan");
    assert!(matches!(nan.scalar(nan.root().unwrap()), Some(Float(number)) if number.is_nan()));
}

#[test]
fn tags_are_resolved() {
    for (text, expected) in [
        ("!!str x", "tag:yaml.org,2002:str"),
        ("!mine x", "!mine"),
        ("! x", "!"),
        ("!<tag:a.b,2000:c> x", "tag:a.b,2000:c"),
        ("%TAG !e! tag:a.b,2000:\n--- !e!c%21 x", "tag:a.b,2000:c!"),
    ] {
        let tree = tree(text);
        assert_eq!(tree.resolved_tag(tree.root().unwrap()).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn aliases_lead_to_the_last_anchor_before_them() {
    let tree = tree("a: &x 1\nb: *x\nc: &x 2\nd: *x\n");
    let root = tree.root().unwrap();
    let of = |key| tree.str(tree.get(root, key).unwrap()).unwrap().into_owned();
    assert_eq!((of("b"), of("d")), ("1".to_owned(), "2".to_owned()));
}
