//! `cache-without-reads`: a result that is used again with nothing to say when it is out of date.

use divisi_model::Node;
use divisi_syntax::{Kind, NodeId, ScalarValue, Tree};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "cache-without-reads",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A node asks that its result be used again, and does not say which files it reads.",
    silent: "Where `cache` has a `key` or a `ttl`; for `reads: []`; for what `defaults` say; in dialects.",
    fix: "Say what it reads, `reads: workspace` if in doubt, or `reads: []` if nothing.",
    explanation: "A result is used again while nothing has changed that the node reads. Where it names no files, a \
                  change of any file goes unseen, and the old result is taken.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    outputs: [report]\n    cache: true\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    outputs: [report]\n    cache: true\n    reads: [\"src/**\", Cargo.lock]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.is_native() {
        findings.extend(context.nodes().filter_map(|(_, node)| check_node(context, node)));
    }
}

fn check_node(context: &Context<'_>, node: &Node) -> Option<Finding> {
    let tree = context.tree;
    let (key, value) = tree.entry(node.tree, "cache")?;
    if !asks(tree, tree.resolve(value)) || tree.get(node.tree, "reads").is_some() {
        return None;
    }
    let message = format!("nothing says when the result of `{}` is out of date: add `reads`", node.id.value);
    let edit = edits::add_entry(tree, &context.document.lines, node.tree, "reads", "workspace");
    let title = "Add `reads: workspace`, all files".to_owned();
    let fix = edit.map(|edit| Fix { title, edits: vec![edit], safe: false });
    Some(Finding::new(&CODE, tree.span(key), message).fix(fix))
}

/// Whether the value asks for reuse without a limit of its own.
fn asks(tree: &Tree, value: NodeId) -> bool {
    match tree.kind(value) {
        Kind::Scalar => tree.scalar(value) == Some(ScalarValue::Bool(true)),
        Kind::Mapping => tree.entries(value).next().is_none(),
        Kind::Sequence | Kind::Alias => false,
    }
}
