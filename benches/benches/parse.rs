//! Reading a DAG file: our tolerant parser and saphyr's strict one, in one run, so that the ratio means something on
//! any machine.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use divisi_benches::dag;
use divisi_syntax::yaml;
use saphyr_parser::Parser;

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for nodes in [100, 1_000, 10_000] {
        let text: Arc<str> = dag(nodes).into();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("divisi", nodes), &text, |bencher, text| {
            bencher.iter(|| yaml::parse(black_box(Arc::clone(text))));
        });
        group.bench_with_input(BenchmarkId::new("saphyr", nodes), &text, |bencher, text| {
            bencher.iter(|| Parser::new_from_str(black_box(text)).count());
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
