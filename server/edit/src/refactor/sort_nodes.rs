//! Puts the nodes in an order in which each stands after those that it waits for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use divisi_analysis::{Edit, Graph};
use divisi_syntax::{Kind, NodeId, Span, Style};

use super::{Place, Refactoring, RefactoringKind, text, touches};

/// Offered at the key that holds the nodes, and at a dependency on a node further below.
pub(super) fn offer(place: &Place<'_>) -> Option<Refactoring> {
    let is_at_key = place.dag.nodes_key.is_some_and(|key| touches(key, place.span));
    if !(is_at_key || place.dependency().is_some()) || place.tree.is_json() {
        return None;
    }
    let order = order(&place.graph)?;
    if order.is_sorted() {
        return None;
    }
    let parts = parts(place)?;
    let sorted: Vec<&str> = order
        .iter()
        .map(|at| parts.get(*at as usize).map(|it| it.slice(place.text())))
        .collect::<Option<_>>()?;
    let all = Span::new(parts.first()?.start, parts.last()?.end);
    let text = join(place, &parts, &sorted);
    Some(Refactoring {
        title: "Sort the nodes: each after those it waits for".to_owned(),
        kind: RefactoringKind::Rewrite,
        change: place.change(vec![Edit { span: all, text }]),
    })
}

/// Of the nodes that could come next, the first in the file; `None` where there is a cycle.
fn order(graph: &Graph) -> Option<Vec<u32>> {
    let mut waiting: Vec<usize> = graph.dependencies.iter().map(Vec::len).collect();
    let ready = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BinaryHeap<Reverse<u32>> = ready.map(|(at, _)| Reverse(at as u32)).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while let Some(Reverse(node)) = ready.pop() {
        order.push(node);
        for dependent in graph.dependents.get(node as usize)? {
            let left = waiting.get_mut(*dependent as usize)?;
            *left = left.saturating_sub(1);
            if *left == 0 {
                ready.push(Reverse(*dependent));
            }
        }
    }
    (order.len() == waiting.len()).then_some(order)
}

/// The text of each node with the comments right above it, without the break after its last line.
fn parts(place: &Place<'_>) -> Option<Vec<Span>> {
    let first = place.dag.nodes.first()?.tree;
    let list = place.tree.parent(first)?;
    let items: Vec<NodeId> = place.tree.items(list).collect();
    let is_block = place.tree.kind(list) == Kind::Sequence && place.tree.style(list) == Style::Block;
    // A node made by an alias, or in another list, has no text of its own here.
    let is_whole = items.len() == place.dag.nodes.len()
        && items.iter().zip(&place.dag.nodes).all(|(item, node)| *item == node.tree);
    if !is_block || !is_whole {
        return None;
    }
    let starts: Option<Vec<u32>> = items
        .iter()
        .map(|item| text::commented_start(place.document, place.tree, place.tree.span(*item).start))
        .collect();
    let starts = starts?;
    let end = |at: usize| match starts.get(at + 1) {
        Some(next) => *next,
        None => items.last().map_or(0, |item| text::line_end(place.document, place.tree.span(*item).end)),
    };
    let part = |(at, start): (usize, &u32)| {
        let whole = Span::new(*start, end(at).max(*start));
        Span::new(*start, *start + whole.slice(place.text()).trim_end().len() as u32)
    };
    Some(starts.iter().enumerate().map(part).collect())
}

/// The sorted texts with what stood between them: blank lines stay where they are.
fn join(place: &Place<'_>, parts: &[Span], sorted: &[&str]) -> String {
    let mut out = String::new();
    for (at, text) in sorted.iter().enumerate() {
        out.push_str(text);
        if let (Some(own), Some(next)) = (parts.get(at), parts.get(at + 1)) {
            out.push_str(Span::new(own.end, next.start).slice(place.text()));
        }
    }
    out
}
