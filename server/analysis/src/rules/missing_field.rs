//! `missing-field`: a key that must be there and is not.

use divisi_model::keys::Key;
use divisi_model::keys::native::WORK_KEYS;
use divisi_syntax::NodeId;

use super::shape::{Mapping, name_of};
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
    let Some(object) = mapping.object.filter(|_| !mapping.has_merge()) else {
        return;
    };
    for key in object.keys.iter().filter(|key| is_needed(context, mapping, key)) {
        if mapping.written(context.tree, key.name).is_some() || is_misspelt(mapping, key) {
            continue;
        }
        let (place, message) = match mapping.entry(key.name) {
            Some(entry) => (entry.key, format!("`{}` has no value", key.name)),
            None => (place(mapping, key), format!("this {} has no `{}`", name_of(object), key.name)),
        };
        findings.push(Finding::new(&CODE, context.tree.span(place), message));
    }
}

fn is_needed(context: &Context<'_>, mapping: &Mapping<'_>, key: &Key) -> bool {
    // An agent is nothing without its task; the table cannot say "together with".
    let is_task = key.name == "prompt" && mapping.written(context.tree, "agent").is_some();
    let is_begun = WORK_KEYS.contains(&key.name) && mapping.entry(key.name).is_some();
    key.required || is_task || is_begun
}

/// Where the absence is shown: at the agent that lacks its task, else at the first key.
fn place(mapping: &Mapping<'_>, key: &Key) -> NodeId {
    let agent = mapping.entry("agent").filter(|_| key.name == "prompt");
    agent.or(mapping.entries.first()).map_or(mapping.id, |entry| entry.key)
}

fn is_misspelt(mapping: &Mapping<'_>, key: &Key) -> bool {
    let unknown = mapping.entries.iter().filter(|entry| entry.row.is_none());
    unknown.map(|entry| entry.name.as_ref()).any(|name| did_you_mean::nearest(name, [key.name]).is_some())
}
