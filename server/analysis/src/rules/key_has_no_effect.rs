//! `key-has-no-effect`: a key on a kind of node that does not read it.

use divisi_model::keys::{WorkKind, native};
use divisi_syntax::Kind;

use super::shape::{Entry, Mapping, is_null};
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "key-has-no-effect",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A key is fine on other kinds of node and does nothing on this one.",
    silent: "In `defaults`, where a key concerns those nodes to which it applies; on nodes without work, or with \
             work of two kinds; in dialects.",
    fix: "Remove the key, or move it to the node that needs it.",
    explanation: "A limit on the turns of an agent limits no program. On a `dag` node, `retry`, `cache`, `isolation` and \
                  `compensate` are errors: they belong to the nodes of that DAG, and a run that went on without them \
                  would not be what was asked for.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    max_turns: 10\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    timeout: 10m\n",
    ),
};

/// What people rely on: a DAG that runs without it is not what they asked for.
const MISSED_ON_A_DAG: &[&str] = &["retry", "cache", "isolation", "compensate"];

pub(super) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let Some(object) = mapping.object else {
        return;
    };
    let is_node = [&native::NODE, &native::NODE_IN_MAP, &native::COMPENSATE]
        .into_iter()
        .any(|node| std::ptr::eq(node, object));
    if !is_node {
        return;
    }
    let Some(kind) = work_kind(context, mapping) else {
        return;
    };
    for entry in &mapping.entries {
        if let Some(row) = entry.row.filter(|row| !row.applies_to(kind))
            && !is_null(context.tree, entry.value)
        {
            let message = format!("`{}` does nothing on {}", row.name, kind.describe());
            let finding = Finding::new(&CODE, context.tree.span(entry.key), message).unnecessary();
            let is_missed = kind == WorkKind::Dag && MISSED_ON_A_DAG.contains(&row.name);
            findings.push(if is_missed { finding.severity(Severity::Error) } else { finding });
        }
    }
}

/// What the node does, where exactly one work key says so.
fn work_kind(context: &Context<'_>, mapping: &Mapping<'_>) -> Option<WorkKind> {
    let is_work = |entry: &&Entry<'_>| {
        let row = entry.row.filter(|row| native::WORK_KEYS.contains(&row.name));
        row.is_some() && !is_null(context.tree, entry.value)
    };
    let mut work = mapping.entries.iter().filter(is_work);
    let entry = work.next()?;
    if work.next().is_some() {
        return None;
    }
    match entry.name.as_ref() {
        "agent" => Some(WorkKind::Agent),
        "command" => Some(WorkKind::Command),
        "dag" => Some(WorkKind::Dag),
        "approve" => Some(WorkKind::Approve),
        "run" => match context.tree.kind(context.tree.resolve(entry.value)) {
            Kind::Sequence => Some(WorkKind::RunArgv),
            _ => Some(WorkKind::RunLine),
        },
        _ => None,
    }
}
