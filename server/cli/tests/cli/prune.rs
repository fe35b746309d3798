//! `divisi runs --prune`, and what `divisi doctor` finds left over.

use std::fs;

use serde_json::Value;

use crate::isolation::{await_trees, git};
use crate::run::kill_host;
use crate::site::{Said, Site};

const ONE: &str = "name: one\nnodes:\n  - { id: a, run: 'cat in', reads: [in], outputs: [text] }\n";

const CHAIN: &str = "\
name: chain
nodes:
  - { id: a, run: 'echo a >> ran' }
  - { id: b, run: 'test -f ok', depends_on: [a] }
";

const GATE: &str = "\
name: gate
nodes:
  - { id: gate, run: 'until [ -f go ]; do sleep 0.02; done' }
";

const CONFLICT: &str = "\
name: conflict
nodes:
  - id: here
    run: 'until grep -q yes began; do sleep 0.02; done; echo here > file; echo yes > went'
  - id: there
    isolation: worktree
    worktree: { link: [began, went] }
    run: 'echo there > file; echo yes > began; until grep -q yes went; do sleep 0.02; done'
";

fn runs(site: &Site) -> Vec<String> {
    let list: Value = serde_json::from_str(&site.divisi(&["runs", "--json"]).out).expect("JSON");
    let ids = list.as_array().expect("a list").iter();
    ids.map(|run| run["run"].as_str().expect("an id").to_owned()).collect()
}

/// A host that has just told the end of its run owns it for another moment.
fn prune(site: &Site, arguments: &[&str]) -> Said {
    loop {
        let said = site.divisi(&[&["runs", "--prune"], arguments].concat());
        if !said.out.contains("somebody goes on with it") {
            return said;
        }
    }
}

