//! `isolation: worktree`: what is merged, what is not, and what is said.

use std::process::Command;

use crate::site::Site;

/// Both change the file, each in a copy of the workspace that was made before the other was merged.
const BOTH: &str = "\
name: both
nodes:
  - id: first
    isolation: worktree
    worktree: { link: [marks] }
    run: 'sed s/one/ONE/ file > new; mv new file; touch marks/first; until [ -f marks/last ]; do sleep 0.02; done'
  - id: last
    isolation: worktree
    worktree: { link: [marks] }
    run: 'sed s/five/FIVE/ file > new; mv new file; touch marks/last; until [ -f marks/first ]; do sleep 0.02; done'
";

/// A workspace with a commit, and with a change that is not committed.
pub(crate) fn repository(text: &str) -> Site {
    let site = Site::new().write("both.dag.yaml", text).write(".gitignore", "marks\n.divisi\n");
    let site = site.write("marks/.keep", "").write("file", "one\ntwo\n");
    git(&site, &["init", "--quiet"]);
    git(&site, &["add", "--all"]);
    git(&site, &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "first"]);
    site.write("file", "one\ntwo\nthree\nfour\nfive\n")
}

/// Runs git in the workspace; what it printed.
pub(crate) fn git(site: &Site, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(site.root()).env("HOME", site.root().join("nobody"));
    let output = git.output().expect("git is there");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The host removes copies after it told the run's end: looks until there are so many working trees, the workspace among
/// them.
#[track_caller]
pub(crate) fn await_trees(site: &Site, count: usize) {
    let trees = || git(site, &["worktree", "list"]).lines().count();
    assert!((0..10_000).any(|_| trees() == count), "there are {} and not {count}", trees());
}

#[test]
fn what_both_made_is_merged_and_said() {
    let site = repository(BOTH);
    let said = site.divisi(&["run", "both", "--yes", "--max-parallel", "2"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(site.read("file"), "ONE\ntwo\nthree\nfour\nFIVE\n");
    for node in ["first", "last"] {
        let merging = said.out.find(&format!("merging    {node}  "));
        let succeeded = said.out.find(&format!("succeeded  {node}  "));
        assert!(merging.is_some() && merging < succeeded, "{}", said.out);
    }
    await_trees(&site, 1);
    assert_eq!(git(&site, &["log", "--oneline"]).lines().count(), 1, "nothing is committed");
}

#[test]
fn a_conflict_fails_the_node_and_names_the_files_and_the_copy() {
    let site = repository(&BOTH.replace("s/five/FIVE/", "s/one/1/"));
    let said = site.divisi(&["run", "both", "--yes", "--max-parallel", "2"]);
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
    let failed = said.out.lines().find(|line| line.contains("failed     ")).expect("one of them");
    assert!(failed.contains("file") && failed.contains(".divisi/runs/"), "{failed}");
    await_trees(&site, 2);
    let merged = site.read("file");
    assert!(merged.starts_with("ONE\n") || merged.starts_with("1\n"), "the other one is there: {merged}");
    // From a new copy there is nothing left to disagree about: its pattern is gone.
    let said = site.divisi(&["resume", "--yes"]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert_eq!(site.read("file"), merged);
    await_trees(&site, 1);
}
