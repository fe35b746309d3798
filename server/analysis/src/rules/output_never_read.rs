//! `output-never-read`: an output that nobody takes.

use divisi_model::{Node, Output, OutputForm};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};
use crate::inputs::Source;
use crate::taken::{ALL_OUTPUTS, output_bit};

pub(super) static CODE: Code = Code {
    name: "output-never-read",
    severity: Severity::Hint,
    extent: Extent::Document,
    summary: "A node in the midst of a DAG declares an output that no other node takes.",
    silent: "For nodes that nobody waits for, whose outputs are the result; for files, for outputs with a schema or a \
             `ttl`; where the node may be cached or can be undone; where a name or a template is wrong that may have \
             meant it; in dialects.",
    fix: "Remove the output, or take it where it was meant to be taken.",
    explanation: "A declared output that is missing makes the node fail, even if nobody wants it.",
    example: Example::dag(
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: report\n    depends_on: [scan]\n    run: ./report.sh\n",
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: report\n    depends_on: [scan]\n    inputs: [findings]\n    run: ./report.sh\n",
    ),
};

/// For each node which of its outputs are read, a bit each.
type Read = Vec<u64>;

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    let Some(read) = read(context) else {
        return;
    };
    // Nearly all outputs are read: asking that first leaves few nodes for the other questions.
    for (index, node) in context.nodes() {
        let mask = read.get(index as usize).copied().unwrap_or(ALL_OUTPUTS);
        let is_unread = |at: usize| mask.checked_shr(at as u32).is_some_and(|rest| rest & 1 == 0);
        let outputs = node.outputs.iter().enumerate();
        let unread: Vec<&Output> = outputs
            .filter(|(at, output)| is_unread(*at) && is_plain(output))
            .map(|(_, output)| output)
            .collect();
        if !unread.is_empty() && is_candidate(context, index, node) {
            findings.extend(unread.into_iter().map(|output| finding(context, node, output)));
        }
    }
}

fn is_candidate(context: &Context<'_>, index: u32, node: &Node) -> bool {
    let is_waited_for = context.graph.dependents.get(index as usize).is_some_and(|list| !list.is_empty());
    is_waited_for
        && node.reads.is_none()
        && !node.has_compensation
        && context.tree.get(node.tree, "cache").is_none()
        && context.ids.get(node.id.value.as_str()) == Some(&index)
}

/// Whether the output is a value and nothing more.
fn is_plain(output: &Output) -> bool {
    !matches!(output.form, OutputForm::File(_)) && output.schema.is_none() && output.ttl.is_none()
}

/// What templates and inputs take. `None` where one of them is wrong, so that it may have meant anything.
fn read(context: &Context<'_>) -> Option<Read> {
    let mut read = vec![0; context.dag.nodes.len()];
    let mut take = |node: u32, outputs: u64| {
        if let Some(mask) = read.get_mut(node as usize) {
            *mask |= outputs;
        }
    };
    for taken in context.taken().iter() {
        if taken.is_unclear {
            return None;
        }
        taken.takes.iter().for_each(|taken| take(taken.node, taken.outputs));
    }
    let bit = |node: u32, name: &str| output_bit(context.dag, node, name);
    for input in context.inputs().iter() {
        match &input.source {
            Source::UnknownNode { .. } => return None,
            Source::Output { node, output, .. } => take(*node, bit(*node, output)),
            Source::Bare { producers, elsewhere, name, .. } => {
                if producers.is_empty() && elsewhere.is_none() {
                    return None;
                }
                producers.iter().chain(elsewhere).for_each(|node| take(*node, bit(*node, name)));
            }
        }
    }
    Some(read)
}

fn finding(context: &Context<'_>, node: &Node, output: &Output) -> Finding {
    let span = output.name.span;
    let edits = edits::remove_item(context.tree, &context.document.lines, node.tree, "outputs", span);
    let fix = edits.map(|edits| Fix { title: "Remove the output".to_owned(), edits, safe: false });
    let message = format!("no node takes `{}` of `{}`", output.name.value, node.id.value);
    Finding::new(&CODE, span, message).fix(fix).unnecessary()
}
