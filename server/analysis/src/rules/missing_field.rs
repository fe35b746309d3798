//! `missing-field`: a key that must be there and is not.

use divisi_model::keys::native::WORK_KEYS;
use divisi_model::keys::{Key, Object};
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
    let required = object.keys.iter().filter(|key| key.required);
    for key in required.chain(implied(context, mapping, object)) {
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

/// Keys that other keys ask for, which the table cannot say: work that is begun needs its value, and an agent is
/// nothing without its task.
fn implied<'a>(
    context: &Context<'_>,
    mapping: &'a Mapping<'_>,
    object: &'static Object,
) -> impl Iterator<Item = &'static Key> + use<'a> {
    let rows = mapping.entries.iter().filter_map(|entry| entry.row);
    let begun = rows.filter(|row| WORK_KEYS.contains(&row.name));
    let task = mapping.written(context.tree, "agent").and_then(|_| object.key("prompt"));
    begun.chain(task)
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
