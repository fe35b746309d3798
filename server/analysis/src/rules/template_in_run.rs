//! `template-in-run`: a template where nobody evaluates it.

use divisi_model::TextRole;
use divisi_model::variables::{arg_variable, input_variable};
use divisi_syntax::template::Tag;
use divisi_syntax::{Span, Style};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::{Context, NodeText};
use crate::finding::{Finding, Fix};
use crate::inputs::Source;

pub(super) static CODE: Code = Code {
    name: "template-in-run",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "`run` is a text, which is no template, and holds `{{ args.`, `{{ nodes.`, `{{ inputs.` or `{{ item`.",
    silent: "For any other braces: they belong to the program.",
    fix: "Use the environment variable, or write `run` as a list, whose elements are templates.",
    explanation: "A value that is pasted into a shell's text can run anything. An environment variable in quotes \
                  cannot, and neither can an element of a list.",
    example: Example::dag(
        "args:\n  scope: { default: src }\nnodes:\n  - id: count\n    run: find {{ args.scope }} -name '*.rs' | wc -l\n",
        "args:\n  scope: { default: src }\nnodes:\n  - id: count\n    run: find \"$DIVISI_ARG_SCOPE\" -name '*.rs' | wc -l\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for text in context.texts.iter().filter(|text| text.role == TextRole::Line) {
        for tag in text.template.tags.iter().filter(|tag| is_ours(text, tag)) {
            let span = text.source(tag.span);
            let finding = match variable(context, text, tag) {
                Some(variable) => {
                    let message = format!(
                        "`run` as a text is no template: use `${variable}`, or write `run` as a list"
                    );
                    Finding::new(&CODE, span, message).fix(fix(context, text, tag, &variable))
                }
                None => {
                    let message = "`run` as a text is no template: take the value in with `inputs`, or write `run` as a list";
                    Finding::new(&CODE, span, message)
                }
            };
            findings.push(finding);
        }
    }
}

fn is_ours(text: &NodeText<'_>, tag: &Tag) -> bool {
    let inner = tag.inner.slice(&text.text.value).trim_start_matches(['-', '+']).trim_start();
    let is_path = ["args.", "nodes.", "inputs."].iter().any(|root| inner.starts_with(root));
    let is_item = inner
        .strip_prefix("item")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
    !tag.statement && (is_path || is_item)
}

/// The environment variable that holds what the tag names, where the tag is nothing but a name.
fn variable(context: &Context<'_>, text: &NodeText<'_>, tag: &Tag) -> Option<String> {
    let name = tag.inner.slice(&text.text.value).trim();
    let mut inside = text.template.references.iter().filter(|reference| tag.inner.contains(reference.span));
    let reference = inside.next()?;
    let is_all = reference.span.slice(&text.text.value) == name && !reference.dynamic;
    let segments: Vec<&str> = reference.segments.iter().map(|segment| segment.name).collect();
    match segments.as_slice() {
        _ if !is_all => None,
        ["args", name] => Some(arg_variable(name)),
        ["inputs", name] => Some(input_variable(name)),
        ["nodes", id, "outputs", output] => input_of(context, text.node, id, output).map(input_variable),
        _ => None,
    }
}

/// The input under which the node takes that output in.
fn input_of<'a>(context: &'a Context<'_>, node: u32, id: &str, output: &str) -> Option<&'a str> {
    let wanted = context.ids.get(id)?;
    let mut inputs = context.inputs().of(node);
    let input = inputs.find(|input| match &input.source {
        Source::Output { node, output: name, .. } => node == wanted && *name == output,
        Source::Bare { name, producers, .. } => *name == output && producers.as_slice() == [*wanted],
        Source::UnknownNode { .. } => false,
    })?;
    Some(input.input.name.value.as_str())
}

/// The variable in the quotes that the shell needs at that place, escaped as the scalar needs it.
fn fix(context: &Context<'_>, text: &NodeText<'_>, tag: &Tag, variable: &str) -> Fix {
    let before = Span::new(0, tag.span.start).slice(&text.text.value);
    let shell = match open_quote(before) {
        Some('"') => format!("${{{variable}}}"),
        Some(_) => format!("'\"${variable}\"'"),
        None => format!("\"${variable}\""),
    };
    let written = match context.tree.style(context.tree.resolve(text.text.tree)) {
        Style::DoubleQuoted => shell.replace('"', "\\\""),
        Style::SingleQuoted => shell.replace('\'', "''"),
        _ => shell,
    };
    Fix::new(format!("Change to `\"${variable}\"`"), text.source(tag.span), written)
}

/// The quote of the shell that is open after `text`.
fn open_quote(text: &str) -> Option<char> {
    let mut open = None;
    let mut escaped = false;
    for c in text.chars() {
        match (c, open) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            ('"' | '\'', None) => open = Some(c),
            (c, Some(quote)) if c == quote => open = None,
            _ => {}
        }
    }
    open
}
