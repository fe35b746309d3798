//! `invalid-value`: the right kind of value, out of its bounds.

pub(super) mod agent_output;
pub(super) mod default_of_arg;
pub(super) mod empty_work;
pub(super) mod output_form;
pub(super) mod repeated_item;
pub(super) mod status_word;

use divisi_model::keys::Ty;

use super::shape::{Value, Verdict};
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "invalid-value",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A value is not one of those that its key takes: a word that is not in the list, a number out of range, \
              a malformed duration, size or id, work that is empty, a default that the argument cannot have, an item \
              of `for_each` that is there twice, an output that the agent has no way to give, a comparison with a \
              status that no node has.",
    silent: "For a value that is not written, and for one with `{{` in it. Ids of dialects are taken as they are. For \
             outputs of an agent whose prompt names `$DIVISI_OUTPUT_DIR`, and for optional ones.",
    fix: "Write a value that the message names.",
    explanation: "",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: ./test.sh\n  - id: report\n    depends_on: [tests]\n    run: ./report.sh\n    trigger_rule: always\n",
        "nodes:\n  - id: tests\n    run: ./test.sh\n  - id: report\n    depends_on: [tests]\n    run: ./report.sh\n    trigger_rule: all_done\n",
    ),
};

pub(super) fn check(context: &Context<'_>, value: &Value, findings: &mut Vec<Finding>) {
    let Verdict::Invalid(why) = &value.verdict else {
        return;
    };
    // Other tools have their own ideas of an id.
    if matches!(value.ty, Ty::NodeId) && !context.is_native() {
        return;
    }
    let span = context.tree.span(value.id);
    let content = context.tree.str(value.id).unwrap_or_default();
    let what = value.key.map_or_else(String::new, |key| format!(" for `{key}`"));
    let message = format!("`{}` will not do{what}: {why}", shorten(&content));
    let mut finding = Finding::new(&CODE, span, message);
    let words = value
        .ty
        .scalar_alternatives()
        .filter_map(|ty| if let Ty::Enum(words) = ty { Some(words) } else { None });
    if let Some(meant) = context.suggest(&content, words.flatten().copied()) {
        finding.message.push_str(&format!("; did you mean `{meant}`?"));
        finding = finding.fix(edits::change_to(context.text(), span, meant));
    }
    findings.push(finding);
}

/// Enough of a value to know it by.
fn shorten(content: &str) -> String {
    const LENGTH: usize = 40;
    let first_line = content.lines().next().unwrap_or_default();
    match first_line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &first_line[..end]),
        None if first_line.len() < content.trim_end().len() => format!("{first_line}…"),
        None => first_line.to_owned(),
    }
}
