//! `redundant-dependency`: a dependency that others imply.

use std::collections::HashSet;

use divisi_model::{Node, TriggerRule};
use divisi_syntax::Spanned;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};
use crate::inputs::Source;

pub(super) static CODE: Code = Code {
    name: "redundant-dependency",
    severity: Severity::Hint,
    extent: Extent::Document,
    summary: "A node waits for another one that it waits for anyway, through others; or twice for the same.",
    silent: "Where the node, the other one or a node between them has a trigger rule, a condition or \
             `continue_on_error`; where the node uses an output or the status of the other one, or may read files \
             that it writes; in dialects.",
    fix: "Remove the dependency.",
    explanation: "It changes nothing, and it hides which dependencies do.",
    example: Example::dag(
        "nodes:\n  - id: fetch\n    run: ./fetch.sh\n  - id: build\n    depends_on: [fetch]\n    run: ./build.sh\n  - id: pack\n    depends_on: [fetch, build]\n    run: ./pack.sh\n",
        "nodes:\n  - id: fetch\n    run: ./fetch.sh\n  - id: build\n    depends_on: [fetch]\n    run: ./build.sh\n  - id: pack\n    depends_on: [build]\n    run: ./pack.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    check_doubles(context, findings);
    for edge in context.graph.redundant_edges(|node| is_plain(context.node(node))) {
        let node = context.node(edge.node);
        let dependency = context.node(edge.dependency);
        if is_used(context, edge.node, edge.dependency) {
            continue;
        }
        let Some(entry) = node.depends_on.iter().find(|entry| entry.value == dependency.id.value) else {
            continue;
        };
        let through = context.node(edge.through);
        let message = format!(
            "`{}` waits for `{}` anyway, through `{}`",
            node.id.value, dependency.id.value, through.id.value
        );
        findings.push(finding(context, node, entry, message).related(through.id.span, "through this one"));
    }
}

fn check_doubles(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, node) in context.nodes() {
        // The graph holds each dependency once: where it holds as many as are written, none is a double.
        if context.graph.dependencies[index as usize].len() == node.depends_on.len() {
            continue;
        }
        let mut seen = HashSet::with_capacity(node.depends_on.len());
        for entry in node.depends_on.iter().filter(|entry| !seen.insert(entry.value.as_str())) {
            let message = format!("`{}` is listed twice here", entry.value);
            findings.push(finding(context, node, entry, message));
        }
    }
}

fn finding(context: &Context<'_>, node: &Node, entry: &Spanned<String>, message: String) -> Finding {
    let key = node.depends_on_key.as_ref().map_or("depends_on", |key| key.value.as_str());
    let edits = edits::remove_item(context.tree, &context.document.lines, node.tree, key, entry.span);
    let fix = edits.map(|edits| Fix { title: "Remove the dependency".to_owned(), edits, safe: true });
    Finding::new(&CODE, entry.span, message).fix(fix).unnecessary()
}

/// Whether an edge from or to the node means order and nothing else.
fn is_plain(node: &Node) -> bool {
    let has_rule = node.trigger_rule.as_ref().is_some_and(|rule| rule.value != TriggerRule::AllSuccess);
    !has_rule && node.when.is_none() && node.foreign_condition.is_none() && !node.continue_on_error
}

/// Whether the node uses what the dependency makes, so that naming it is good style.
fn is_used(context: &Context<'_>, node: u32, dependency: u32) -> bool {
    let reader = context.node(node);
    let writer = context.node(dependency);
    let id = writer.id.value.as_str();
    let takes_input = context.inputs().of(node).any(|input| match &input.source {
        Source::Output { node, .. } => *node == dependency,
        Source::Bare { producers, .. } => producers.contains(&dependency),
        Source::UnknownNode { .. } => false,
    });
    let writes = writer.writes.as_ref().is_some_and(|writes| !writes.is_empty());
    let reads = reader.reads.as_ref().is_some_and(|reads| !reads.is_empty());
    takes_input || (writes && reads) || mentions_node(reader.span.slice(context.text()), id)
}

/// Whether a source text may name the node in a template: `nodes.ID`, or `nodes[` and anything.
fn mentions_node(source: &str, id: &str) -> bool {
    source.match_indices("nodes").any(|(at, word)| {
        let rest = source[at + word.len()..].trim_start();
        rest.starts_with('[') || rest.strip_prefix('.').is_some_and(|rest| rest.trim_start().starts_with(id))
    })
}
