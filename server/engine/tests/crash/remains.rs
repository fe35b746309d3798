//! What a run leaves behind: the files that its nodes made, results that later runs find, and nothing else.

use std::fs::{self, File};
use std::path::Path;

use divisi_engine::event::{Event, Verdict};
use divisi_engine::journal::Reader;
use divisi_model::OnFailure;

use crate::bench::{Bench, await_that, processes_with};
use crate::trial::{Kind, drive};
use crate::work::{self, COLUMNS, WIDTH};

/// The column whose file is another one when results are to be reused, and what it holds then.
const CHANGED: (usize, &str) = (0, "another");

/// Before results are reused: some are no longer where they were made, and one column has to be made anew.
pub(crate) fn disturb(bench: &Bench, count: usize) {
    fs::write(bench.root().join(format!("in/{}", CHANGED.0)), format!("{}\n", CHANGED.1)).unwrap();
    for index in cached(count).filter(|index| (index / WIDTH).is_multiple_of(2) && index % WIDTH != CHANGED.0)
    {
        fs::remove_file(bench.root().join(format!("out/{index}"))).unwrap();
    }
    fs::remove_file(bench.root().join("witness")).unwrap();
}

/// Whether a node follows from nothing that [`disturb`] changes.
pub(crate) fn is_unchanged(path: &str) -> bool {
    let index: Option<usize> = path.strip_prefix('n').and_then(|index| index.parse().ok());
    index.is_some_and(|index| work::is_cached(index) && index % WIDTH != CHANGED.0)
}

pub(crate) fn judge(bench: &Bench, kind: Kind, count: usize, crash: &Path) {
    await_that("the death of every process of the run", || {
        bench.survivors().is_empty() && processes_with(&crash.display().to_string()).is_empty()
    });
    let folder = bench.root().join(".divisi/runs").join(&bench.run);
    assert!(!Reader::open(&folder).unwrap().is_owned(), "somebody holds the run");
    no_copy_is_left(bench, &folder);
    nothing_is_half_written(&bench.root());
    if kind != Kind::Reused {
        copies_were_merged(bench, count);
        let made: Vec<_> = fs::read_dir(bench.root().join("made")).unwrap().collect();
        let expected =
            if kind == Kind::Undone { 0 } else { (0..count).filter(|i| work::can_be_undone(*i)).count() };
        assert_eq!(made.len(), expected, "{made:?}");
    }
    let mut columns = COLUMNS;
    if kind == Kind::Reused {
        columns[CHANGED.0] = CHANGED.1;
    }
    results_are_right(bench, count, &columns);
    locks_are_free_and_results_come_back(bench, count, &columns);
}

fn cached(count: usize) -> impl Iterator<Item = usize> {
    (0..count).filter(|index| work::is_cached(*index))
}

fn no_copy_is_left(bench: &Bench, run: &Path) {
    assert_eq!(work::git(&bench.root(), &["worktree", "list"]).lines().count(), 1);
    for folder in ["worktrees", "scratch"] {
        assert!(!run.join(folder).exists(), "{folder} is left");
    }
    let lock = bench.root().join(".git/divisi.lock");
    let is_free = File::open(lock).map_or(true, |lock| lock.try_lock().is_ok());
    assert!(is_free, "somebody holds the working tree");
}

fn nothing_is_half_written(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        assert!(!name.starts_with(".divisi-"), "{} is left", entry.path().display());
        if entry.file_type().unwrap().is_dir() && ![".git", ".divisi"].contains(&name.as_str()) {
            nothing_is_half_written(&entry.path());
        }
    }
}

/// What nodes made on their copies is in the workspace, once.
fn copies_were_merged(bench: &Bench, count: usize) {
    let shared = bench.read("shared");
    for index in (0..count).filter(|index| work::is_isolated(*index)) {
        assert_eq!(bench.read(&format!("made-{index}")), format!("{index}\n"));
        let line = format!("{index} done");
        assert_eq!(shared.lines().filter(|found| *found == line).count(), 1, "{line}\n{shared}");
    }
    let changed = work::git(&bench.root(), &["status", "--porcelain"]);
    let isolated = (0..count).filter(|index| work::is_isolated(*index)).count();
    assert_eq!(changed.lines().count(), 1 + isolated, "{changed}");
}

fn results_are_right(bench: &Bench, count: usize, columns: &[&str; work::CACHED]) {
    for index in cached(count) {
        let text = bench.read(&format!("out/{index}"));
        let lines: std::collections::BTreeSet<String> = text.lines().map(str::to_owned).collect();
        assert_eq!(lines, work::lines_of(index, columns), "out/{index}");
    }
}

/// A later run gets every lock at once, and finds results that are whole or none.
fn locks_are_free_and_results_come_back(bench: &Bench, count: usize, columns: &[&str; work::CACHED]) {
    for index in cached(count) {
        fs::remove_file(bench.root().join(format!("out/{index}"))).unwrap();
    }
    let later = bench.beside(
        |root| work::cached(root, count),
        |plan| {
            work::options(plan);
            plan.on_failure = OnFailure::Stop;
        },
    );
    drive(&later, None, Verdict::Succeeded);
    let withheld = |event: &Event| matches!(event, Event::Withheld { .. });
    assert!(!later.events().iter().any(|record| withheld(&record.event)), "a lock is held");
    results_are_right(&later, count, columns);
}
