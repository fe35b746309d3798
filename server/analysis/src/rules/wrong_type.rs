//! `wrong-type`: a list where a text should be, and the like.

use divisi_model::keys::Ty;
use divisi_syntax::{Kind, ScalarValue};
use divisi_workspace::{Class, Content, Document};

use super::shape::{Mapping, Value, Verdict, describe};
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "wrong-type",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A value is of another kind than its key takes.",
    silent: "For a value that is not written, and for one with `{{` in it. A number is a fine text.",
    fix: "Write the kind of value that the message names.",
    explanation: "`yes` and `no` are texts, as is everything in quotes: the kinds are those of YAML 1.2.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    continue_on_error: yes\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    continue_on_error: true\n",
    ),
};

pub(super) fn check(context: &Context<'_>, value: &Value, findings: &mut Vec<Finding>) {
    if value.verdict != Verdict::WrongType {
        return;
    }
    let span = context.tree.span(value.id);
    let what = match (value.key, value.is_inside) {
        (Some(key), false) => format!("`{key}`"),
        (Some(key), true) => format!("what stands in `{key}`"),
        (None, _) => "this".to_owned(),
    };
    let message = format!("{what} must be {}, not {}", describe(&value.ty), written_kind(context, value));
    findings.push(Finding::new(&CODE, span, message).fix(fix(context, value)));
}

fn written_kind(context: &Context<'_>, value: &Value) -> &'static str {
    match context.tree.kind(value.id) {
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        Kind::Scalar | Kind::Alias => match context.tree.scalar(value.id) {
            Some(ScalarValue::Bool(_)) => "`true` or `false`",
            Some(ScalarValue::Int(_) | ScalarValue::Float(_)) => "a number",
            _ => "a text",
        },
    }
}

/// A number or a boolean is a fine expression, and no list.
pub(super) fn check_items(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let Some(items) =
        mapping.entries.iter().find(|entry| entry.row.is_some_and(|row| row.name == "for_each"))
    else {
        return;
    };
    let what = match context.tree.scalar(items.value) {
        Some(ScalarValue::Bool(_)) => "`true` or `false`",
        Some(ScalarValue::Int(_) | ScalarValue::Float(_)) => "a number",
        _ => return,
    };
    let message = format!("`for_each` must be a list or an expression that gives one, not {what}");
    findings.push(Finding::new(&CODE, context.tree.span(items.value), message));
}

/// A boolean in other words or in quotes, a number in quotes, a list of one without its brackets.
fn fix(context: &Context<'_>, value: &Value) -> Option<Fix> {
    let content = context.tree.str(value.id)?;
    let span = context.tree.span(value.id);
    let meant = match value.ty {
        Ty::List(_) if !content.contains(['\n', ',', '[', ']', '{', '}', '#']) => {
            format!("[{}]", span.slice(context.text()))
        }
        Ty::Bool => match content.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" | "1" => "true".to_owned(),
            "no" | "off" | "false" | "0" => "false".to_owned(),
            _ => return None,
        },
        Ty::Int { .. } | Ty::Number => content.parse::<i64>().ok()?.to_string(),
        _ => return None,
    };
    Some(Fix::new(format!("Change to `{meant}`"), span, meant))
}

/// The document itself: a DAG file is a mapping.
pub(super) fn check_document(document: &Document, findings: &mut Vec<Finding>) {
    let Content::Dag { tree, dag: None, .. } = &document.content else {
        return;
    };
    let Some(root) = tree.root() else {
        return;
    };
    let is_file_of_ours = matches!(document.class, Class::DagYaml | Class::DagJson);
    if is_file_of_ours && tree.kind(root) != Kind::Mapping && !super::shape::is_null(tree, root) {
        let message =
            "a DAG file is a mapping with `nodes`, for example `nodes: [{ id: tests, run: cargo test }]`";
        findings.push(Finding::new(&CODE, tree.span(root), message));
    }
}
