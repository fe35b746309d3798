//! `missing-field`: a key that must be there and is not.

use divisi_model::keys::Key;

use super::shape::Mapping;
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::did_you_mean;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "missing-field",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A key that is needed here is missing, or has no value.",
    silent: "Where another key looks like a misspelling of it, which is then what is reported.",
    fix: "Add the key.",
    explanation: "",
    example: Example::dag("nodes:\n  - run: cargo test\n", "nodes:\n  - id: tests\n    run: cargo test\n"),
};

pub(super) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let Some(object) = mapping.object else {
        return;
    };
    for key in object.keys.iter().filter(|key| is_needed(context, mapping, key)) {
        if mapping.written(context.tree, key.name).is_some() || is_misspelt(mapping, key) {
            continue;
        }
        let (span, message) = match (mapping.entry(key.name), mapping.entries.first()) {
            (Some(entry), _) => (context.tree.span(entry.key), format!("`{}` has no value", key.name)),
            (None, Some(first)) => {
                (context.tree.span(first.key), format!("this {} has no `{}`", object.name, key.name))
            }
            (None, None) => {
                (context.tree.span(mapping.id), format!("this {} has no `{}`", object.name, key.name))
            }
        };
        findings.push(Finding::new(&CODE, span, message));
    }
}

fn is_needed(context: &Context<'_>, mapping: &Mapping<'_>, key: &Key) -> bool {
    // An agent is nothing without its task; the table cannot say "together with".
    let is_task = key.name == "prompt" && mapping.written(context.tree, "agent").is_some();
    key.required || is_task
}

fn is_misspelt(mapping: &Mapping<'_>, key: &Key) -> bool {
    let unknown = mapping.entries.iter().filter(|entry| entry.row.is_none());
    unknown.map(|entry| entry.name.as_ref()).any(|name| did_you_mean::nearest(name, [key.name]).is_some())
}
