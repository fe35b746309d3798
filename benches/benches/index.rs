//! The index of a large workspace: 5,000 Markdown files, 2,000 agents among them, on disk. What it costs to build, and
//! what a change costs after that, on disk and in an editor. Beside criterion's figures it prints how much memory the
//! index holds.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a benchmark stops at what goes wrong and talks to people"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use divisi_benches::{markdown, markdown_path};
use divisi_workspace::{Change, Places, Workspace};
use tempfile::TempDir;

const FILES: usize = 5_000;

fn write_all(root: &Path) {
    for (path, text) in markdown(FILES) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("to make folders");
        fs::write(path, text).expect("to write");
    }
}

fn scanned(root: &Path) -> Workspace {
    let mut workspace = Workspace::with_places(vec![root.to_owned()], Places::default());
    workspace.scan();
    workspace
}

/// What this process holds in memory, in MiB; 0 where the system does not say so.
fn memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<usize>().ok()).unwrap_or_default() / 1024
}

/// A text that is another one each time.
struct Changing {
    path: PathBuf,
    text: String,
    mark: &'static str,
    times: usize,
}

impl Changing {
    /// The file of that number changes behind each `mark`.
    fn new(root: &Path, file: usize, mark: &'static str) -> Self {
        let path = root.join(markdown_path(file));
        let text = fs::read_to_string(&path).expect("to read");
        assert!(text.contains(mark), "{mark} in {text}");
        Self { path, text, mark, times: 0 }
    }

    fn write(&mut self) {
        let text = self.next();
        fs::write(&self.path, text).expect("to write");
    }

    fn next(&mut self) -> String {
        self.times += 1;
        self.text.replacen(self.mark, &format!("{}{}", self.mark, self.times), 1)
    }
}

fn index(criterion: &mut Criterion) {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path();
    write_all(root);
    let mut group = criterion.benchmark_group("index");
    group.sample_size(10).measurement_time(Duration::from_secs(5));

    let before = memory();
    let mut workspace = scanned(root);
    assert_eq!(workspace.snapshot().registry().agents().len(), FILES / 5 * 2);
    assert_eq!(workspace.snapshot().commands().all().len(), FILES / 5 * 3);
    eprintln!("{FILES} files: {} MiB of memory for the index", memory().saturating_sub(before));
    group.bench_function("scan", |bencher| bencher.iter(|| scanned(root)));

    let changes = [
        ("the body of an agent", 1000, "Look at"),
        ("the description of an agent", 1000, "description: Does"),
        ("the body of a command", 1002, "Look at"),
        ("the description of a command", 1002, "description: Does"),
    ];
    for (name, file, mark) in changes {
        let mut changing = Changing::new(root, file, mark);
        group.bench_function(format!("on disk, {name}"), |bencher| {
            bencher.iter_batched(
                || changing.write(),
                |()| {
                    // Somebody else holds what was known before, as the checks in the background do.
                    let held = workspace.snapshot();
                    workspace.apply(Change::Disk { paths: vec![root.join(markdown_path(file))] });
                    held
                },
                criterion::BatchSize::PerIteration,
            );
        });
        group.bench_function(format!("typed, {name}"), |bencher| {
            bencher.iter_batched(
                || changing.next(),
                |text| {
                    let held = workspace.snapshot();
                    workspace.apply(Change::Edited {
                        path: root.join(markdown_path(file)),
                        version: 2,
                        text,
                    });
                    held
                },
                criterion::BatchSize::PerIteration,
            );
        });
        workspace.apply(Change::Closed { path: root.join(markdown_path(file)) });
    }
    group.finish();
}

criterion_group!(benches, index);
criterion_main!(benches);
