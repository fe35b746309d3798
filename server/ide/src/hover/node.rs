//! What a node does, and where it stands in the plan.

use std::time::Duration;

use divisi_analysis::Graph;
use divisi_analysis::describe;
use divisi_analysis::plan::DEFAULT_ESTIMATE;
use divisi_model::duration::human;
use divisi_model::{Dag, Node};

/// More names than this are counted.
const NAMES: usize = 8;

/// The card of the node at index `at`, in Markdown. `last`: how long it took in the last run.
pub(super) fn card(dag: &Dag, at: usize, last: Option<Duration>) -> String {
    let Some(node) = dag.nodes.get(at) else { return String::new() };
    let graph = Graph::new(dag);
    let mut text = format!("**{}** · {}", node.id.value, describe::work(node));
    if let Some(title) = &node.title {
        text.push_str(&format!("\n\n{}", title.value));
    }
    text.push('\n');
    let last = last.map(|last| format!("Took {} in the last run", human(last)));
    for fact in facts(dag, node, at, &graph).into_iter().chain(last) {
        text.push_str(&format!("\n- {fact}"));
    }
    text
}

fn facts(dag: &Dag, node: &Node, at: usize, graph: &Graph) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(level) = graph.levels.get(at) {
        facts.push(format!("Level {} of {}", level + 1, graph.level_count()));
    } else {
        facts.push("The graph has a cycle, so there is no plan".to_owned());
    }
    let names = |list: Option<&Vec<u32>>| names(dag, list.map(Vec::as_slice).unwrap_or_default());
    facts.push(format!("Waits for {}", names(graph.dependencies.get(at))));
    facts.push(format!("Needed by {}", names(graph.dependents.get(at))));
    facts.push(match &node.estimate {
        Some(estimate) => format!("Estimate {}", human(estimate.value)),
        None => format!("Estimate {}, since none is given", human(DEFAULT_ESTIMATE)),
    });
    if let Some(timing) = graph.timing(&estimates(dag)) {
        let milliseconds = |list: &[u64]| Duration::from_millis(list.get(at).copied().unwrap_or_default());
        let slack = milliseconds(&timing.slack);
        let start = milliseconds(&timing.earliest_start);
        facts.push(if start.is_zero() {
            "May start at once".to_owned()
        } else {
            format!("Starts after {} at the earliest", human(start))
        });
        facts.push(if slack.is_zero() {
            "On the critical path: a delay here delays the run".to_owned()
        } else {
            format!("Slack {}: it may be that late", human(slack))
        });
    }
    facts
}

/// In milliseconds.
fn estimates(dag: &Dag) -> Vec<u64> {
    let estimate = |node: &Node| node.estimate.as_ref().map_or(DEFAULT_ESTIMATE, |estimate| estimate.value);
    dag.nodes.iter().map(|node| u64::try_from(estimate(node).as_millis()).unwrap_or(u64::MAX)).collect()
}

fn names(dag: &Dag, list: &[u32]) -> String {
    if list.is_empty() {
        return "none".to_owned();
    }
    let name = |node: &u32| dag.nodes.get(*node as usize).map(|node| format!("`{}`", node.id.value));
    let names: Vec<String> = list.iter().take(NAMES).filter_map(name).collect();
    let more = list.len().saturating_sub(NAMES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", names.join(", "))
}
