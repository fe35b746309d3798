//! What a selection grows to.

use divisi_ide::selection;
use divisi_syntax::Span;
use expect_test::{Expect, expect};

use crate::support::fixture;

fn check(path: &str, text: &str, expected: Expect) {
    let (_, document, offset) = fixture(path, text);
    let spans = selection(&document, offset);
    assert!(spans.windows(2).all(|pair| pair[1].contains(pair[0]) && pair[1] != pair[0]), "{spans:?}");
    let shown: Vec<String> =
        spans.iter().map(|span| span.slice(&document.text).escape_debug().to_string()).collect();
    expected.assert_eq(&format!("{}\n", shown.join("\n")));
}

#[test]
fn from_a_name_in_a_template_to_the_document() {
    check(
        "a.dag.yaml",
        "nodes:\n  - id: a\n    prompt: \"See {{ nodes.code-ba$0se.outputs.x }}!\"\n    agent: tester\n",
        expect![[r#"
            code-base
            nodes.code-base
            nodes.code-base.outputs.x
            {{ nodes.code-base.outputs.x }}
            See {{ nodes.code-base.outputs.x }}!
            \"See {{ nodes.code-base.outputs.x }}!\"
            prompt: \"See {{ nodes.code-base.outputs.x }}!\"
            id: a\n    prompt: \"See {{ nodes.code-base.outputs.x }}!\"\n    agent: tester
            - id: a\n    prompt: \"See {{ nodes.code-base.outputs.x }}!\"\n    agent: tester
            nodes:\n  - id: a\n    prompt: \"See {{ nodes.code-base.outputs.x }}!\"\n    agent: tester
            nodes:\n  - id: a\n    prompt: \"See {{ nodes.code-base.outputs.x }}!\"\n    agent: tester\n
        "#]],
    );
}

#[test]
fn from_an_item_of_a_list() {
    check(
        "a.dag.yaml",
        "nodes:\n  - {id: b, depends_on: [a, ab$0c]}\n",
        expect![[r#"
        abc
        [a, abc]
        depends_on: [a, abc]
        {id: b, depends_on: [a, abc]}
        - {id: b, depends_on: [a, abc]}
        nodes:\n  - {id: b, depends_on: [a, abc]}
        nodes:\n  - {id: b, depends_on: [a, abc]}\n
    "#]],
    );
}

#[test]
fn json() {
    check(
        "a.dag.json",
        "{\"nodes\": [{\"id\": \"a$0\"}]}",
        expect![[r#"
        a
        \"a\"
        \"id\": \"a\"
        {\"id\": \"a\"}
        [{\"id\": \"a\"}]
        \"nodes\": [{\"id\": \"a\"}]
        {\"nodes\": [{\"id\": \"a\"}]}
    "#]],
    );
}

#[test]
fn markdown() {
    check(
        ".claude/agents/a.md",
        "---\nname: a\n---\n# One\n\n- Ask `co$0de` twice\n- more\n\n# Two\n",
        expect![[r#"
            code
            `code`
            - Ask `code` twice
            - Ask `code` twice\n- more
            # One\n\n- Ask `code` twice\n- more
            # One\n\n- Ask `code` twice\n- more\n\n# Two
            ---\nname: a\n---\n# One\n\n- Ask `code` twice\n- more\n\n# Two\n
        "#]],
    );
}

#[test]
fn nothing_at_all() {
    let (_, document, offset) = fixture("a.dag.yaml", "$0");
    assert_eq!(selection(&document, offset), [Span::at(0)]);
}
