//! A status that no node can have, in a comparison: `nodes.tests.status == "success"` is always false.

use divisi_model::TextRole;
use divisi_syntax::Span;
use divisi_syntax::template::Reference;

use super::CODE;
use crate::context::{Context, NodeText};
use crate::edits;
use crate::finding::Finding;
use crate::states::{ENDED, OTHERS};

pub(in crate::rules) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for text in context.texts.iter().filter(|text| text.role != TextRole::Line) {
        if text.template.errors.is_empty() {
            let references = text.template.references.iter();
            findings.extend(references.filter_map(|reference| check_reference(context, text, reference)));
        }
    }
}

fn check_reference(context: &Context<'_>, text: &NodeText<'_>, reference: &Reference<'_>) -> Option<Finding> {
    let [nodes, _, status] = reference.segments.as_slice() else {
        return None;
    };
    let is_status = nodes.name == "nodes" && status.name == "status";
    if !is_status || reference.local || reference.dynamic {
        return None;
    }
    let span = compared_text(&text.text.value, reference)?;
    let word = span.slice(&text.text.value);
    if ENDED.contains(&word) || OTHERS.contains(&word) {
        return None;
    }
    let message = format!("no node has the status `{word}`: it can be `{}`", ENDED.join("`, `"));
    let source = text.source(span);
    Some(match meant(context, word) {
        Some(meant) => Finding::new(&CODE, source, format!("{message}; did you mean `{meant}`?"))
            .fix(edits::change_to(context.text(), source, meant)),
        None => Finding::new(&CODE, source, message),
    })
}

/// Words of other tools, then slips.
fn meant<'c>(context: &Context<'_>, word: &str) -> Option<&'c str> {
    match word.to_ascii_lowercase().as_str() {
        "success" | "successful" | "ok" | "passed" | "done" | "complete" | "completed" | "finished" => {
            Some("succeeded")
        }
        "failure" | "fail" | "error" | "errored" => Some("failed"),
        "skip" => Some("skipped"),
        _ => context.suggest(word, ENDED.iter().copied()),
    }
}

/// The content of the text in quotes with which the whole of `reference`, and nothing else, is compared.
fn compared_text(expression: &str, reference: &Reference<'_>) -> Option<Span> {
    let before = expression.get(..reference.span.start as usize)?;
    let after = expression.get(reference.span.end as usize..)?.trim_start();
    let literal = after.strip_prefix("==").or_else(|| after.strip_prefix("!="))?.trim_start();
    let quote = literal.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let content = literal.get(1..)?;
    let (word, rest) = content.split_once(quote)?;
    if word.contains('\\') || !begins_operand(before) || !ends_operand(rest) {
        return None;
    }
    let start = (expression.len() - content.len()) as u32;
    Some(Span::new(start, start + word.len() as u32))
}

fn begins_operand(before: &str) -> bool {
    let before = before.trim_end();
    let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let is_word = matches!(word, "and" | "or" | "not" | "if" | "elif" | "else");
    let is_tag = ["{{", "{{-", "{{+"].iter().any(|tag| before.ends_with(tag));
    before.is_empty() || is_word || is_tag || before.ends_with(['(', '[', ','])
}

fn ends_operand(after: &str) -> bool {
    let after = after.trim_start();
    let word = after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let is_tag = ["-}}", "-%}", "+}}", "+%}", "%}"].iter().any(|tag| after.starts_with(tag));
    after.is_empty()
        || matches!(word, "and" | "or" | "if" | "else")
        || is_tag
        || after.starts_with([')', ']', '}', ','])
}
