//! Ids of nodes, and their outputs. What would close a cycle stands last and says which.

use divisi_analysis::Graph;
use divisi_analysis::describe;
use divisi_model::{Dag, Node};

use super::context::Context;
use super::{Completion, CompletionKind, Documentation};
use crate::cursor::MARK;
use crate::{card, graph};

/// Rank of what would close a cycle.
const LAST: usize = 9000;

/// Ids that the cursor's node may wait for.
pub(super) fn complete(context: &Context<'_>) -> Vec<Completion> {
    let Some(dag) = context.dag() else { return Vec::new() };
    let listed = listed(context);
    let others = Others::new(dag, context.node());
    let is_new = |(at, node): &(usize, &Node)| {
        let id = node.id.value.as_str();
        Some(*at) != context.node()
            && !id.is_empty()
            && !id.contains(MARK)
            && !listed.iter().any(|name| name == id)
    };
    let completion = |(at, node): (usize, &Node)| {
        let mut completion = Completion::new(
            CompletionKind::Node,
            &node.id.value,
            context.cursor.replaced(),
            at.min(LAST - 1),
        );
        completion.detail = Some(describe::work(node));
        others.mark(at, &mut completion);
        completion
    };
    dag.nodes.iter().enumerate().filter(is_new).map(completion).collect()
}

/// `node.output` for every output that the cursor's node may use.
pub(super) fn outputs(context: &Context<'_>) -> Vec<Completion> {
    let Some(dag) = context.dag() else { return Vec::new() };
    let others = Others::new(dag, context.node());
    let mut completions = Vec::new();
    for (at, node) in dag.nodes.iter().enumerate().filter(|(at, _)| Some(*at) != context.node()) {
        for output in &node.outputs {
            let label = format!("{}.{}", node.id.value, output.name.value);
            let mut completion =
                Completion::new(CompletionKind::Output, label, context.cursor.replaced(), at.min(LAST - 1));
            completion.detail = Some(card::output(output));
            others.mark(at, &mut completion);
            completions.push(completion);
        }
    }
    completions
}

/// The other items of the list that the cursor stands in.
fn listed(context: &Context<'_>) -> Vec<String> {
    let tree = &context.cursor.parsed.tree;
    let Some(list) = context.cursor.collection() else { return Vec::new() };
    let others = tree.items(list).filter(|item| *item != context.cursor.scalar);
    others.filter_map(|item| tree.str(item)).map(|id| id.into_owned()).collect()
}

/// How the other nodes stand to the cursor's node.
struct Others<'a> {
    dag: &'a Dag,
    current: Option<usize>,
    ways: Vec<Option<u32>>,
}

impl<'a> Others<'a> {
    fn new(dag: &'a Dag, current: Option<usize>) -> Self {
        let ways = current.map(|node| graph::ways_to(&Graph::new(dag), node)).unwrap_or_default();
        Self { dag, current, ways }
    }

    /// Puts a node that waits for the cursor's node last, with the reason.
    fn mark(&self, node: usize, completion: &mut Completion) {
        let Some(current) = self.current else { return };
        if !matches!(self.ways.get(node), Some(Some(_))) {
            return;
        }
        completion.sort = format!("{LAST:04} {}", completion.label);
        completion.note = Some("closes a cycle".to_owned());
        let way = graph::way(self.dag, &self.ways, node, current).join(" → ");
        let text = format!("Would close a cycle: {way} (each waits for the next).");
        completion.documentation = Some(Documentation::Text(text));
    }
}
