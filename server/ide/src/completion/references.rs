//! Names in templates, along the path that is typed.

use divisi_analysis::Graph;
use divisi_analysis::describe;
use divisi_model::{ForEach, Node, OutputForm};
use divisi_syntax::Span;

use super::context::Context;
use super::{Completion, CompletionKind, Documentation};
use crate::card;
use crate::cursor::MARK;
use crate::expression::Path;

/// Rank of what may be named, but not from this node.
const OUT_OF_REACH: usize = 9000;

pub(super) fn complete(context: &Context<'_>, path: &Path) -> Vec<Completion> {
    let names: Vec<&str> = path.before.iter().map(String::as_str).collect();
    let proposals = match names.as_slice() {
        [] => roots(context),
        ["args"] => args(context),
        ["inputs"] => inputs(context),
        ["item"] => item_fields(context),
        ["run"] => vec![variable("id", "the run's id")],
        ["nodes"] => nodes(context),
        ["nodes", id] => vec![
            variable("outputs", "what the node made"),
            variable(
                "status",
                &format!("how `{id}` ended: `succeeded`, `failed`, `skipped` …").replace('`', ""),
            ),
        ],
        ["nodes", id, "outputs"] => outputs(context, id),
        ["nodes", id, "outputs", output] => parts(context, id, output),
        _ => Vec::new(),
    };
    let replace = replaced(context, path);
    proposals.into_iter().map(|completion| Completion { replace, ..completion }).collect()
}

/// The name at the cursor, in the user's text.
fn replaced(context: &Context<'_>, path: &Path) -> Span {
    let added = context.cursor.mark.len();
    Span::new(path.name.start, path.name.end - added)
}

fn variable(name: &str, detail: &str) -> Completion {
    let mut completion = Completion::new(CompletionKind::Variable, name, Span::default(), 0);
    completion.detail = Some(detail.to_owned());
    completion
}

fn roots(context: &Context<'_>) -> Vec<Completion> {
    let mut roots = vec![
        variable("nodes", "outputs and status of nodes it waits for"),
        variable("args", "arguments of the run"),
        variable("inputs", "inputs of this node"),
        variable("run", "the run itself"),
    ];
    if context.current().is_some_and(|node| node.for_each.is_some()) {
        roots.push(variable("item", "the item of this instance"));
        roots.push(variable("index", "the number of this instance, from 0"));
    }
    roots
}

fn args(context: &Context<'_>) -> Vec<Completion> {
    let args = context.dag().into_iter().flat_map(|dag| &dag.args);
    let completion = |arg: &divisi_model::Arg| {
        let default = arg.default.as_ref().map(|default| format!("default {}", default.value));
        let mut completion = variable(&arg.name.value, arg.description.as_deref().unwrap_or("argument"));
        completion.note = default;
        completion
    };
    args.map(completion).collect()
}

fn inputs(context: &Context<'_>) -> Vec<Completion> {
    let inputs = context.current().into_iter().flat_map(|node| &node.inputs);
    let completion = |input: &divisi_model::Input| {
        let from = input.from.as_ref().map_or("input", |from| from.value.as_str());
        variable(&input.name.value, from)
    };
    inputs.map(completion).collect()
}

/// Fields of the items that are written in the file.
fn item_fields(context: &Context<'_>) -> Vec<Completion> {
    let Some(ForEach::List { items, .. }) = context.current().and_then(|node| node.for_each.as_ref()) else {
        return Vec::new();
    };
    let mut fields: Vec<&str> = items
        .iter()
        .filter_map(|item| item.as_object())
        .flat_map(|item| item.keys())
        .map(String::as_str)
        .collect();
    fields.sort_unstable();
    fields.dedup();
    fields.into_iter().map(|field| variable(field, "field of the item")).collect()
}

/// Nodes upstream first: only those may be named.
fn nodes(context: &Context<'_>) -> Vec<Completion> {
    let Some(dag) = context.dag() else { return Vec::new() };
    let ancestors = context.node().map(|node| Graph::new(dag).ancestors(node as u32));
    let is_other = |(at, node): &(usize, &Node)| {
        Some(*at) != context.node() && !node.id.value.is_empty() && !node.id.value.contains(MARK)
    };
    let completion = |(at, node): (usize, &Node)| {
        let is_upstream =
            ancestors.as_ref().is_none_or(|ancestors| ancestors.binary_search(&(at as u32)).is_ok());
        let rank = if is_upstream { at.min(OUT_OF_REACH - 1) } else { OUT_OF_REACH };
        let mut completion = Completion::new(CompletionKind::Node, &node.id.value, Span::default(), rank);
        completion.detail = Some(describe::work(node));
        if !is_upstream {
            completion.note = Some("not upstream".to_owned());
            let text = format!(
                "This node does not wait for `{}`: add it to `depends_on` to use what it makes.",
                node.id.value
            );
            completion.documentation = Some(Documentation::Text(text));
        }
        completion
    };
    dag.nodes.iter().enumerate().filter(is_other).map(completion).collect()
}

fn node<'a>(context: &'a Context<'_>, id: &str) -> Option<&'a Node> {
    context.dag()?.nodes.iter().find(|node| node.id.value == id)
}

fn outputs(context: &Context<'_>, id: &str) -> Vec<Completion> {
    let outputs = node(context, id).into_iter().flat_map(|node| &node.outputs);
    let completion = |output: &divisi_model::Output| {
        let mut completion = Completion::new(CompletionKind::Output, &output.name.value, Span::default(), 0);
        completion.detail = Some(card::output(output));
        completion
    };
    outputs.map(completion).collect()
}

/// A file's contents stand behind its path.
fn parts(context: &Context<'_>, id: &str, output: &str) -> Vec<Completion> {
    let output = node(context, id).and_then(|node| node.outputs.iter().find(|it| it.name.value == output));
    match output.map(|output| &output.form) {
        Some(OutputForm::File(path)) => {
            vec![variable("text", &format!("contents of {path}, 256 KB at most"))]
        }
        _ => Vec::new(),
    }
}
