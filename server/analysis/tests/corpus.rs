//! `check` over real repositories: no panic, and figures to look at (`-- --nocapture`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use divisi_analysis::check;
use divisi_model::{Dag, Work};
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

/// With agents for all names but one, exactly that one is unknown.
#[test]
fn the_published_commands_with_all_agents_but_one() {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpus/markus41__Notion/commands/v2"
    ));
    if !folder.is_dir() {
        println!("SKIPPED: {} is not here", folder.display());
        return;
    }
    for name in ["review-all", "orchestrate-complex", "security-fortress"] {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("commands/v2").join(format!("{name}.json"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(folder.join(format!("{name}.json")), &path).unwrap();
        let mut workspace = Workspace::with_places(vec![root.path().to_owned()], Places::default());
        workspace.scan();
        let snapshot = workspace.snapshot();
        let named = agents_of(snapshot.document(&path).unwrap().dag().unwrap().1);
        let (missing, present) = named.split_first().unwrap();

        let agents = root.path().join(".claude/agents");
        std::fs::create_dir_all(&agents).unwrap();
        for agent in present {
            let text = format!("---\nname: {agent}\ndescription: Does {agent}\n---\n");
            std::fs::write(agents.join(format!("{agent}.md")), text).unwrap();
        }
        workspace.scan();
        let snapshot = workspace.snapshot();
        let document = snapshot.document(&path).unwrap();
        let findings = check(&snapshot, document);
        let unknown: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.code == "unknown-agent")
            .map(|finding| finding.span.slice(&document.text).trim_matches('"'))
            .collect();
        assert_eq!(unknown, BTreeSet::from([missing.as_str()]), "{name}");
        let others = findings.iter().filter(|finding| finding.code != "unknown-agent");
        let inputs = others.map(|finding| finding.code).collect::<Vec<_>>();
        let expected = if name == "security-fortress" { vec!["missing-input"; 7] } else { vec![] };
        assert_eq!(inputs, expected, "{name}");
    }
}

/// Names of all agents, each once, sorted.
fn agents_of(dag: &Dag) -> Vec<String> {
    let names = dag.nodes.iter().filter_map(|node| match &node.work {
        Some(Work::Agent(work)) => Some(work.agent.value.clone()),
        _ => None,
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}
