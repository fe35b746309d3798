//! `not-an-ancestor`: a value of a node that may not have run yet.

use divisi_model::TextRole;
use divisi_model::{Demand, ForeignReference};
use divisi_syntax::Span;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::{Context, NodeText};
use crate::finding::{Finding, Fix};
use crate::inputs::Source;
use crate::separate;

pub(super) static CODE: Code = Code {
    name: "not-an-ancestor",
    severity: Severity::Error,
    extent: Extent::Document,
    summary: "A node uses the outputs or the status of a node that it does not wait for.",
    silent: "While the DAG has a cycle; in `compensate`, which runs when all nodes are over. In Archon's workflows, \
             which start one level after the other: for nodes of lower levels; where it is a warning, Archon fills \
             in nothing and goes on. In other dialects.",
    fix: "Wait for that node.",
    explanation: "Without a dependency nothing says which of the two runs first; it would work on some days.",
    example: Example::dag(
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: lint\n    run: ./lint.sh\n  - id: report\n    depends_on: [lint]\n    run: [./report.sh, \"{{ nodes.scan.outputs.findings }}\"]\n",
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: lint\n    run: ./lint.sh\n  - id: report\n    depends_on: [lint, scan]\n    run: [./report.sh, \"{{ nodes.scan.outputs.findings }}\"]\n",
    ),
};

/// A use of `target` in `node`.
struct Use<'c> {
    node: u32,
    target: u32,
    place: Place<'c>,
    severity: Severity,
}

/// Where a use is written.
enum Place<'c> {
    Source(Span),
    /// In the content of a text.
    Content(&'c NodeText<'c>, Span),
}

impl Use<'_> {
    fn span(&self) -> Span {
        match self.place {
            Place::Source(span) => span,
            Place::Content(text, span) => text.source(span),
        }
    }
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.graph.order.is_none() {
        return;
    }
    let uses = uses(context);
    let pairs: Vec<(u32, u32)> = uses.iter().map(|used| (used.node, used.target)).collect();
    let unordered: Vec<Use<'_>> = uses
        .into_iter()
        .zip(context.graph.are_ancestors(&pairs))
        .filter_map(|(used, is_ancestor)| (!is_ancestor).then_some(used))
        .collect();
    let reversed: Vec<(u32, u32)> = unordered.iter().map(|used| (used.target, used.node)).collect();
    for (used, is_descendant) in unordered.iter().zip(context.graph.are_ancestors(&reversed)) {
        findings.push(finding(context, used, is_descendant).severity(used.severity));
    }
}

fn uses<'c>(context: &'c Context<'_>) -> Vec<Use<'c>> {
    let mut uses = Vec::new();
    for text in context.texts.iter().filter(|text| text.role != TextRole::Line && !text.undoes) {
        for reference in text.template.references.iter().filter(|reference| !reference.local) {
            let [root, id, ..] = reference.segments.as_slice() else {
                continue;
            };
            if let Some(target) = context.ids.get(id.name).filter(|_| root.name == "nodes") {
                uses.push(Use {
                    node: text.node,
                    target: *target,
                    place: Place::Content(text, id.span),
                    severity: CODE.severity,
                });
            }
        }
    }
    for input in context.inputs().iter() {
        if let Source::Output { node, node_span, .. } = &input.source {
            uses.push(Use {
                node: input.node,
                target: *node,
                place: Place::Source(*node_span),
                severity: CODE.severity,
            });
        }
    }
    for (index, node) in context.nodes() {
        uses.extend(node.references.iter().filter_map(|reference| foreign(context, index, reference)));
    }
    uses
}

/// What a dialect's text uses. Where its tool only fills nothing in, that is a mistake, and no failure; and since
/// such a tool starts one level after the other, a node of a lower level is there without a dependency.
fn foreign<'c>(context: &Context<'_>, node: u32, reference: &ForeignReference) -> Option<Use<'c>> {
    let target = *context.ids.get(reference.node.value.as_str()).filter(|target| **target != node)?;
    let level = |node: u32| context.graph.levels.get(node as usize);
    let severity = match reference.demand {
        Demand::Ancestor => CODE.severity,
        Demand::Exists if level(target) >= level(node) => Severity::Warning,
        Demand::Exists | Demand::Nothing => return None,
    };
    Some(Use { node, target, place: Place::Source(reference.node.span), severity })
}

fn finding(context: &Context<'_>, used: &Use<'_>, is_descendant: bool) -> Finding {
    let (node, target) = (context.node(used.node), context.node(used.target));
    let (id, other) = (&node.id.value, &target.id.value);
    if used.node == used.target {
        return Finding::new(&CODE, used.span(), format!("`{id}` cannot use its own results"));
    }
    if is_descendant {
        let message = format!("`{other}` runs after `{id}`: its results are not there yet");
        return Finding::new(&CODE, used.span(), message)
            .related(target.id.span, format!("`{other}` is here"));
    }
    let message = format!("`{id}` does not wait for `{other}`: add it to `depends_on`");
    Finding::new(&CODE, used.span(), message)
        .related(target.id.span, format!("`{other}` is here"))
        .fix(wait_for(context, used))
}

fn wait_for(context: &Context<'_>, used: &Use<'_>) -> Option<Fix> {
    let edit = separate::wait_for(context, used.node, used.target)?;
    let title = format!("Wait for `{}`", context.node(used.target).id.value);
    Some(Fix { title, edits: vec![edit], safe: false })
}
