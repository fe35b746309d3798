//! examples/release, on a copy with a repository of its own.

use std::path::Path;

use serde_json::Value;

use crate::example::copy;
use crate::isolation::git;
use crate::site::{Said, Site};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/release");

fn site() -> Site {
    let site = Site::new();
    copy(Path::new(EXAMPLE), &site.root());
    git(&site, &["init", "--quiet"]);
    git(&site, &["add", "--all"]);
    git(&site, &["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "first"]);
    site
}

/// Runs it, says yes, and sees it to its end.
fn release(site: &Site, arguments: &[&str]) -> Said {
    let said = site.divisi(&[&["run", "release", "--yes"], arguments].concat());
    assert_eq!(said.status, 75, "{}{}", said.out, said.err);
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    let run = list[0]["run"].as_str().expect("an id").to_owned();
    let said = site.divisi(&["approve", &run, "ok"]);
    assert_eq!(said.status, 0, "{}", said.err);
    site.divisi(&["attach", &run])
}

#[test]
fn has_no_findings_and_can_be_planned() {
    let site = site();
    let said = site.divisi(&["check"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.ends_with("no findings\n"), "{}", said.out);
    assert_eq!(site.divisi(&["plan", "release"]).status, 0);
}

#[test]
fn is_published_after_a_yes_and_reuses_its_tests() {
    let site = site();
    let said = release(&site, &[]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(site.root().join("shop/1.1.0/lamp/source.txt").exists());
    assert_eq!(site.read("VERSION"), "1.1.0\n");
    let changes = site.read("CHANGES.md");
    assert!(changes.starts_with("# Changes\n\n## 1.1.0\n\nPackages: clock lamp\n"), "{changes}");
    assert!(changes.ends_with("\nNewest: 1.1.0\n"), "the lines of both nodes are there: {changes}");
    let said = site.divisi(&["plan", "release"]);
    assert_eq!(said.out.matches("reused from run ").count(), 2, "{}", said.out);
    let said = release(&site, &[]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("reused 3 of 3 results"), "{}", said.out);
}

#[test]
fn what_does_not_work_is_taken_back() {
    let site = site();
    let said = release(&site, &["--arg", "broken=true"]);
    assert_eq!(said.status, 3, "{}{}", said.out, said.err);
    assert!(said.out.contains("undone     publish"), "{}", said.out);
    assert!(!site.root().join("shop/1.1.0").exists());
}
