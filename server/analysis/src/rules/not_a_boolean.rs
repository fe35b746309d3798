//! `not-a-boolean`: a condition that cannot be true or false.

use divisi_model::{ArgType, TextRole};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::{Context, NodeText};
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "not-a-boolean",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "`when` certainly gives something else than `true` or `false`.",
    silent: "Wherever the value is only known when the node is about to start.",
    fix: "Compare it with something, or give the argument `type: boolean`.",
    explanation: "A text is neither true nor false: `\"false\"` is not empty. The node would fail instead of being \
                  skipped or run.",
    example: Example::dag(
        "args:\n  mode: { default: quick }\nnodes:\n  - id: slow\n    when: args.mode\n    run: ./slow.sh\n",
        "args:\n  mode: { default: quick }\nnodes:\n  - id: slow\n    when: args.mode == \"full\"\n    run: ./slow.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for text in context.texts.iter().filter(|text| text.role == TextRole::Condition) {
        if !text.template.errors.is_empty() {
            continue;
        }
        if let Some(what) = certain_kind(context, text) {
            let message = format!("`when` must give `true` or `false`, and this is {what}");
            findings.push(Finding::new(&CODE, text.text.span, message));
        }
    }
}

/// What the expression gives, where that is certain and no boolean.
fn certain_kind(context: &Context<'_>, text: &NodeText<'_>) -> Option<&'static str> {
    let expression = text.text.value.trim();
    if is_text_literal(expression) {
        return Some("a text");
    }
    if expression.starts_with(|c: char| c.is_ascii_digit()) && expression.parse::<f64>().is_ok() {
        return Some("a number");
    }
    let [reference] = text.template.references.as_slice() else {
        return None;
    };
    if reference.dynamic || reference.local || reference.span.slice(&text.text.value) != expression {
        return None;
    }
    let segments: Vec<&str> = reference.segments.iter().map(|segment| segment.name).collect();
    match segments.as_slice() {
        ["args", name] => kind_of_arg(context, name),
        ["nodes", _, "status"] => {
            Some("the status, a text: compare it, as in `nodes.x.status == \"succeeded\"`")
        }
        ["run", "id"] => Some("a text"),
        ["index"] => Some("a number"),
        _ => None,
    }
}

fn kind_of_arg(context: &Context<'_>, name: &str) -> Option<&'static str> {
    let arg = context.dag.args.iter().find(|arg| arg.name.value == name)?;
    // An argument without a written type may be meant as what its default is.
    let default = arg.default.as_ref().map(|default| &default.value);
    match arg.kind {
        ArgType::String if default.is_none_or(serde_json::Value::is_string) => {
            Some("an argument of type `string`: compare it, or declare `type: boolean`")
        }
        ArgType::Integer | ArgType::Number => Some("a number: compare it with one"),
        ArgType::List => Some("a list: use `| length > 0`"),
        ArgType::String | ArgType::Boolean => None,
    }
}

/// `"…"` or `'…'`, one literal from end to end.
fn is_text_literal(expression: &str) -> bool {
    let Some(quote) = expression.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return false;
    };
    let inner = &expression[1..];
    inner.strip_suffix(quote).is_some_and(|inner| !inner.contains(quote) && !inner.contains('\\'))
}
