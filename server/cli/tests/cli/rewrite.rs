//! Commands that write texts back: `fmt` and `fix`.

use expect_test::expect;

use crate::site::Site;

const UNTIDY: &str =
    "name:   x\nnodes:\n- id: a\n  run: echo a   # why\n- id: b\n  depends_on: [a]\n  run: echo b\n";

#[test]
fn fmt_writes_and_says_what() {
    let site = Site::new().write("a.dag.yaml", UNTIDY).write("CLAUDE.md", "# x\n");
    let said = site.divisi(&["fmt"]);
    assert_eq!(
        (said.status, said.out.as_str()),
        (0, "formatted a.dag.yaml\n1 DAG file: 1 changed\n"),
        "{}",
        said.err
    );
    expect![[r#"
        name: x
        nodes:
          - id: a
            run: echo a   # why
          - id: b
            depends_on: [a]
            run: echo b
    "#]]
    .assert_eq(&site.read("a.dag.yaml"));
    assert_eq!(site.divisi(&["fmt", "--check"]).status, 0);
}

#[test]
fn fmt_shows_what_would_change() {
    let site = Site::new().write("a.dag.yaml", UNTIDY);
    let said = site.divisi(&["fmt", "--check"]);
    assert_eq!(said.status, 1, "{}", said.err);
    expect![[r#"
        --- a.dag.yaml
        +++ a.dag.yaml
        @@ -1,7 +1,7 @@
        -name:   x
        +name: x
         nodes:
        -- id: a
        -  run: echo a   # why
        -- id: b
        -  depends_on: [a]
        -  run: echo b
        +  - id: a
        +    run: echo a   # why
        +  - id: b
        +    depends_on: [a]
        +    run: echo b
        1 DAG file: 1 would change
    "#]]
    .assert_eq(&said.out);
    assert_eq!(site.read("a.dag.yaml"), UNTIDY);
}

#[test]
fn fmt_leaves_what_is_broken_or_not_ours() {
    let broken = "nodes:\n  - id: \"a\n";
    let site = Site::new().write("a.dag.yaml", broken).write("CLAUDE.md", "# x\n");
    let said = site.divisi(&["fmt", "a.dag.yaml", "CLAUDE.md"]);
    assert_eq!(said.status, 1, "{}", said.err);
    expect![[r#"
        not formatted: CLAUDE.md: it is no DAG file
        not formatted: a.dag.yaml: it has a fault: this text in quotes is never closed: add `"` at its end
         --> a.dag.yaml:2:9
          |
        2 |   - id: "a
          |         ^^
        0 DAG files: 0 changed
    "#]]
    .assert_eq(&said.out);
    assert_eq!(site.read("a.dag.yaml"), broken);
}

#[test]
fn fix_mends_what_is_safe() {
    let before = "nodes:\n  - id: a\n    run: echo a\n  - id: b\n    needs: [a]   # first\n    run: echo b\n";
    let site = Site::new().write("a.dag.yaml", before);
    let said = site.divisi(&["fix", "--dry-run"]);
    assert_eq!(said.status, 0, "{}", said.err);
    expect![[r#"
        --- a.dag.yaml
        +++ a.dag.yaml
        @@ -2,5 +2,5 @@
           - id: a
             run: echo a
           - id: b
        -    needs: [a]   # first
        +    depends_on: [a]   # first
             run: echo b
        1 mend would be made
    "#]]
    .assert_eq(&said.out);
    assert_eq!(site.read("a.dag.yaml"), before);
    let said = site.divisi(&["fix"]);
    assert_eq!((said.status, said.out.as_str()), (0, "a.dag.yaml: 1 mend\n1 mend made\n"), "{}", said.err);
    assert_eq!(site.read("a.dag.yaml"), before.replace("needs", "depends_on"));
    assert_eq!(site.divisi(&["fix"]).out, "nothing to mend\n");
}

#[test]
fn fix_tells_by_its_status_that_an_error_is_left() {
    let site = Site::new().write("a.dag.yaml", "nodes:\n  - id: a\n    depends_on: [b]\n    run: x\n");
    let said = site.divisi(&["fix"]);
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
}

#[cfg(unix)]
#[test]
fn a_link_and_its_permissions_stay() {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    let site = Site::new().write("real/a.dag.yaml", UNTIDY);
    let file = site.root().join("real/a.dag.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("our own file");
    symlink(&file, site.root().join("b.dag.yaml")).expect("a link");
    assert_eq!(site.divisi(&["fmt", "b.dag.yaml"]).status, 0);
    assert!(fs::symlink_metadata(site.root().join("b.dag.yaml")).expect("it is there").is_symlink());
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o640);
    assert_ne!(site.read("real/a.dag.yaml"), UNTIDY);
}

#[cfg(unix)]
#[test]
fn a_file_that_two_paths_lead_to_is_formatted_once() {
    use std::os::unix::fs::symlink;
    let site = Site::new().write("a.dag.yaml", UNTIDY);
    symlink("a.dag.yaml", site.root().join("b.dag.yaml")).expect("a link");
    let said = site.divisi(&["fmt"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    assert_ne!(site.read("b.dag.yaml"), UNTIDY);
}
