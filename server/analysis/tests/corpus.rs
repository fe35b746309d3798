//! `check` over real repositories: no panic, and figures to look at (`-- --nocapture`).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use divisi_analysis::check;
use divisi_workspace::{Class, Places, Workspace};

#[test]
fn real_repositories() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    if !corpus.is_dir() {
        println!("SKIPPED: {} is not here", corpus.display());
        return;
    }
    let mut repositories: Vec<_> =
        std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    repositories.retain(|path| path.is_dir());
    repositories.sort();

    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut documents = 0;
    let mut spent = Duration::ZERO;
    let mut slowest = (Duration::ZERO, String::new());
    for repository in repositories {
        let mut workspace = Workspace::with_places(vec![repository.clone()], Places::default());
        workspace.scan();
        let snapshot = workspace.snapshot();
        for document in snapshot.documents().filter(|document| document.class != Class::None) {
            let name = document.path.strip_prefix(corpus).unwrap_or(&document.path).display().to_string();
            let begin = Instant::now();
            let findings = check(&snapshot, document);
            let took = begin.elapsed();
            documents += 1;
            spent += took;
            slowest = slowest.max((took, name.clone()));
            for finding in findings {
                *counts
                    .entry(format!("{} {:?}", finding.code, finding.severity).to_lowercase())
                    .or_default() += 1;
                let place = document.lines.line(finding.span.start) + 1;
                println!("{name}:{place}: {} ({:?}): {}", finding.code, finding.severity, finding.message);
                assert!(finding.span.end as usize <= document.text.len());
                assert_eq!(document.lines.line(finding.span.start), document.lines.line(finding.span.end));
            }
        }
    }
    println!("{documents} documents checked in {spent:?}, the slowest {} in {:?}", slowest.1, slowest.0);
    println!("{counts:#?}");
}
