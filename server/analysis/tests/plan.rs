//! Plans: the three published command-v2 files, and small cases.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use divisi_analysis::Graph;
use divisi_analysis::plan::plan;
use divisi_analysis::summary::summarise;
use divisi_model::Dag;
use divisi_syntax::{Limits, jsonc, yaml};
use expect_test::expect;

fn native(text: &str) -> Dag {
    let tree = yaml::parse(Arc::from(text));
    let dag = tree.root().and_then(|root| divisi_model::lower::lower(&tree, root));
    dag.unwrap_or_else(|| unreachable!("the fixture is a mapping"))
}

/// Nodes, edges, levels, and minutes for 1, 3 and 5 slots.
#[test]
fn the_published_commands_plan_as_known() {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/corpus/markus41__Notion/commands/v2"
    ));
    if !folder.is_dir() {
        println!("SKIPPED: {} is not here", folder.display());
        return;
    }
    let mut table = String::new();
    for name in ["review-all", "orchestrate-complex", "security-fortress"] {
        let text: Arc<str> = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap().into();
        let tree = jsonc::parse(text, Limits::default());
        let dag = divisi_model::command_v2::lower(&tree, tree.root().unwrap()).unwrap();
        let plans = [1, 3, 5].map(|slots| plan(&dag, slots).unwrap());
        let minutes = plans.each_ref().map(|plan| plan.makespan_ms as f64 / 60_000.0);
        let first = &plans[0];
        table.push_str(&format!("{name}: {} {} {} {minutes:?}\n", first.nodes, first.edges, first.levels));
    }
    expect![[r#"
        review-all: 7 10 3 [41.0, 23.0, 17.0]
        orchestrate-complex: 22 27 13 [104.0, 57.0, 53.0]
        security-fortress: 21 54 9 [175.0, 87.0, 70.0]
    "#]]
    .assert_eq(&table);
}

const REVIEW: &str = "
nodes:
  - { id: analysis, run: ./a.sh, estimate: 5m }
  - { id: quality, run: ./q.sh, depends_on: [analysis], estimate: 3m }
  - { id: tests, run: ./t.sh, depends_on: [analysis] }
  - { id: synthesis, run: ./s.sh, depends_on: [quality, tests], estimate: 90s }
";

#[test]
fn a_plan_as_json() {
    let json = serde_json::to_string_pretty(&plan(&native(REVIEW), 1).unwrap()).unwrap();
    expect![[r#"
        {
          "nodes": 4,
          "edges": 4,
          "levels": 3,
          "makespan_ms": 630000,
          "total_ms": 630000,
          "critical_path": [
            "analysis",
            "quality",
            "synthesis"
          ],
          "schedule": [
            {
              "id": "analysis",
              "start_ms": 0,
              "end_ms": 300000,
              "level": 0,
              "reuse": false
            },
            {
              "id": "quality",
              "start_ms": 300000,
              "end_ms": 480000,
              "level": 1,
              "reuse": false
            },
            {
              "id": "tests",
              "start_ms": 480000,
              "end_ms": 540000,
              "level": 1,
              "reuse": false
            },
            {
              "id": "synthesis",
              "start_ms": 540000,
              "end_ms": 630000,
              "level": 2,
              "reuse": false
            }
          ]
        }"#]]
    .assert_eq(&json);
}

#[test]
fn no_plan_for_a_cycle_and_an_empty_one_for_no_nodes() {
    assert_eq!(
        plan(&native("nodes: [{id: a, run: x, depends_on: [b]}, {id: b, run: x, depends_on: [a]}]"), 1),
        None
    );
    let empty = plan(&native("nodes: []"), 0).unwrap();
    assert_eq!((empty.nodes, empty.levels, empty.makespan_ms, empty.schedule), (0, 0, 0, vec![]));
}

#[test]
fn barriers_order_the_plan_and_are_no_edges() {
    let dag = native(
        "
phases:
  - { id: first, nodes: [a, b] }
  - { id: second, barrier: true, nodes: [c, d] }
  - { id: third, barrier: true, nodes: [e] }
nodes:
  - { id: a, run: x, estimate: 1m }
  - { id: b, run: x, estimate: 5m }
  - { id: c, run: x, estimate: 2m }
  - { id: d, run: x, estimate: 1m, depends_on: [c] }
  - { id: e, run: x, estimate: 1m }
  - { id: free, run: x, estimate: 1m }
",
    );
    let plan = plan(&dag, 9).unwrap();
    let starts: Vec<String> = plan
        .schedule
        .iter()
        .map(|slot| format!("{} {}m level {}", slot.id, slot.start_ms / 60_000, slot.level))
        .collect();
    expect![[r#"
        (
            1,
            4,
            [
                "b",
                "c",
                "d",
                "e",
            ],
            [
                "a 0m level 0",
                "b 0m level 0",
                "free 0m level 0",
                "c 5m level 1",
                "d 7m level 2",
                "e 8m level 3",
            ],
        )
    "#]]
    .assert_debug_eq(&(plan.edges, plan.levels, plan.critical_path, starts));
    let graph = Graph::new(&dag);
    assert_eq!(
        graph.are_ancestors(&[(4, 0), (2, 1), (2, 0), (1, 2), (5, 0)]),
        [true, true, true, false, false]
    );
    assert_eq!(graph.ancestors(4), [0, 1, 2, 3]);
}

#[test]
fn the_summary_of_a_node() {
    let dag = native(REVIEW);
    let graph = Graph::new(&dag);
    expect![[r#"
        Some(
            NodeSummary {
                level: 1,
                estimate_ms: 60000,
                earliest_start_ms: 300000,
                slack_ms: 120000,
                on_critical_path: false,
                dependents: 1,
                ancestors: 1,
            },
        )
    "#]]
    .assert_debug_eq(&summarise(&dag, &graph, 2));
    assert_eq!(summarise(&dag, &graph, 9), None);
}

#[test]
fn ten_thousand_nodes_are_planned_quickly() {
    let mut text = String::from("nodes:\n");
    for node in 0..10_000_u32 {
        let before = if node < 100 { String::new() } else { format!("n{}, n{}", node - 100, node - 37) };
        text.push_str(&format!(
            "  - {{ id: n{node}, run: x, estimate: {}s, depends_on: [{before}] }}\n",
            node % 60 + 1
        ));
    }
    let dag = native(&text);
    let begin = Instant::now();
    let plan = plan(&dag, 16).unwrap();
    println!("planned {} nodes in {:?}", plan.nodes, begin.elapsed());
    assert_eq!(plan.schedule.len(), 10_000);
    assert!(begin.elapsed() < Duration::from_secs(5));
}
