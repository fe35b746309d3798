//! Holds `docs/features.md` against the code: each test that it names exists, and each capability of the server is in
//! it.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::collections::BTreeSet;
use std::path::Path;

use divisi_tests::project;

/// Columns of the table.
const ANNOUNCED: usize = 1;
const TESTS: [(usize, &[&str]); 4] = [
    (2, &["server/ide/tests", "server/edit/tests", "server/analysis/tests", "tests/tests"]),
    (3, &["server/lsp/tests/e2e", "tests/tests/protocol"]),
    (4, &["tests/tests"]),
    (5, &["tests/tests"]),
];
const EDITORS: [(usize, &str); 2] = [(4, "neovim"), (5, "emacs")];

fn rows() -> Vec<Vec<String>> {
    let table = std::fs::read_to_string(project().join("docs/features.md")).expect("the table");
    let cells = |line: &str| line.split('|').skip(1).map(|cell| cell.trim().replace('`', "")).collect();
    table.lines().filter(|line| line.starts_with('|')).skip(2).map(cells).collect()
}

/// All tests below a folder, as `file::function`.
fn tests_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            tests_in(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).expect("it is text");
            let file = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let after_attribute = text.split("test]\n").skip(1);
            let names = after_attribute.filter_map(|rest| rest.split_once("fn ")?.1.split_once('('));
            found.extend(names.map(|(name, _)| format!("{file}::{name}")));
        }
    }
}

#[test]
fn each_named_test_exists() {
    for (column, folders) in TESTS {
        let mut known = BTreeSet::new();
        for folder in folders {
            tests_in(&project().join(folder), &mut known);
        }
        let editor = EDITORS.iter().find(|(of, _)| *of == column).map(|(_, file)| *file);
        for row in rows() {
            let name = row[column].as_str();
            if name.is_empty() || name == "–" {
                continue;
            }
            let name = editor.map_or_else(|| name.to_owned(), |file| format!("{file}::{name}"));
            assert!(known.contains(&name), "{}: there is no test {name}", row[0]);
        }
    }
}

#[test]
fn what_the_server_announces_is_in_the_table() {
    let source = project().join("server/lsp/src/capabilities.rs");
    let source = std::fs::read_to_string(source).expect("capabilities");
    let (_, source) = source.split_once("lsp::ServerCapabilities {").expect("what is announced");
    let (source, _) = source.split_once("\n}\n").expect("the end of the function");
    let named: BTreeSet<String> = rows().iter().map(|row| row[ANNOUNCED].clone()).collect();
    let fields = source.lines().filter_map(|line| line.trim().split_once(": "));
    let announced: BTreeSet<&str> = fields
        .map(|(field, _)| field)
        .filter(|field| {
            field.ends_with("_provider") && *field != "resolve_provider"
                || ["position_encoding", "text_document_content", "file_operations"].contains(field)
        })
        .collect();
    assert!(announced.len() > 20, "the capabilities are written otherwise now: {announced:?}");
    for field in announced {
        assert!(named.contains(field), "{field} is not in docs/features.md");
    }
}
