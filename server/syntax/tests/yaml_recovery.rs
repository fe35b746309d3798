//! Half-typed and broken YAML: one plain message a fault, and every node is still found.

mod support;

use divisi_syntax::{Kind, NodeId, Tree, yaml};
use expect_test::{Expect, expect};

/// Shows the tree as an outline, then the faults. All ids in `ids` must be values of a key `id`.
fn check(text: &str, ids: &[&str], expected: Expect) {
    let tree = yaml::parse(text.into());
    let mut found: Vec<_> = node_ids(&tree);
    found.sort();
    for id in ids {
        assert!(found.iter().any(|found| found == id), "{id} is not found: {found:?}\n{}", shown(&tree));
    }
    expected.assert_eq(&shown(&tree));
}

fn node_ids(tree: &Tree) -> Vec<String> {
    let mut ids = Vec::new();
    let mut open: Vec<NodeId> = tree.documents().to_vec();
    while let Some(node) = open.pop() {
        if let Some(id) = tree.get(node, "id").and_then(|id| tree.str(id)) {
            ids.push(id.into_owned());
        }
        open.extend(tree.children(node));
    }
    ids
}

fn shown(tree: &Tree) -> String {
    let mut out = String::new();
    for root in tree.documents() {
        out += &value(tree, *root);
        out.push('\n');
    }
    for error in tree.errors() {
        let text = error.span.slice(tree.text());
        assert!(!text.contains(['\n', '\r']), "a span over lines: {text:?}");
        let line = tree.text()[..error.span.start as usize].matches('\n').count() + 1;
        out += &format!("{:?} in line {line} at {text:?}: {}\n", error.kind, error.message);
    }
    out
}

/// A node as JSON-like text on one line.
fn value(tree: &Tree, id: NodeId) -> String {
    match tree.kind(id) {
        Kind::Mapping => {
            let entries: Vec<_> = tree
                .entries(id)
                .map(|(key, of)| format!("{}: {}", value(tree, key), value(tree, of)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Sequence => {
            let items: Vec<_> = tree.items(id).map(|item| value(tree, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Alias => tree.span(id).slice(tree.text()).to_owned(),
        Kind::Scalar if tree.is_missing(id) => "·".to_owned(),
        Kind::Scalar => tree.str(id).map(|text| support::events::escaped(&text)).unwrap_or_default(),
    }
}

#[test]
fn a_half_typed_key() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    dep\n", "  - id: b\n", "    run: make\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, dep: ·}, {id: b, run: make}]}
            Syntax in line 3 at "dep": a key needs a colon and a blank after it (`key: value`); if this continues a text, indent it deeper
        "#]],
    );
}

#[test]
fn a_half_typed_key_at_the_top() {
    check(
        concat!("nod\n", "nodes:\n", "  - id: a\n",),
        &["a"],
        expect![[r#"
        {nod: ·, nodes: [{id: a}]}
        Syntax in line 1 at "nod": a key needs a colon and a blank after it (`key: value`); if this continues a text, indent it deeper
    "#]],
    );
}

#[test]
fn a_half_typed_key_before_others() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    with:\n", "      fo\n", "      bar: x\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, with: {fo: ·, bar: x}}, {id: b}]}
            Syntax in line 4 at "fo": a key needs a colon and a blank after it (`key: value`); if this continues a text, indent it deeper
        "#]],
    );
}

#[test]
fn a_half_typed_item() {
    check(
        concat!("nodes:\n", "  - id: a\n", "  - i\n", "  - id: b\n", "  -\n", "  - id: c\n",),
        &["a", "b", "c"],
        expect![[r#"
            {nodes: [{id: a}, i, {id: b}, ·, {id: c}]}
        "#]],
    );
}

#[test]
fn an_unclosed_list() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    depends_on: [b,\n",
            "  - id: b\n",
            "    depends_on: [c\n",
            "    run: make\n",
            "  - id: c\n",
        ),
        &["a", "b", "c"],
        expect![[r#"
            {nodes: [{id: a, depends_on: [b]}, {id: b, depends_on: [c], run: make}, {id: c}]}
            Syntax in line 3 at "[": this list is never closed: add `]`
            Syntax in line 5 at "[": this list is never closed: add `]`
        "#]],
    );
}

#[test]
fn an_unclosed_list_with_a_quote() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    depends_on: [\"b, c]\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, depends_on: [b, c]]}, {id: b}]}
            Syntax in line 3 at "\"b, c]": this text in quotes is never closed: add `"` at its end
        "#]],
    );
}

#[test]
fn an_unclosed_mapping() {
    check(
        concat!(
            "nodes:\n",
            "- id: a\n",
            "  with: {x: 1, y: {z: 2}\n",
            "- id: b\n",
            "- {id: c, run: make\n",
            "- id: d\n",
        ),
        &["a", "b", "d"],
        expect![[r#"
            {nodes: [{id: a, with: {x: 1, y: {z: 2}}}, {id: b}, {id: c, run: make}, {id: d}]}
            Syntax in line 3 at "{": this mapping is never closed: add `}`
            Syntax in line 5 at "{": this mapping is never closed: add `}`
        "#]],
    );
}

#[test]
fn mixed_up_brackets() {
    check(
        concat!("nodes: [\n", "  {id: a, depends_on: [b},\n", "  {id: b}\n", "  ]\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, depends_on: [b]}, {id: b}]}
            Syntax in line 2 at "[": this list is never closed: add `]`
        "#]],
    );
}

#[test]
fn a_bracket_too_many() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    depends_on: [b]]\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, depends_on: [b]}, {id: b}]}
            Syntax in line 3 at "]": this text does not belong to the value before it: put the whole value in quotes
        "#]],
    );
}

