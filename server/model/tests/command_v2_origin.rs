//! The three published command-v2 files give the figures that are known of them.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "what goes wrong in a helper fails the test")]

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use divisi_model::{Dag, Work, command_v2};
use divisi_syntax::{Limits, jsonc};

/// File, nodes, edges, minutes of all estimates with one minute where none is given.
const KNOWN: &[(&str, usize, usize, u64)] =
    &[("review-all", 7, 10, 41), ("orchestrate-complex", 22, 27, 104), ("security-fortress", 21, 54, 175)];

fn read(name: &str) -> Option<Dag> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/markus41__Notion/commands/v2");
    let path = PathBuf::from(folder).join(name).with_extension("json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("SKIPPED: {} is not here", path.display());
        return None;
    };
    let tree = jsonc::parse(Arc::from(text), Limits::default());
    assert!(command_v2::is_command_v2(&tree), "{name}");
    command_v2::lower(&tree, tree.root().unwrap())
}

#[test]
fn nodes_edges_and_minutes_are_the_known_ones() {
    for (name, nodes, edges, minutes) in KNOWN {
        let Some(dag) = read(name) else { return };
        let ids: HashSet<&str> = dag.nodes.iter().map(|node| node.id.as_str()).collect();
        let known_edges =
            dag.nodes.iter().flat_map(|node| &node.depends_on).filter(|id| ids.contains(id.as_str()));
        let estimates = dag
            .nodes
            .iter()
            .map(|node| node.estimate.as_ref().map_or(Duration::from_secs(60), |it| it.value));
        assert_eq!(dag.nodes.len(), *nodes, "nodes of {name}");
        assert_eq!(known_edges.count(), *edges, "edges of {name}");
        assert_eq!(estimates.sum::<Duration>(), Duration::from_secs(minutes * 60), "minutes of {name}");
    }
}

#[test]
fn every_node_has_an_agent_and_a_task() {
    for (name, ..) in KNOWN {
        let Some(dag) = read(name) else { return };
        for node in &dag.nodes {
            let Some(Work::Agent(work)) = &node.work else {
                panic!("{name}: {} has no agent", node.id.value)
            };
            assert!(!work.agent.is_empty() && work.prompt.is_some(), "{name}: {}", node.id.value);
        }
    }
}

#[test]
fn exactly_the_known_inputs_have_no_producer() {
    let Some(dag) = read("security-fortress") else { return };
    let produced: HashSet<&str> =
        dag.nodes.iter().flat_map(|node| &node.outputs).map(|output| output.name.as_str()).collect();
    let inputs = dag.nodes.iter().flat_map(|node| &node.inputs).map(|input| input.name.as_str());
    let mut missing: Vec<&str> = inputs.filter(|name| !produced.contains(name)).collect();
    missing.sort_unstable();
    assert_eq!(
        missing,
        [
            "container_vulnerabilities",
            "dependency_vulnerabilities",
            "infrastructure_findings",
            "runtime_config",
            "sast_findings",
            "sast_findings",
            "sast_findings",
        ]
    );
}
