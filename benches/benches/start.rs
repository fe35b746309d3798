//! What the start of an agent's node costs before its process: where 2,000 agents are known, to find the one that a node
//! names and to freeze it in a plan; and in a run of 2,000 nodes with an agent each, from the end of one node to all that
//! the next one's process needs. The budget of both together is 10 ms.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a benchmark stops at what goes wrong and talks to people"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use divisi_benches::{markdown, markdown_path};
use divisi_engine::client::{RunOptions, plan};
use divisi_engine::core::{
    AttemptKey, AttemptOutcome, Decision, Effect, Input, Outcome, StartAttempt, State, apply, decide,
};
use divisi_engine::eval::Evaluator;
use divisi_engine::event::{EVENT_VERSION, EventRecord, Evidence, OutputValue};
use divisi_engine::host::Workshop;
use divisi_engine::plan::StoredPlan;
use divisi_engine::run_folder::RunFolder;
use divisi_workspace::{Change, Places, Workspace};

/// Markdown files of the workspace; two of five are agents.
const FILES: usize = 5_000;

fn start(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("it is there");
    let agents: Vec<usize> = (0..FILES).filter(|file| file % 5 < 2).collect();
    assert!(agents.iter().all(|agent| markdown_path(*agent).contains("/agents/")));
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    for (path, text) in markdown(FILES) {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text });
    }
    let one = opened(&mut workspace, &root, "one", &[agents.len() / 2].map(|place| agents[place]));
    let all = opened(&mut workspace, &root, "all", &agents);
    let mut group = criterion.benchmark_group("start of a node");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    measure(&mut group, "its agent found among 2,000 and planned", || {
        drop(black_box(planned(&workspace, &one)))
    });

    let plan = Arc::new(planned(&workspace, &all));
    let (state, key) = first_is_running(&plan);
    let run = RunFolder::new(root.join("run"));
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let workshop = Workshop { plan: &plan, folder: &run, run: "run", environment: &environment, trace: None };
    measure(&mut group, "its prompt rendered and its process prepared", || {
        let next = next_start(&decide(&state, 0, end_of(key), &Evaluator::new()));
        let outputs = run.path().join("outputs");
        fs::create_dir_all(&outputs).expect("it can be made");
        black_box(workshop.prepare(&next, &outputs).expect("all is there"));
    });
    group.finish();
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut work: impl FnMut()) {
    let mut times = Vec::new();
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let mut own = || {
                let start = Instant::now();
                work();
                start.elapsed()
            };
            let own: Vec<Duration> = (0..iterations).map(|_| own()).collect();
            times.extend_from_slice(&own);
            own.iter().sum()
        });
    });
    times.sort_unstable();
    let percentile = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
    eprintln!("{name}, {} times: p50 {:?}, p99 {:?}", times.len(), percentile(50), percentile(99));
}

/// A chain of nodes, one for each agent; each is told what the one before it found.
fn opened(workspace: &mut Workspace, root: &Path, name: &str, agents: &[usize]) -> PathBuf {
    let mut text = format!(
        "name: {name}\nargs:\n  scope: {{ default: src }}\nmax_parallel: 1\ndefaults: {{ runner: claude }}\nnodes:\n  \
         - {{ id: first, run: [look], outputs: [findings] }}\n"
    );
    let mut before = "first".to_owned();
    for agent in agents {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - id: node-{agent}\n    depends_on: [{before}]\n    agent: agent-{agent}\n    outputs: [findings]\n    \
             prompt: |\n      Look at {{{{ args.scope }}}}. Known so far:\n      {{{{ nodes.{before}.outputs.findings }}}}\n"
        );
        before = format!("node-{agent}");
    }
    let path = root.join(format!("{name}.dag.yaml"));
    workspace.apply(Change::Opened { path: path.clone(), version: 1, text });
    path
}

fn planned(workspace: &Workspace, path: &Path) -> StoredPlan {
    let snapshot = workspace.snapshot();
    let document = snapshot.document(path).expect("it is open");
    plan(&snapshot, document, &RunOptions::default()).expect("it can be planned")
}

/// The run while its first node runs, and that attempt.
fn first_is_running(plan: &Arc<StoredPlan>) -> (State, AttemptKey) {
    let mut state = State::new("run", Arc::clone(plan)).expect("the plan is sound");
    let begin = Input::HostStarted { epoch: 1, pid: 1, recovered: Vec::new(), requests: Vec::new() };
    let decision = decide(&state, 0, begin, &Evaluator::new());
    let key = next_start(&decision).key;
    for event in decision.events {
        let seq = state.seq() + 1;
        let critical = event.is_critical();
        apply(&mut state, &EventRecord { v: EVENT_VERSION, run: "run".into(), seq, at: 0, critical, event });
    }
    (state, key)
}

/// It found 50 kB.
fn end_of(key: AttemptKey) -> Input {
    let findings = OutputValue::Value("Something is wrong here. ".repeat(2_000).into());
    let outputs = BTreeMap::from([("findings".to_owned(), findings)]);
    let outcome = AttemptOutcome { outcome: Outcome::Succeeded { outputs }, evidence: Evidence::default() };
    Input::AttemptExited { key, outcome }
}

fn next_start(decision: &Decision) -> StartAttempt {
    let mut starts = decision.effects.iter().filter_map(|effect| match effect {
        Effect::Start(start) => Some((**start).clone()),
        _ => None,
    });
    starts.next().expect("a node starts")
}

criterion_group!(benches, start);
criterion_main!(benches);
