//! `unknown-reference`: a node, an output or a variable that does not exist.

use divisi_model::{Demand, ForeignReference, Node, TextRole, Work};
use divisi_syntax::Span;
use divisi_syntax::template::{Reference, Segment};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::{Context, NodeText};
use crate::edits;
use crate::finding::Finding;
use crate::inputs::Source;

pub(super) static CODE: Code = Code {
    name: "unknown-reference",
    severity: Severity::Error,
    extent: Extent::Document,
    summary: "A template, an expression, `inputs` or a phase's list names a node, an output, an input or a variable \
              that does not exist.",
    silent: "For names that the template itself sets (`{% set %}`, `{% for %}`), for what is only known when the run \
             gets there, and for outputs of `dag` and `command` nodes. In dialects wherever their own tools load the \
             file all the same.",
    fix: "Correct the name; the most likely one is offered.",
    explanation: "Templates see `args`, `nodes.ID.outputs.NAME`, `nodes.ID.status`, `inputs`, `run.id`, and in nodes \
                  with `for_each` also `item` and `index`.",
    example: Example::dag(
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: report\n    depends_on: [scan]\n    run: [./report.sh, \"{{ nodes.scan.outputs.finding }}\"]\n",
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: report\n    depends_on: [scan]\n    run: [./report.sh, \"{{ nodes.scan.outputs.findings }}\"]\n",
    ),
};

/// The variables of templates.
const VARIABLES: &[&str] = &["args", "nodes", "inputs", "item", "index", "run"];

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for text in context.texts.iter().filter(|text| text.role != TextRole::Line) {
        for reference in text.template.references.iter().filter(|reference| !reference.local) {
            findings.extend(check_reference(context, text, reference));
        }
    }
    for (index, node) in context.nodes() {
        let is_unknown = |reference: &&ForeignReference| {
            reference.demand != Demand::Nothing && !context.ids.contains_key(reference.node.value.as_str())
        };
        findings.extend(
            node.references
                .iter()
                .filter(is_unknown)
                .map(|reference| unknown_node(context, index, &reference.node.value, reference.node.span)),
        );
    }
    if context.is_native() {
        findings.extend(context.inputs().iter().filter_map(|input| match &input.source {
            Source::UnknownNode { id, span } => Some(unknown_node(context, input.node, id, *span)),
            Source::Output { node, output, output_span, .. } => {
                unknown_output(context, *node, output, || *output_span)
            }
            Source::Bare { .. } => None,
        }));
    }
}

fn check_reference(context: &Context<'_>, text: &NodeText<'_>, reference: &Reference<'_>) -> Option<Finding> {
    let node = context.node(text.node);
    let (root, path) = reference.segments.split_first()?;
    let span = |at: usize| text.source(path.get(at).map_or(reference.span, |segment| segment.span));
    // A name that is not there yet is `template-syntax`.
    if path.iter().any(|segment| segment.name.is_empty()) {
        return None;
    }
    match (root.name, path) {
        ("args", _) => None,
        ("nodes", [Segment { name: id, .. }, rest @ ..]) => match (context.ids.get(id), rest) {
            (None, _) => Some(unknown_node(context, text.node, id, span(0))),
            (Some(target), [Segment { name: "outputs", .. }, output, ..]) => {
                unknown_output(context, *target, output.name, || span(2))
            }
            (Some(_), [] | [Segment { name: "outputs" | "status", .. }]) => None,
            (Some(_), [other, ..]) => Some(unknown_part(context, id, other.name, span(1))),
        },
        ("inputs", [Segment { name, .. }, ..]) => {
            let known = || node.inputs.iter().map(|input| input.name.value.as_str());
            let is_known = known().any(|known| known == *name)
                || has_unread(context, node, "inputs", node.inputs.is_empty());
            (!is_known).then(|| suggest(context, span(0), &format!("no input `{name}`"), name, known()))
        }
        ("item" | "index", _) if node.for_each.is_none() && text.role != TextRole::Items => {
            let has_loop = context.tree.get(node.tree, "for_each").is_some();
            let message = format!("`{}` exists only in nodes with `for_each`", root.name);
            (!has_loop).then(|| Finding::new(&CODE, text.source(root.span), message))
        }
        ("run", [Segment { name, .. }, ..]) if *name != "id" => {
            Some(suggest(context, span(0), &format!("`run` has no `{name}`, only `id`"), name, ["id"]))
        }
        ("nodes" | "inputs" | "item" | "index" | "run", _) => None,
        (name, _) => {
            let what = format!("no variable `{name}`; there are `args`, `nodes`, `inputs`, `run`");
            Some(suggest(context, text.source(root.span), &what, name, VARIABLES.iter().copied()))
        }
    }
}

fn unknown_node(context: &Context<'_>, node: u32, id: &str, span: Span) -> Finding {
    let others =
        context.all_nodes().filter(|(index, _)| *index != node).map(|(_, node)| node.id.value.as_str());
    suggest(context, span, &format!("no node `{id}` in this DAG"), id, others)
}

fn unknown_part(context: &Context<'_>, id: &str, part: &str, span: Span) -> Finding {
    let what = format!("`nodes.{id}` has `outputs` and `status`, no `{part}`");
    suggest(context, span, &what, part, ["outputs", "status"])
}

/// Nearly every use of an output is fine: `span` says where it is written once that is asked.
fn unknown_output(
    context: &Context<'_>,
    target: u32,
    output: &str,
    span: impl FnOnce() -> Span,
) -> Option<Finding> {
    let target = context.node(target);
    let declares_them = matches!(target.work, Some(Work::Agent(_) | Work::Run(_)));
    let known = || target.outputs.iter().map(|output| output.name.value.as_str());
    let is_unclear = !declares_them || has_unread(context, target, "outputs", target.outputs.is_empty());
    if is_unclear || output.is_empty() || known().any(|known| known == output) {
        return None;
    }
    let id = &target.id.value;
    let what = if target.outputs.is_empty() {
        format!("`{id}` declares no outputs; add `outputs: [{output}]` to it")
    } else {
        format!("`{id}` has no output `{output}`")
    };
    Some(suggest(context, span(), &what, output, known()).related(target.id.span, format!("`{id}` is here")))
}

/// Whether the key is written in a form that could not be read; what it would declare is unknown then.
fn has_unread(context: &Context<'_>, node: &Node, key: &str, is_empty: bool) -> bool {
    is_empty && context.tree.get(node.tree, key).is_some()
}

/// Nodes that phases list.
pub(super) fn check_phases(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for phase in &context.dag.phases {
        for entry in phase.nodes.iter().filter(|entry| !entry.value.is_empty()) {
            if !context.ids.contains_key(entry.value.as_str()) {
                let known = context.all_nodes().map(|(_, node)| node.id.value.as_str());
                let what = format!("no node `{}` in this DAG", entry.value);
                findings.push(suggest(context, entry.span, &what, &entry.value, known));
            }
        }
    }
}

/// "no such thing; did you mean …?"
fn suggest<'c>(
    context: &Context<'_>,
    span: Span,
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'c str>,
) -> Finding {
    match context.suggest(name, known) {
        Some(meant) => Finding::new(&CODE, span, format!("{what}; did you mean `{meant}`?"))
            .fix(edits::change_to(context.text(), span, meant)),
        None => Finding::new(&CODE, span, what),
    }
}
