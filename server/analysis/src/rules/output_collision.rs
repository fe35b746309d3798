//! `output-collision`: one file that is declared as the output of two.

use std::collections::HashMap;

use divisi_model::{Node, TextRole};
use divisi_syntax::Span;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::inputs::Source;
use crate::overlaps;

pub(super) static CODE: Code = Code {
    name: "output-collision",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "Two outputs are the same file: of one node, of all instances of a node, of two nodes that nothing \
              orders, or of two nodes the first of which is read after the second has written.",
    silent: "Where the later node is ordered and nobody reads the earlier one's output afterwards: it goes on with the \
             same file. Where a path holds a template; where two nodes that nothing orders are kept apart as for \
             `write-conflict`.",
    fix: "Give each output a file of its own.",
    explanation: "An output that is a file is handed on as a path, and what stands there is what the last one wrote.",
    example: Example::dag(
        "nodes:\n  - id: unit\n    run: ./unit.sh\n    outputs: { result: { file: result.xml } }\n  - id: web\n    run: ./web.sh\n    outputs: { result: { file: result.xml } }\n",
        "nodes:\n  - id: unit\n    run: ./unit.sh\n    outputs: { result: { file: unit.xml } }\n  - id: web\n    run: ./web.sh\n    outputs: { result: { file: web.xml } }\n",
    ),
};

/// A declared file.
#[derive(Clone, Copy)]
struct Made {
    node: u32,
    output: usize,
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.may_declare_files {
        return;
    }
    findings.extend(context.nodes().flat_map(|(_, node)| inside(node)));
    for overlap in context.overlaps().iter().filter(|overlap| overlap.both_make()) {
        let (first, second) = (context.node(overlap.first.node), context.node(overlap.second.node));
        let message = format!(
            "`{}` and `{}` may run at the same time, and the output of both is the same file",
            first.id.value, second.id.value
        );
        let other = format!("the output of `{}`", first.id.value);
        findings.push(Finding::new(&CODE, overlap.second.span, message).related(overlap.first.span, other));
    }
    if context.graph.order.is_some() {
        overwritten(context, findings);
    }
}

/// Within one node: two outputs in one file, or one file for all instances.
fn inside(node: &Node) -> Vec<Finding> {
    let mut known: HashMap<String, Span> = HashMap::new();
    let mut findings = Vec::new();
    for output in &node.outputs {
        let path = overlaps::output_path(node, &output.form).and_then(|path| path.as_path());
        let Some(path) = path else {
            continue;
        };
        let span = output.name.span;
        if overlaps::has_instances(node) {
            let message =
                format!("all instances of `{}` make this output in one file, `{path}`", node.id.value);
            findings.push(Finding::new(&CODE, span, message));
        }
        match known.get(&path) {
            Some(first) => {
                let message = format!("two outputs of `{}` are the file `{path}`", node.id.value);
                findings.push(Finding::new(&CODE, span, message).related(*first, "the other one"));
            }
            None => {
                known.insert(path, span);
            }
        }
    }
    findings
}

/// An output that another node, which runs later, writes again before somebody reads it.
fn overwritten(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let pairs = rewrites(context);
    if pairs.is_empty() {
        return;
    }
    let uses = uses(context);
    let mut candidates = Vec::new();
    let mut questions = Vec::new();
    for (first, second) in &pairs {
        let name = context.node(first.node).outputs[first.output].name.value.as_str();
        let readers = uses.get(&(first.node, name)).into_iter().flatten().copied();
        for reader in readers.filter(|reader| *reader != second.node && *reader != first.node) {
            candidates.push((first, second, reader));
            questions.push((second.node, first.node));
            questions.push((reader, second.node));
        }
    }
    let answers = context.graph.are_ancestors(&questions);
    for ((first, second, reader), answers) in candidates.into_iter().zip(answers.chunks(2)) {
        if answers.iter().all(|yes| *yes) {
            let message = format!(
                "`{}` writes this file again before `{}` reads it as the output of `{}`",
                context.node(second.node).id.value,
                context.node(reader).id.value,
                context.node(first.node).id.value
            );
            let span = |made: &Made| context.node(made.node).outputs[made.output].name.span;
            let finding = Finding::new(&CODE, span(second), message);
            findings.push(finding.related(span(first), "the first output in this file"));
        }
    }
}

/// Outputs of different nodes in one file, each with the next one.
fn rewrites(context: &Context<'_>) -> Vec<(Made, Made)> {
    let mut by_path: HashMap<String, Vec<Made>> = HashMap::new();
    for (index, node) in context.nodes() {
        for (output, declared) in node.outputs.iter().enumerate() {
            let path = overlaps::output_path(node, &declared.form).and_then(|path| path.as_path());
            if let Some(path) = path {
                by_path.entry(path).or_default().push(Made { node: index, output });
            }
        }
    }
    let level = |made: &Made| context.graph.levels.get(made.node as usize).copied().unwrap_or_default();
    let mut pairs = Vec::new();
    for mut made in by_path.into_values() {
        made.sort_by_key(|made| (level(made), made.node));
        let neighbours = made.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
        pairs.extend(neighbours.filter(|(first, second)| first.node != second.node));
    }
    pairs
}

/// Which nodes take which output of which node.
fn uses<'c>(context: &'c Context<'_>) -> HashMap<(u32, &'c str), Vec<u32>> {
    let mut uses: HashMap<(u32, &str), Vec<u32>> = HashMap::new();
    for text in context.texts.iter().filter(|text| text.role != TextRole::Line && !text.undoes) {
        for reference in &text.template.references {
            let [root, id, outputs, output, ..] = reference.segments.as_slice() else {
                continue;
            };
            if root.name == "nodes"
                && outputs.name == "outputs"
                && !reference.local
                && let Some(maker) = context.ids.get(id.name)
            {
                uses.entry((*maker, output.name)).or_default().push(text.node);
            }
        }
    }
    for input in context.inputs().iter() {
        match &input.source {
            Source::Output { node, output, .. } => uses.entry((*node, output)).or_default().push(input.node),
            Source::Bare { name, producers, .. } => {
                for producer in producers {
                    uses.entry((*producer, name)).or_default().push(input.node);
                }
            }
            Source::UnknownNode { .. } => {}
        }
    }
    uses
}
