//! Files of other tools, converted: they plan as before, and have no errors that the original had not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::{Severity, check, plan};
use divisi_edit::convert;
use divisi_model::Dialect;
use divisi_syntax::Span;
use divisi_syntax::strict::check_yaml;
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};

/// Labels become names of agents, whether there are such agents or not.
const ABOUT_AGENTS: &[&str] = &["unknown-agent", "agent-not-loaded"];

fn errors(snapshot: &Snapshot, document: &Arc<Document>) -> Vec<String> {
    let findings = check(snapshot, document).into_iter();
    let errors = findings
        .filter(|finding| finding.severity == Severity::Error && !ABOUT_AGENTS.contains(&finding.code));
    errors
        .map(|finding| {
            let line = document.lines.line(finding.span.start) + 1;
            format!("{line}: {} {}", finding.code, finding.message)
        })
        .collect()
}

#[test]
fn real_files_plan_identically() {
    let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    if !corpus.is_dir() {
        println!("SKIPPED: {} is not here", corpus.display());
        return;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for repository in [
        "coleam00__Archon",
        "lazarenkod__spec-kit",
        "ruvnet__claude-flow",
        "ruvnet__ruflo",
        "markus41__Notion",
    ] {
        let root = corpus.join(repository);
        let mut workspace = Workspace::with_places(vec![root.clone()], Places::default());
        workspace.scan();
        let snapshot = workspace.snapshot();
        let foreign = snapshot.documents().filter(|document| {
            document.dag().is_some_and(|(_, dag)| dag.dialect != Dialect::Native && !dag.nodes.is_empty())
        });
        for document in foreign.cloned().collect::<Vec<_>>() {
            let (tree, dag) = document.dag().unwrap();
            if !tree.errors().is_empty() {
                continue;
            }
            let name = document.path.strip_prefix(corpus).unwrap().display().to_string();
            let agents =
                convert::labels(&document).into_iter().map(|label| (label, "claude".to_owned())).collect();
            let converted = convert::to_native(&document, "x", &agents).unwrap();
            let path = document.path.with_extension("converted.dag.yaml");
            workspace.apply(Change::Opened { path: path.clone(), version: 1, text: converted.text.clone() });
            let after = workspace.snapshot();
            let native = after.document(&path).unwrap();
            let Some((_, native_dag)) = native.dag() else {
                wrong.push(format!("{name}: no DAG"));
                continue;
            };
            let strict = check_yaml(&native.text, Span::new(0, native.text.len() as u32));
            wrong.extend(strict.iter().map(|fault| format!("{name}: strict: {}", fault.message)));
            let mut said = errors(&after, native);
            let graph_errors = errors(&snapshot, &document);
            said.retain(|_| graph_errors.is_empty());
            wrong.extend(said.into_iter().map(|error| format!("{name}:{error}")));
            for slots in [1, 3, 5] {
                if plan::plan(dag, slots) != plan::plan(native_dag, slots) {
                    wrong.push(format!("{name}: another plan for {slots} slots"));
                }
            }
            *counts.entry(dag.dialect.name()).or_default() += 1;
        }
    }
    println!("{counts:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
