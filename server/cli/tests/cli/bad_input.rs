//! What is not a good DAG file gets a clear answer, at once, with status 1 or 2, and never a panic.

use expect_test::{Expect, expect};

use crate::site::{Said, Site};

#[track_caller]
fn check(said: &Said, status: i32, expected: Expect) {
    assert!(!said.err.contains("panicked"), "{}", said.err);
    expected.assert_eq(&format!("{}{}", said.out, said.err));
    assert_eq!(said.status, status);
}

#[test]
fn a_missing_file() {
    let site = Site::new();
    check(
        &site.divisi(&["check", "nothing.dag.yaml"]),
        2,
        expect![[r#"
            nothing to check
            error: nothing.dag.yaml cannot be read: No such file or directory (os error 2)
        "#]],
    );
    check(
        &site.divisi(&["plan", "nothing.dag.yaml"]),
        2,
        expect![[r#"
        error: there is no file nothing.dag.yaml, and no DAG of that name here
          help: make a first DAG: divisi new
    "#]],
    );
    check(
        &site.divisi(&["run", "nothing.dag.yaml", "--yes"]),
        2,
        expect![[r#"
        error: there is no file nothing.dag.yaml, and no DAG of that name here
          help: make a first DAG: divisi new
    "#]],
    );
}

#[test]
fn an_empty_file() {
    let site = Site::new().write("empty.dag.yaml", "");
    check(
        &site.divisi(&["check", "empty.dag.yaml"]),
        0,
        expect![[r#"
        warning[empty-dag]: this file holds no DAG yet: write its nodes, for example `nodes: [{ id: tests, run: cargo test }]`
         --> empty.dag.yaml:1:1
          |
        1 | 
          | ^

        1 file: 1 warning
    "#]],
    );
    check(
        &site.divisi(&["run", "empty.dag.yaml", "--yes"]),
        2,
        expect![[r#"
        error: empty.dag.yaml holds no DAG: its root is not a mapping
          help: see what is wrong: divisi check empty.dag.yaml
    "#]],
    );
}

#[test]
fn a_folder() {
    let site = Site::new()
        .write("many/a.dag.yaml", "nodes: []")
        .write("many/b.dag.yaml", "nodes: []")
        .write("none/x", "");
    check(
        &site.divisi(&["plan", "many"]),
        2,
        expect![[r#"
        error: many is a folder with 2 DAG files: name one
          help: many/a.dag.yaml (a)
          help: many/b.dag.yaml (b)
    "#]],
    );
    check(
        &site.divisi(&["plan", "none"]),
        2,
        expect![[r#"
        error: none is a folder without a DAG file (*.dag.yaml, *.dag.json)
          help: name the file, or make one: divisi new
    "#]],
    );
    std::fs::create_dir(site.root().join("folder.dag.yaml")).expect("a folder");
    check(
        &site.divisi(&["check", "folder.dag.yaml"]),
        0,
        expect![[r#"
            nothing to check
        "#]],
    );
}

#[test]
fn a_file_that_is_none_of_ours() {
    let site = Site::new().write("notes.txt", "hello");
    check(
        &site.divisi(&["check", "notes.txt"]),
        2,
        expect![[r#"
            nothing to check
            error: notes.txt is not a file that divisi checks
              help: it checks *.dag.yaml, *.dag.yml, *.dag.json, files under .claude/, and what [files] in divisi.toml names
        "#]],
    );
    check(
        &site.divisi(&["run", "notes.txt", "--yes"]),
        2,
        expect![[r#"
        error: notes.txt is not a DAG file
          help: a DAG file is called *.dag.yaml, *.dag.yml or *.dag.json, or is listed under [files] in divisi.toml
    "#]],
    );
}

#[test]
fn binary_bytes() {
    let bytes: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let site = Site::new().write("binary.dag.yaml", bytes);
    let said = site.divisi(&["check", "binary.dag.yaml"]);
    assert!(matches!(said.status, 1 | 2), "{}{}", said.out, said.err);
    assert!(!said.err.contains("panicked"), "{}", said.err);
    assert_eq!(site.divisi(&["run", "binary.dag.yaml", "--yes"]).status, 2);
}

#[test]
fn twenty_megabytes() {
    let site = Site::new().write("big.dag.yaml", "- x\n".repeat(5 * 1024 * 1024));
    let said = site.divisi(&["check", "big.dag.yaml"]);
    assert!(matches!(said.status, 1 | 2), "{}{}", said.out, said.err);
    assert!(said.out.len() + said.err.len() < 2000, "a short answer");
    assert_eq!(site.divisi(&["plan", "big.dag.yaml"]).status, 2);
}

#[test]
fn wrong_use() {
    let site = Site::new();
    for arguments in
        [&["frobnicate"][..], &["plan"], &["run", "x", "--max-parallel", "0"], &["check", "--format", "xml"]]
    {
        let said = site.divisi(arguments);
        assert_eq!(said.status, 2, "{arguments:?}");
        assert!(said.err.starts_with("error: "), "{}", said.err);
    }
}