#[test]
fn an_unclosed_quote() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    prompt: \"say hello\n",
            "    run: make\n",
            "  - id: b\n",
            "    prompt: 'it is\n",
            "  - id: c\n",
        ),
        &["a", "b", "c"],
        expect![[r#"
            {nodes: [{id: a, prompt: say hello, run: make}, {id: b, prompt: it is}, {id: c}]}
            Syntax in line 3 at "\"say hello": this text in quotes is never closed: add `"` at its end
            Syntax in line 6 at "'it is": this text in quotes is never closed: add `'` at its end
        "#]],
    );
}

#[test]
fn an_unclosed_quote_in_an_id() {
    check(
        concat!("nodes:\n", "  - id: \"a\n", "  - id: \"b\"\n",),
        &["b"],
        expect![[r#"
        {nodes: [{id: a}, {id: b}]}
        Syntax in line 2 at "\"a": this text in quotes is never closed: add `"` at its end
    "#]],
    );
}

#[test]
fn text_after_a_quote() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    prompt: \"say \"hello\" to all\"\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, prompt: say }, {id: b}]}
            Syntax in line 3 at "hello\" to all\"": this text does not belong to the value before it: put the whole value in quotes
        "#]],
    );
}

#[test]
fn an_empty_text_block() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    prompt: |\n",
            "    run: make\n",
            "  - id: b\n",
            "    prompt: >-\n",
            "  - id: c\n",
        ),
        &["a", "b", "c"],
        expect![[r#"
            {nodes: [{id: a, prompt: , run: make}, {id: b, prompt: }, {id: c}]}
        "#]],
    );
}

#[test]
fn a_text_block_that_is_dedented() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    prompt: |\n",
            "        first\n",
            "      second\n",
            "    run: make\n",
            "  - id: b\n",
        ),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, prompt: first\nsecond\n, run: make}, {id: b}]}
            Syntax in line 5 at "second": this line is indented less than the first line of its text: indent all lines alike
        "#]],
    );
}

#[test]
fn text_on_the_line_of_a_text_block() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    prompt: | say hello\n", "      more\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, prompt: more\n}, {id: b}]}
            Syntax in line 3 at "say hello": text after `|` begins on the next line, indented; to write it here, put it in quotes
        "#]],
    );
}

#[test]
fn a_key_indented_too_little() {
    check(
        concat!("nodes:\n", "  - id: a\n", "   run: make\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
        {nodes: [{id: a, run: make}, {id: b}]}
        Syntax in line 3 at "run: make": this key is not aligned with the others: put 4 spaces before it
    "#]],
    );
}

#[test]
fn a_key_under_its_dash() {
    check(
        concat!("nodes:\n", "  - id: a\n", "  run: make\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
        {nodes: [{id: a, run: make}, {id: b}]}
        Syntax in line 3 at "run: make": this key belongs to no list item: put 4 spaces before it
    "#]],
    );
}

#[test]
fn a_key_indented_too_much() {
    check(
        concat!("nodes:\n", "  - id: a\n", "      run: make\n", "    agent: x\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, run: make, agent: x}, {id: b}]}
            Syntax in line 3 at "run: make": this key is not aligned with the others: put 4 spaces before it
        "#]],
    );
}

#[test]
fn items_indented_differently() {
    check(
        concat!("nodes:\n", "    - id: a\n", "  - id: b\n", "  - id: c\n", "    - id: d\n",),
        &["a", "b", "c", "d"],
        expect![[r#"
            {nodes: [{id: a}, {id: b}, {id: c}, {id: d}]}
            Syntax in line 3 at "- id: b": this list item is not aligned with the others: put 4 spaces before it
        "#]],
    );
}

#[test]
fn an_item_indented_too_much() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    run: make\n", "     - id: b\n", "  - id: c\n",),
        &["a", "b", "c"],
        expect![[r#"
            {nodes: [{id: a, run: make}, {id: b}, {id: c}]}
            Syntax in line 4 at "- id: b": this list item is not aligned with the others: put 2 spaces before it
        "#]],
    );
}

#[test]
fn keys_without_space_after_the_colon() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    run:make\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
        {nodes: [{id: a, run: make}, {id: b}]}
        Syntax in line 3 at ":": put a blank after the colon
    "#]],
    );
}

#[test]
fn text_that_should_be_indented() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    prompt:\n",
            "    say hello\n",
            "    and more\n",
            "  - id: b\n",
        ),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, prompt: ·, say hello: ·, and more: ·}, {id: b}]}
            Syntax in line 4 at "say hello": a key needs a colon and a blank after it (`key: value`); if this continues a text, indent it deeper
        "#]],
    );
}

