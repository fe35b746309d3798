//! Completion where 2,000 agents and 3,000 commands and skills are known: the time to propose, to which nothing of the
//! protocol is added. Beside criterion's figures it prints the median and the 99th percentile; the budget is 5 ms.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a benchmark stops at what goes wrong and talks to people"
)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use divisi_benches::{dag, markdown};
use divisi_ide::complete;
use divisi_workspace::{Change, Places, Workspace};

const FILES: usize = 5_000;

fn completion(criterion: &mut Criterion) {
    let root = PathBuf::from("/workspace");
    let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
    for (path, text) in markdown(FILES) {
        workspace.apply(Change::Opened { path: root.join(path), version: 1, text });
    }
    let places = [
        ("an agent of a node", "one.dag.yaml", "nodes:\n  - id: a\n    agent: ag"),
        ("a command of a node", "one.dag.yaml", "nodes:\n  - id: a\n    command: co"),
        ("an agent in a text", "CLAUDE.md", "Ask @agent-ag"),
        ("a command in a text", "CLAUDE.md", "Then run /are"),
        ("a file in a text", "CLAUDE.md", "Read @.claude/"),
        ("a key", "one.dag.yaml", "nodes:\n  - id: a\n    dep"),
    ];
    let mut group = criterion.benchmark_group("completion");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    let large = dag(1_000);
    for (name, path, begun) in places {
        let path = root.join(path);
        let text = begun.strip_prefix("nodes:\n").map_or(begun.to_owned(), |nodes| format!("{large}{nodes}"));
        let offset = text.len() as u32;
        workspace.apply(Change::Opened { path: path.clone(), version: 1, text });
        let snapshot = workspace.snapshot();
        let document = snapshot.document(&path).expect("it is open");
        assert!(!complete(&snapshot, document, offset).is_empty(), "{name}");
        let mut times = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let own: Vec<Duration> = (0..iterations)
                    .map(|_| {
                        let start = Instant::now();
                        black_box(complete(&snapshot, document, offset));
                        start.elapsed()
                    })
                    .collect();
                times.extend_from_slice(&own);
                own.iter().sum()
            });
        });
        times.sort_unstable();
        let percentile = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        eprintln!("{name}, {} times: p50 {:?}, p99 {:?}", times.len(), percentile(50), percentile(99));
    }
    group.finish();
}

criterion_group!(benches, completion);
criterion_main!(benches);
