//! All checks of one document, and taking an edit in (parsing and lowering).

#![expect(clippy::expect_used, reason = "a benchmark stops at what goes wrong")]

use std::hint::black_box;
use std::path::PathBuf;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use divisi_benches::{agents, dag};
use divisi_workspace::{Change, Places, Workspace};

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    for nodes in [100, 1_000, 10_000] {
        let root = PathBuf::from("/workspace");
        let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
        for (path, text) in agents() {
            workspace.apply(Change::Opened { path: root.join(path), version: 1, text });
        }
        let (path, text) = (root.join("bench.dag.yaml"), dag(nodes));
        workspace.apply(Change::Opened { path: path.clone(), version: 1, text: text.clone() });

        let snapshot = workspace.snapshot();
        let document = snapshot.document(&path).expect("it is open");
        group.bench_function(BenchmarkId::new("check", nodes), |bencher| {
            bencher.iter(|| divisi_analysis::check(black_box(&snapshot), black_box(document)));
        });
        group.bench_function(BenchmarkId::new("edit", nodes), |bencher| {
            bencher.iter(|| {
                let (path, text) = (path.clone(), text.clone());
                workspace.apply(Change::Edited { path, version: 2, text });
            });
        });
    }
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
