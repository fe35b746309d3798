//! Files of other tools as they are while somebody types them: everything that reads them answers, and soon.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use divisi_analysis::check;
use divisi_edit::convert;
use divisi_ide::{complete, hover};
use divisi_model::Dialect;
use divisi_workspace::{Change, Places, Workspace};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

/// For one prefix, in a build without optimisation.
const LONGEST: Duration = Duration::from_secs(2);
const REPOSITORIES: &[&str] =
    &["coleam00__Archon", "lazarenkod__spec-kit", "ruvnet__claude-flow", "ruvnet__ruflo", "markus41__Notion"];
/// Longer files cost the test too much; they are no other than these.
const LARGEST: usize = 30_000;

/// Path in its repository and text of all files that hold a DAG of another tool.
fn files(corpus: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for repository in REPOSITORIES {
        let root = corpus.join(repository);
        let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
        workspace.scan();
        for document in workspace.snapshot().documents() {
            let is_foreign = document.dag().is_some_and(|(_, dag)| dag.dialect != Dialect::Native);
            if is_foreign && document.text.len() <= LARGEST {
                let path = document.path.strip_prefix(&root).unwrap().to_owned();
                files.push((path, document.text.to_string()));
            }
        }
    }
    files
}

#[test]
fn prefixes_of_real_files() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    if !corpus.is_dir() {
        println!("SKIPPED: {} is not here", corpus.display());
        return;
    }
    let files = files(corpus);
    assert!(files.len() > 20, "only {} files", files.len());
    let slowest = Cell::new(Duration::ZERO);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let case = (any::<Index>(), any::<Index>(), any::<bool>());
    let run = runner.run(&case, |(file, end, goes_on)| {
        let (path, text) = file.get(&files);
        let end = (0..=end.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        // A part of a file, or the file without the rest of one line.
        let rest = text.get(end..).filter(|_| goes_on).and_then(|rest| rest.find('\n').map(|at| &rest[at..]));
        let typed = format!("{}{}", &text[..end], rest.unwrap_or_default());
        let took = read(path, typed, end as u32);
        slowest.set(slowest.get().max(took));
        prop_assert!(took < LONGEST, "{} takes {took:?} at {end}", path.display());
        Ok(())
    });
    println!("{} files, the slowest prefix in {:?}", files.len(), slowest.get());
    run.unwrap();
}

fn read(path: &Path, text: String, cursor: u32) -> Duration {
    let started = Instant::now();
    let mut workspace = Workspace::with_places(vec!["/workspace".into()], Places::default());
    let path = Path::new("/workspace").join(path);
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text });
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&path).unwrap();
    check(&snapshot, document);
    complete(&snapshot, document, cursor);
    hover(&snapshot, document, cursor, None);
    let agents: BTreeMap<String, String> =
        convert::labels(document).into_iter().map(|label| (label, "claude".to_owned())).collect();
    let _ = convert::to_native(document, "x", &agents);
    started.elapsed()
}