#[test]
fn tabs() {
    check(
        concat!("nodes:\n", "\t- id: a\n", "\t\trun: make\n", "\t- id: b\n",),
        &["a", "b"],
        expect![[r#"
        {nodes: [{id: a, run: make}, {id: b}]}
        Syntax in line 2 at "\t": tabs cannot indent here: use spaces
    "#]],
    );
}

#[test]
fn a_tab_in_one_line() {
    check(
        concat!("nodes:\n", "  - id: a\n", "\t  run: make\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
        {nodes: [{id: a, run: make}, {id: b}]}
        Syntax in line 3 at "\t  ": tabs cannot indent here: use spaces
    "#]],
    );
}

#[test]
fn a_template_without_quotes() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    prompt: {{ args.x }} and {{ nodes.\n",
            "    with: {x: {{ item }}, y: [{{ args.a }}, b]}\n",
            "  - id: b\n",
            "    prompt: use {{ nodes.\n",
        ),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, prompt: {{ args.x }} and {{ nodes., with: {x: {{ item }}, y: [{{ args.a }}, b]}}, {id: b, prompt: use {{ nodes.}]}
            Syntax in line 3 at "{{ args.x }} and {{ nodes.": text that begins with `{{` needs quotes around it (`"{{ … }}"`), since YAML reads `{` as a mapping
            Syntax in line 4 at "{{ item }}": text that begins with `{{` needs quotes around it (`"{{ … }}"`), since YAML reads `{` as a mapping
            Syntax in line 4 at "{{ args.a }}": text that begins with `{{` needs quotes around it (`"{{ … }}"`), since YAML reads `{` as a mapping
        "#]],
    );
}

#[test]
fn a_colon_in_a_value() {
    check(
        concat!(
            "description: Use when: you must\n",
            "nodes:\n",
            "  - id: a\n",
            "    prompt: Do this: now # soon\n",
            "  - id: b\n",
        ),
        &["a", "b"],
        expect![[r#"
            {description: Use when: you must, nodes: [{id: a, prompt: Do this: now}, {id: b}]}
            Syntax in line 1 at "Use when: you must": a value with `: ` in it needs quotes around it
            Syntax in line 4 at "Do this: now": a value with `: ` in it needs quotes around it
        "#]],
    );
}

#[test]
fn marks_that_cannot_begin_text() {
    check(
        concat!(
            "nodes:\n",
            "  - id: a\n",
            "    prompt: @file\n",
            "    run: `make`\n",
            "    files: *.rs\n",
            "    more: %x\n",
            "  - id: b\n",
        ),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, prompt: @file, run: `make`, files: *.rs, more: %x}, {id: b}]}
            Syntax in line 3 at "@": text cannot begin with `@`: put it in quotes
            Syntax in line 4 at "`": text cannot begin with ```: put it in quotes
            Syntax in line 5 at "*.rs": no `&` anchor of this name stands above; if this is text, put it in quotes
            Syntax in line 6 at "%": text cannot begin with `%`: put it in quotes
        "#]],
    );
}

#[test]
fn two_values_in_brackets() {
    check(
        concat!("argument-hint: [a] [b]\n", "nodes:\n", "  - id: a\n",),
        &["a"],
        expect![[r#"
        {argument-hint: [a], nodes: [{id: a}]}
        Syntax in line 1 at "[b]": this text does not belong to the value before it: put the whole value in quotes
    "#]],
    );
}

#[test]
fn missing_and_stray_commas() {
    check(
        concat!("nodes:\n", "  - {id: a, depends_on: [b c, , \"d\" e], run: make agent: x}\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, depends_on: [b c, d, e], run: make agent, x: ·}, {id: b}]}
            Syntax in line 2 at ",": nothing stands before this comma: remove it
            Syntax in line 2 at "e": a comma is missing before this
            Syntax in line 2 at ":": a value with `: ` in it needs quotes, or a comma is missing before its key
        "#]],
    );
}

#[test]
fn a_list_on_the_line_of_its_key() {
    check(
        concat!("nodes: - id: a\n", "         run: make\n", "       - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, run: make}, {id: b}]}
            Syntax in line 1 at "-": a list cannot begin on this line: begin it on the next one, or put the text in quotes
        "#]],
    );
}

#[test]
fn a_dash_among_keys() {
    check(
        concat!("nodes:\n", "  - id: a\n", "name: x\n", "- id: b\n",),
        &["a", "b"],
        expect![[r#"
        {nodes: [{id: a}], name: x, ·: [{id: b}]}
        Syntax in line 4 at "-": this list item belongs to no list: write a key with a colon above it, or remove the `-`
    "#]],
    );
}

#[test]
fn merge_keys() {
    check(
        concat!("base: &base {x: 1}\n", "nodes:\n", "  - id: a\n", "    <<: *base\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {base: {x: 1}, nodes: [{id: a, <<: *base}, {id: b}]}
            Unsupported in line 4 at "<<": merge keys (`<<`) are not supported: write the keys out
        "#]],
    );
}

#[test]
fn merge_keys_in_braces() {
    check(
        "b: &b {run: x}\na: {id: a, <<: *b, \"<<\": 1}\n",
        &["a"],
        expect![[r#"
            {b: {run: x}, a: {id: a, <<: *b, <<: 1}}
            Unsupported in line 2 at "<<": merge keys (`<<`) are not supported: write the keys out
        "#]],
    );
}

#[test]
fn aliases_that_lead_nowhere() {
    check(
        concat!("a: *b\n", "b: &b [1, *b]\n", "c: *b\n", "---\n", "d: *b\n",),
        &[],
        expect![[r#"
        {a: *b, b: [1, *b], c: *b}
        {d: *b}
        Syntax in line 1 at "*b": no `&` anchor of this name stands above; if this is text, put it in quotes
        Syntax in line 2 at "*b": this alias stands inside the value that it names: it has no end
        Syntax in line 5 at "*b": no `&` anchor of this name stands above; if this is text, put it in quotes
    "#]],
    );
}

#[test]
fn a_bad_escape() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    run: \"grep \\d C:\\users \\u12\"\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, run: grep \\d C:\\users \\u12}, {id: b}]}
            Syntax in line 3 at "\\d": `\d` is no escape: write `\\d`, or use single quotes
        "#]],
    );
}

#[test]
fn a_closing_bracket_at_the_key() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    depends_on: [\n", "      b\n", "    ]\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, depends_on: [b]}, {id: b}]}
            Syntax in line 5 at "]": indent this line deeper than the key that the brackets belong to
        "#]],
    );
}

#[test]
fn two_roots() {
    check(
        concat!("{id: a}\n", "id: b\n", "run: make\n",),
        &["b"],
        expect![[r#"
        {{id: a}: ·, id: b, run: make}
        Syntax in line 2 at "id: b": a document holds one value only: this line does not belong to the one above
    "#]],
    );
}

#[test]
fn a_question_mark_key() {
    check(
        concat!("nodes:\n", "  - id: a\n", "    ? [x, y]\n", "    : z\n", "  - id: b\n",),
        &["a", "b"],
        expect![[r#"
            {nodes: [{id: a, [x, y]: z}, {id: b}]}
        "#]],
    );
}

#[test]
fn carriage_returns() {
    check(
        concat!("nodes:\r\n", "  - id: a\r\n", "    prompt: [x\r\n", "  - id: b\r  - id: c\r\n",),
        &["a", "b", "c"],
        expect![[r#"
            {nodes: [{id: a, prompt: [x]}, {id: b}, {id: c}]}
            Syntax in line 3 at "[": this list is never closed: add `]`
        "#]],
    );
}

#[test]
fn a_byte_order_mark_and_odd_blanks() {
    check(
        concat!(
            "\u{feff}nodes:\n",
            "  - id: a\n",
            "    prompt:\u{a0}hello\n",
            "    \u{a0}run: make\n",
            "  - id: b\u{a0}\n",
            "    name: Ã¤ \u{fffd}\n",
        ),
        &["a"],
        expect![[r#"
            {nodes: [{id: a, prompt:  hello,  run: make}, {id: b , name: Ã¤ �}]}
            Syntax in line 3 at ":": put a blank after the colon
        "#]],
    );
}
