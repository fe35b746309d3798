//! Texts before and after formatting.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_edit::apply;
use divisi_edit::format::{after_line_break, format, format_range};
use divisi_syntax::Span;
use divisi_workspace::{Change, Document, Places, Workspace};
use expect_test::{Expect, expect};

fn document(path: &str, text: &str) -> Arc<Document> {
    let root = PathBuf::from("/workspace");
    let path = root.join(path);
    let mut workspace = Workspace::with_places(vec![root], Places::default());
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: text.to_owned() });
    workspace.snapshot().document(&path).expect("it is open").clone()
}

fn formatted(path: &str, text: &str) -> String {
    match format(&document(path, text)) {
        Ok(edits) => apply(text, &edits),
        Err(refusal) => format!("left: {refusal}\n"),
    }
}

/// Formats, shows the result, and formats that again: nothing may change any more.
fn check_in(path: &str, text: &str, expected: Expect) {
    let once = formatted(path, text);
    expected.assert_eq(&once);
    if !once.starts_with("left: ") {
        assert_eq!(formatted(path, &once), once, "a second time");
    }
}

fn check(text: &str, expected: Expect) {
    check_in("a.dag.yaml", text, expected);
}

#[test]
fn levels_are_two_columns_apart() {
    check(
        "name: x\nnodes:\n- id: a\n  run:   echo a\n-   id:   b\n    depends_on:\n    - a\n    env:\n          X: 1\n",
        expect![[r#"
            name: x
            nodes:
              - id: a
                run: echo a
              - id: b
                depends_on:
                  - a
                env:
                  X: 1
        "#]],
    );
}

#[test]
fn comments_go_with_what_they_stand_beside() {
    check(
        "# top\nname: x   # the name\nnodes:\n# first\n- id: a\n  # how\n  run: echo a\n\n# second\n- id: b\n  run: echo b\n  # last\n# end\n",
        expect![[r#"
            # top
            name: x   # the name
            nodes:
              # first
              - id: a
                # how
                run: echo a

              # second
              - id: b
                run: echo b
                # last
              # end
        "#]],
    );
}

#[test]
fn text_blocks_keep_their_text() {
    check(
        "nodes:\n- id: a\n  agent: r\n  prompt: |\n      Look at\n        this   \n\n      and that\n- id: b\n  prompt: >-\n   folded\n   text\n  run: x\n- id: c\n  prompt: |2\n    kept\n",
        expect![[r#"
            nodes:
              - id: a
                agent: r
                prompt: |
                  Look at
                    this   

                  and that
              - id: b
                prompt: >-
                  folded
                  text
                run: x
              - id: c
                prompt: |2
                  kept
        "#]],
    );
}

#[test]
fn values_of_several_lines_move_along() {
    check(
        "nodes:\n- id: a\n  prompt: one\n    two\n\n    three\n  reads: [a,\n     b ,\n    c]\n- \"quoted\n  on\"\n",
        expect![[r#"
            nodes:
              - id: a
                prompt: one
                  two

                  three
                reads: [a,
                   b ,
                  c]
              - "quoted
                on"
        "#]],
    );
}

#[test]
fn spaces_in_brackets() {
    check(
        "nodes:\n  - {id: a,run: [ cargo,test ,  \"-p\"]}\n  - { id: b, depends_on: [a], env: {}, reads: [ ] }\n  - {id: c, outputs: {x: {file: y}}}\n",
        expect![[r#"
            nodes:
              - { id: a, run: [cargo, test, "-p"] }
              - { id: b, depends_on: [a], env: {}, reads: [ ] }
              - { id: c, outputs: { x: { file: y } } }
        "#]],
    );
}

#[test]
fn blank_lines_and_ends() {
    check(
        "\n\nname: x  \n\n\n\nnodes:  \n  - id: a\t\n   \n    run: b\n\n\n",
        expect![[r#"
            name: x

            nodes:
              - id: a

                run: b
        "#]],
    );
    check(
        "name: x\nnodes: []",
        expect![[r#"
        name: x
        nodes: []
    "#]],
    );
}

#[test]
fn windows_line_ends_and_marks_stay() {
    let text = "\u{feff}---\r\nname: é😀   # x\r\nnodes:\r\n- id: a\r\n  run: b\r\n";
    let out = formatted("a.dag.yaml", text);
    assert_eq!(out, "\u{feff}---\r\nname: é😀   # x\r\nnodes:\r\n  - id: a\r\n    run: b\r\n");
}

#[test]
fn anchors_tags_and_keys_in_quotes() {
    check(
        "defaults:   &d\n    timeout : !!str 5m\n\"nodes\" :\n-   &a\n    id: a\n    run: !!str\n      x\n- *a\n",
        expect![[r#"
            defaults: &d
              timeout: !!str 5m
            "nodes":
              - &a
                id: a
                run: !!str
                  x
              - *a
        "#]],
    );
}

#[test]
fn lists_in_lists() {
    check(
        "nodes:\n- id: a\n  for_each:\n  -   - 1\n      - 2\n  -\n    - 3\n  run: x\n",
        expect![[r#"
            nodes:
              - id: a
                for_each:
                  - - 1
                    - 2
                  -
                    - 3
                run: x
        "#]],
    );
}

#[test]
fn what_is_broken_is_left() {
    check(
        "nodes:\n  - id: a\n   run: \"x\n",
        expect![[r#"
        left: it has a fault: this key is not aligned with the others: put 4 spaces before it
    "#]],
    );
    check_in(
        "AGENTS.md",
        "# x\n",
        expect![[r#"
        left: it is no DAG file
    "#]],
    );
}

#[test]
fn json() {
    check_in(
        "a.dag.json",
        "// top\n{\n\"name\":\"x\",\n      // a note\n  \"nodes\" : [ {\n  \"id\": \"a\", \"run\": [\"x\",\"y\"],\n /* two\n    lines */\n \"env\":{\"A\":1,},\n },\n    {\"id\":\"b\"}\n ]\n}",
        expect![[r#"
            // top
            {
              "name": "x",
              // a note
              "nodes": [ {
                "id": "a", "run": ["x", "y"],
                /* two
                   lines */
                "env": { "A": 1, },
              },
                { "id": "b" }
              ]
            }
        "#]],
    );
}

#[test]
fn a_range_moves_only_its_lines() {
    let text = "name:   x\ndescription:   y\nnodes:   []\n";
    let document = document("a.dag.yaml", text);
    let at = text.find("description").expect("it is there") as u32;
    let edits = format_range(&document, Span::new(at, at + 5)).expect("it can be formatted");
    assert_eq!(apply(text, &edits), "name:   x\ndescription: y\nnodes:   []\n");
}

fn typed(text: &str, expected: Expect) {
    let offset = text.find("$0").expect("a cursor") as u32;
    let text = text.replacen("$0", "", 1);
    let edits = after_line_break(&document("a.dag.yaml", &text), offset);
    expected.assert_eq(&apply(&text, &edits));
}

#[test]
fn a_line_break_after_a_list_begins_the_list() {
    typed(
        "nodes:\n  - id: a\n    depends_on:\n    $0\n    run: x\n",
        expect![[r#"
            nodes:
              - id: a
                depends_on:
                  - 
                run: x
        "#]],
    );
    typed(
        "nodes:\n$0",
        expect![[r#"
        nodes:
          - "#]],
    );
    typed(
        "nodes:\n  - id: a\n    env:\n    $0\n",
        expect![[r#"
        nodes:
          - id: a
            env:
            
    "#]],
    );
    typed(
        "nodes:\n  - id: a\n    depends_on:\n    $0\n      - b\n",
        expect![[r#"
        nodes:
          - id: a
            depends_on:
            
              - b
    "#]],
    );
}

/// Every real file that parses: formatting never changes what it says, a second time changes nothing, and nearly all
/// are formatted.
#[test]
fn real_files_say_the_same_afterwards() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !shared.is_dir() {
        eprintln!("SKIPPED: {} is not here", shared.display());
        return;
    }
    let (mut done, mut refused) = (0, Vec::new());
    let mut folders = vec![shared];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("it can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
            let name = match ending {
                "yaml" | "yml" => "a.dag.yaml",
                "json" => "a.dag.json",
                _ => continue,
            };
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let document = document(name, &text);
            let Ok(edits) =
                format(&document).inspect_err(|why| refused.push(format!("{}: {why}", path.display())))
            else {
                continue;
            };
            done += 1;
            let once = apply(&text, &edits);
            assert_eq!(formatted(name, &once), once, "{}: a second time", path.display());
        }
    }
    assert!(done > 100 && refused.len() * 20 < done, "{done} formatted, refused: {refused:#?}");
}
