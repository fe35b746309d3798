//! Formatting under random texts: what comes out says the same, is well formatted, and nothing panics.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::PathBuf;

use divisi_edit::apply;
use divisi_edit::format::format;
use divisi_syntax::{Kind, Tree, yaml};
use divisi_workspace::{Change, Places, Workspace};
use proptest::prelude::*;

fn formatted(path: &str, text: &str) -> Option<String> {
    let root = PathBuf::from("/workspace");
    let path = root.join(path);
    let mut workspace = Workspace::with_places(vec![root], Places::default());
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: text.to_owned() });
    let document = workspace.snapshot().document(&path).expect("it is open").clone();
    format(&document).ok().map(|edits| apply(text, &edits))
}

fn contents(tree: &Tree) -> Vec<String> {
    let scalars = tree.ids().filter(|id| tree.kind(*id) == Kind::Scalar);
    scalars.filter_map(|id| tree.str(id).map(|text| text.into_owned())).collect()
}

/// Lines as they are found in YAML, put together at random.
fn line() -> impl Strategy<Value = String> {
    let indent = 0..5_usize;
    let words = prop::sample::select(vec![
        "- id: a",
        "id: b",
        "- ",
        "-   c",
        "key:",
        "key :  v",
        "\"k\": 'v'",
        "# note",
        "text",
        "run: |",
        "run: >-",
        "[a,b]",
        "x: {a: 1,b: [c ]}",
        "&a",
        "*a",
        "",
        "  ",
        "? k",
        ": v",
        "\"open",
        "- - x",
        "é: 😀  # c",
        "a: [",
        "]",
        "}",
        "--- ",
        "k: !!str x",
        "|2",
        "\t",
        "- # c",
    ]);
    (indent, words).prop_map(|(indent, words)| format!("{}{words}", " ".repeat(indent)))
}

proptest! {
    #[test]
    fn yaml_says_the_same(lines in prop::collection::vec(line(), 0..14), windows in any::<bool>()) {
        let text = lines.join(if windows { "\r\n" } else { "\n" });
        if let Some(once) = formatted("a.dag.yaml", &text) {
            prop_assert_eq!(contents(&yaml::parse(text.as_str().into())), contents(&yaml::parse(once.as_str().into())));
            let twice = formatted("a.dag.yaml", &once);
            prop_assert_eq!(twice.as_deref(), Some(once.as_str()));
        }
    }

    #[test]
    fn any_text_is_survived(text in "(?s).{0,80}", json in "[\\[\\]{}:,\"a1 \n/*]{0,60}") {
        formatted("a.dag.yaml", &text);
        formatted("a.dag.json", &json);
        formatted("a.dag.json", &text);
    }
}
