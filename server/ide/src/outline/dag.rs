//! A DAG with its arguments, phases and nodes.

use divisi_analysis::describe;
use std::collections::HashMap;

use divisi_model::{Dag, Node, Phase};
use divisi_syntax::{Span, Spanned, Tree};
use divisi_workspace::Document;

use super::{Symbol, SymbolKind};

/// The DAG that `document` holds.
pub(super) fn symbol(document: &Document) -> Option<Symbol> {
    let (tree, dag) = document.dag()?;
    let span = tree.span(dag.root);
    let name_span = dag.name.as_ref().map_or_else(|| Span::at(span.start), |name| name.span);
    let mut children = args(tree, dag);
    children.extend(phases_and_nodes(dag));
    children.sort_by_key(|child| child.span.start);
    Some(Symbol {
        name: document.dag_name().filter(|name| !name.is_empty()).unwrap_or_else(|| "DAG".to_owned()),
        detail: dag.description.as_ref().map(|text| describe::cut(describe::first_line(text), 80)),
        kind: SymbolKind::Dag,
        span: span.cover(name_span),
        name_span,
        children,
    })
}

fn args(tree: &Tree, dag: &Dag) -> Vec<Symbol> {
    let Some(map) = tree.get(dag.root, "args").map(|args| tree.resolve(args)) else { return Vec::new() };
    let ends: HashMap<Span, u32> =
        tree.entries(map).map(|(key, value)| (tree.span(key), tree.span(value).end)).collect();
    let symbol = |arg: &divisi_model::Arg| {
        let name_span = arg.name.span;
        let end = ends.get(&name_span).copied().unwrap_or(name_span.end);
        named(&arg.name, arg.description.clone(), SymbolKind::Arg, name_span.cover(Span::at(end)))
    };
    dag.args.iter().map(symbol).collect()
}

fn phases_and_nodes(dag: &Dag) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = dag.phases.iter().map(phase).collect();
    symbols.sort_by_key(|phase| phase.span.start);
    let mut outside = Vec::new();
    for node in &dag.nodes {
        let node = self::node(node);
        let before = symbols.partition_point(|phase| phase.span.start <= node.span.start);
        let last = before.checked_sub(1).and_then(|at| symbols.get_mut(at));
        match last.filter(|phase| phase.span.contains(node.span)) {
            Some(phase) => phase.children.push(node),
            None => outside.push(node),
        }
    }
    symbols.append(&mut outside);
    symbols
}

fn phase(phase: &Phase) -> Symbol {
    let title = phase.title.clone().filter(|title| *title != phase.id.value);
    let barrier = phase.barrier.then(|| "barrier".to_owned());
    let detail: Vec<String> = title.into_iter().chain(barrier).collect();
    let detail = (!detail.is_empty()).then(|| detail.join(" · "));
    named(&phase.id, detail, SymbolKind::Phase, phase.span)
}

/// A node without an id goes by its work.
fn node(node: &Node) -> Symbol {
    let phase = node.phase.as_ref().map(|phase| phase.value.clone());
    let work = describe::work(node);
    if node.id.value.is_empty() {
        let name = Spanned::new(work, node.id.span);
        return named(&name, phase, SymbolKind::Node, node.span);
    }
    let detail: Vec<String> = std::iter::once(work).chain(phase).collect();
    named(&node.id, Some(detail.join(" · ")), SymbolKind::Node, node.span)
}

/// Editors refuse a symbol without a name.
fn named(name: &Spanned<String>, detail: Option<String>, kind: SymbolKind, span: Span) -> Symbol {
    let shown = if name.value.is_empty() { "(no name)".to_owned() } else { name.value.clone() };
    Symbol {
        name: shown,
        detail,
        kind,
        span: span.cover(name.span),
        name_span: name.span,
        children: Vec::new(),
    }
}