fn run_ids(pruned: &Value, part: &str) -> Vec<String> {
    let runs = pruned[part].as_array().expect("a list").iter();
    runs.map(|run| run["run"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn the_latest_stay_and_a_dry_run_removes_nothing() {
    let site =
        Site::new().write("one.dag.yaml", ONE).write("chain.dag.yaml", CHAIN).write("ok", "").write("in", "");
    for _ in 0..3 {
        assert_eq!(site.divisi(&["run", "one", "--yes"]).status, 0);
    }
    assert_eq!(site.divisi(&["run", "chain", "--yes"]).status, 0);
    let all = runs(&site);
    let said = prune(&site, &[]);
    assert!(said.out.starts_with("removed 0 runs"), "none is 30 days old: {}{}", said.out, said.err);
    let said = prune(&site, &["--keep", "1", "--dry-run"]);
    assert!(said.out.contains("would remove 2 runs: "), "{}", said.out);
    assert_eq!(runs(&site), all);
    let said = prune(&site, &["--keep", "1", "--older-than", "1h"]);
    assert!(said.out.starts_with("removed 0 runs"), "none is old enough: {}", said.out);
    let said = prune(&site, &["--keep", "1", "--json"]);
    let pruned: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(run_ids(&pruned, "removed"), all[2..]);
    assert!(pruned["freed_bytes"].as_u64().expect("a number") > 1_000);
    assert_eq!(runs(&site), all[..2], "one of each DAG");
    let said = prune(&site, &["--keep", "0", "--dag", "chain"]);
    assert!(said.out.contains("removed 1 run: "), "{}", said.out);
    assert_eq!(runs(&site), all[1..2]);
    let said = site.divisi(&["run", "one", "--yes"]);
    assert!(said.out.contains("reused"), "its result is there still: {}", said.out);
}

#[test]
fn what_others_went_on_from_stays() {
    let site = Site::new().write("chain.dag.yaml", CHAIN);
    assert_eq!(site.divisi(&["run", "chain", "--yes"]).status, 1);
    site.put("chain.dag.yaml", CHAIN.replace("-f ok", "-f  ok"));
    assert_eq!(site.divisi(&["resume", "--edited", "--yes"]).status, 1);
    let all = runs(&site);
    let said = prune(&site, &["--keep", "1"]);
    assert!(
        said.out.contains(&format!("{}  stays: the run {} goes on from it", all[1], all[0])),
        "{}",
        said.out
    );
    assert_eq!(runs(&site), all);
    let said = prune(&site, &["--keep", "0"]);
    assert!(said.out.contains("removed 2 runs: "), "{}", said.out);
}

#[test]
fn a_run_that_goes_on_or_lost_its_host_stays() {
    let site = Site::new().write("gate.dag.yaml", GATE);
    let mut live = site.start(&["run", "gate", "--yes"]);
    live.until("started    gate");
    let run = runs(&site).remove(0);
    let said = prune(&site, &["--keep", "0", "--orphaned"]);
    assert!(said.out.starts_with("removed 0 runs"), "{}", said.out);
    kill_host(&site, &run);
    assert_eq!(live.end(), 1, "its host is gone");
    let said = site.divisi(&["doctor"]);
    assert!(
        said.out.contains(&format!("the run {run} lost its host: `divisi resume {run}`")),
        "{}",
        said.out
    );
    let said = prune(&site, &["--keep", "0"]);
    assert!(said.out.starts_with("removed 0 runs"), "{}", said.out);
    // Until the guard has killed what the host left, its processes keep it.
    while !runs(&site).is_empty() {
        let said = prune(&site, &["--keep", "0", "--orphaned"]);
        let is_told = said.out.contains("removed 1 run: ") || said.out.contains("processes of it still run");
        assert!(is_told, "{}{}", said.out, said.err);
    }
    assert!(!site.divisi(&["doctor"]).out.contains("leftover"));
}

#[test]
fn copies_are_only_removed_when_asked() {
    let site = Site::new().write("conflict.dag.yaml", CONFLICT).write("file", "base\n");
    site.put(".gitignore", "began\nwent\n");
    site.put("began", "");
    site.put("went", "");
    git(&site, &["init", "-q"]);
    git(&site, &["add", "-A"]);
    git(&site, &["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "first"]);
    let said = site.divisi(&["run", "conflict", "--yes", "--max-parallel", "2"]);
    assert_eq!(said.status, 1, "{}{}", said.out, said.err);
    await_trees(&site, 2);
    let run = runs(&site).remove(0);
    let said = site.divisi(&["doctor"]);
    assert!(said.out.contains(&format!("the run {run} keeps 1 copy of the workspace")), "{}", said.out);
    let said = prune(&site, &["--keep", "0"]);
    assert!(said.out.contains("stays: it keeps copies of the workspace"), "{}", said.out);
    let said = prune(&site, &["--keep", "0", "--with-copies"]);
    assert!(said.out.contains("removed 1 run: "), "{}{}", said.out, said.err);
    assert_eq!(git(&site, &["worktree", "list"]).lines().count(), 1);
}

#[test]
fn what_was_left_over_by_hand_or_by_a_kill_is_named_and_mended() {
    let site = Site::new().write("one.dag.yaml", ONE).write("in", "");
    git(&site, &["init", "-q"]);
    git(&site, &["add", "-A"]);
    git(&site, &["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "first"]);
    assert_eq!(site.divisi(&["run", "one", "--yes"]).status, 0);
    let run = runs(&site).remove(0);
    // As a kill in the middle of a removal leaves it, and as `rm -r` of a run leaves its copies.
    let state = site.root().join(".divisi");
    fs::create_dir_all(state.join("removed")).expect("a folder");
    fs::rename(state.join("runs").join(&run), state.join("removed").join(&run)).expect("a move");
    let copy = state.join("runs/gone/worktrees/0-a.1");
    git(&site, &["worktree", "add", "-q", "--detach", copy.to_str().expect("text")]);
    fs::remove_dir_all(state.join("runs/gone")).expect("it goes");
    fs::create_dir_all(state.join("runs/never-began")).expect("a folder");
    fs::create_dir_all(state.join("store/bodies/aa")).expect("a folder");
    fs::write(state.join("store/bodies/aa/aa11"), "nobody needs it").expect("a file");
    let said = site.divisi(&["doctor"]);
    for told in [
        "1 run removed in part, ",
        "git knows a copy of the workspace that is gone",
        "`rm -r .divisi/runs/never-began`",
    ] {
        assert!(said.out.contains(told), "{told}: {}", said.out);
    }
    fs::remove_dir(state.join("runs/never-began")).expect("it goes");
    let said = prune(&site, &[]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(said.out.contains("removed 0 runs, the rest of 1 run, "), "{}", said.out);
    assert!(!state.join("removed").join(&run).exists() && !state.join("store/bodies/aa/aa11").exists());
    assert!(!site.divisi(&["doctor"]).out.contains("leftover"));
}
