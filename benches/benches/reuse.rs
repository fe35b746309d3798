//! What it costs to use an earlier result: the identity of a node that reads forty files, the look-up in an open store,
//! and the note that the result was used. Nothing has to be put back. The budget is 1 ms.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a benchmark stops at what goes wrong and talks to people"
)]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use divisi_engine::client::{RunOptions, plan};
use divisi_engine::core::{
    AttemptKey, AttemptOutcome, Effect, Found, IdentifyNode, Input, Outcome, State, decide,
};
use divisi_engine::eval::Evaluator;
use divisi_engine::event::{Evidence, OutputValue};
use divisi_engine::plan::StoredPlan;
use divisi_engine::results::RunResults;
use divisi_workspace::{Change, Places, Workspace};

/// Set for the measurement itself, which has a state folder, and with it a key, of its own.
const PRIVATE: &str = "DIVISI_BENCH_PRIVATE";

const FILES: usize = 40;

/// What is written so shortly before it is read is read again each time.
const GROWS_OLD: Duration = Duration::from_millis(2_100);

const DAG: &str = "name: one
nodes:
  - id: count
    run: [wc, -l, src/file-0.txt]
    reads: ['src/**']
    writes: [made.txt]
    outputs: [lines]
";

fn main() {
    if std::env::var_os(PRIVATE).is_none() {
        let state = tempfile::tempdir().expect("a temporary folder");
        let mut measurement = Command::new(std::env::current_exe().expect("a program knows its path"));
        measurement.args(std::env::args().skip(1)).env(PRIVATE, "1").env("XDG_STATE_HOME", state.path());
        assert!(measurement.status().expect("it runs").success());
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it is there");
    write_files(&root);
    std::thread::sleep(GROWS_OLD);
    let plan = Arc::new(plan_of(&root));
    let search = search_of(&plan);
    let mut first = open(&plan, &root, "first");
    make_result(&mut first, &search, &root);
    std::thread::sleep(GROWS_OLD);
    let mut results = open(&plan, &root, "second");
    let mut times = Vec::new();
    let mut group = criterion.benchmark_group("reuse");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    group.bench_function("a result of an open store", |bencher| {
        bencher.iter_custom(|iterations| {
            let own: Vec<Duration> = (0..iterations).map(|_| hit(&mut results, &search)).collect();
            times.extend_from_slice(&own);
            own.iter().sum()
        });
    });
    group.finish();
    times.sort_unstable();
    let percentile = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    eprintln!("{} hits: p50 {:?}, p99 {:?}", times.len(), percentile(50), percentile(99));
}

fn write_files(root: &Path) {
    fs::create_dir(root.join("src")).expect("a fresh folder");
    for file in 0..FILES {
        let text = format!("What stands in file {file}.\n").repeat(200);
        fs::write(root.join(format!("src/file-{file}.txt")), text).expect("a fresh file");
    }
    fs::write(root.join("made.txt"), "before\n").expect("a fresh file");
}

fn plan_of(root: &Path) -> StoredPlan {
    let path = root.join("one.dag.yaml");
    let mut workspace = Workspace::with_places(vec![root.to_owned()], Places::default());
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text: DAG.to_owned() });
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&path).expect("it is open");
    plan(&snapshot, document, &RunOptions::default()).expect("it can be planned")
}

/// What the core asks about the only node.
fn search_of(plan: &Arc<StoredPlan>) -> IdentifyNode {
    let state = State::new("first", Arc::clone(plan)).expect("the plan is sound");
    let start = Input::HostStarted { epoch: 1, pid: 1, recovered: Vec::new(), requests: Vec::new() };
    let decision = decide(&state, 0, start, &Evaluator::new());
    let mut searches = decision.effects.into_iter().filter_map(|effect| match effect {
        Effect::Identify(search) => Some(*search),
        _ => None,
    });
    searches.next().expect("its result may be used again")
}

fn open(plan: &Arc<StoredPlan>, root: &Path, run: &str) -> RunResults {
    RunResults::open(Arc::clone(plan), run.to_owned(), root.join("blobs"), std::env::vars().collect())
}

/// An attempt that writes its file and one line.
fn make_result(results: &mut RunResults, search: &IdentifyNode, root: &Path) {
    let found = results.identify(search).expect("its files can be read");
    assert!(matches!(found, Found::Miss { .. }));
    fs::write(root.join("made.txt"), "after\n").expect("it can be written");
    let key = AttemptKey { node: search.key.node, attempt: 1, epoch: 1 };
    let outputs = BTreeMap::from([("lines".to_owned(), OutputValue::Value("200".into()))]);
    let end = AttemptOutcome { outcome: Outcome::Succeeded { outputs }, evidence: Evidence::default() };
    let end = results.take_end(key, end, &[]);
    assert!(end.evidence.result.is_some_and(|kept| kept.not_kept.is_empty()));
}

fn hit(results: &mut RunResults, search: &IdentifyNode) -> Duration {
    let start = Instant::now();
    let found = black_box(results.identify(search));
    let took = start.elapsed();
    assert!(matches!(found, Ok(Found::Hit { .. })), "{found:?}");
    took
}
