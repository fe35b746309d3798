//! What a ready queue saves over level barriers, on the three published command-v2 files, by their own estimates.
//!
//! With level barriers a node waits for everything of the level before, and not only for what it depends on.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what goes wrong"
)]

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use divisi_analysis::Graph;
use divisi_analysis::plan::{estimate_ms, plan};
use divisi_model::Dag;
use divisi_syntax::{Limits, jsonc};

/// The published commands, in a folder beside the project that is not part of it.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/markus41__Notion/commands/v2");
const COMMANDS: [&str; 3] = ["review-all", "orchestrate-complex", "security-fortress"];

fn main() {
    if !Path::new(FOLDER).exists() {
        println!("SKIPPED: the published commands are not here, so nothing is compared");
        return;
    }
    println!(
        "{:<20} {:>5} {:>6} {:>6} {:>12} {:>12} {:>6}",
        "command", "nodes", "levels", "slots", "ready queue", "barriers", "ratio"
    );
    for command in COMMANDS {
        let text = std::fs::read_to_string(Path::new(FOLDER).join(format!("{command}.json")));
        let dag = lower(&text.expect("it can be read"));
        for slots in [3, 5] {
            print_row(command, &dag, slots);
        }
    }
}

fn lower(text: &str) -> Dag {
    let tree = jsonc::parse(Arc::from(text), Limits::default());
    divisi_model::command_v2::lower(&tree, tree.root().expect("it has a root")).expect("it is a command")
}

fn print_row(command: &str, dag: &Dag, slots: u32) {
    let planned = plan(dag, slots).expect("it has no cycle");
    let barriers = makespan_with_barriers(dag, slots);
    println!(
        "{command:<20} {:>5} {:>6} {slots:>6} {:>10} s {:>10} s {:>6.2}",
        planned.nodes,
        planned.levels,
        planned.makespan_ms / 1_000,
        barriers / 1_000,
        barriers as f64 / planned.makespan_ms as f64,
    );
}

/// Level after level, each as well as the same slots can: the longest node first.
fn makespan_with_barriers(dag: &Dag, slots: u32) -> u64 {
    let graph = Graph::new(dag);
    let mut levels: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for (node, level) in dag.nodes.iter().zip(&graph.levels) {
        levels.entry(*level).or_default().push(estimate_ms(node));
    }
    levels.into_values().map(|durations| makespan_of_level(durations, slots)).sum()
}

fn makespan_of_level(mut durations: Vec<u64>, slots: u32) -> u64 {
    durations.sort_unstable_by_key(|duration| Reverse(*duration));
    let mut free_at = vec![0; slots as usize];
    for duration in durations {
        let earliest = free_at.iter_mut().min().expect("there is a slot");
        *earliest += duration;
    }
    free_at.into_iter().max().unwrap_or(0)
}
