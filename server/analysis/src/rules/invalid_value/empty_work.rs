//! Work that is written and empty: `run: ""`, `run: []`, `prompt: ""`. It would be started all the same.

use divisi_model::keys::native;
use divisi_syntax::{Kind, NodeId, Tree};

use super::CODE;
use crate::context::Context;
use crate::finding::Finding;
use crate::rules::shape::{Mapping, is_null};

pub(in crate::rules) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let objects = [&native::NODE, &native::NODE_IN_MAP, &native::COMPENSATE];
    if !mapping.object.is_some_and(|object| objects.iter().any(|node| std::ptr::eq(*node, object))) {
        return;
    }
    let is_work = |name: &str| name == "prompt" || native::WORK_KEYS.contains(&name);
    for entry in &mapping.entries {
        let Some(row) = entry.row.filter(|row| is_work(row.name)) else {
            continue;
        };
        if is_empty(context.tree, entry.value) {
            let message = format!("`{}` is empty: write {}", row.name, what(row.name));
            findings.push(Finding::new(&CODE, context.tree.span(entry.value), message));
        }
    }
}

/// A text without content, a list without a program. A value that is not written yet is `missing-field`.
fn is_empty(tree: &Tree, value: NodeId) -> bool {
    let value = tree.resolve(value);
    match tree.kind(value) {
        Kind::Scalar => !is_null(tree, value) && tree.str(value).is_some_and(|text| text.trim().is_empty()),
        Kind::Sequence => tree.items(value).next().is_none(),
        Kind::Mapping | Kind::Alias => false,
    }
}

fn what(key: &str) -> &'static str {
    match key {
        "agent" => "the agent's name",
        "prompt" => "what the agent is asked to do",
        "run" => "the program, for example `cargo test` or `[cargo, test]`",
        "command" => "the command's name, for example `/review`",
        "dag" => "the path of the file",
        _ => "the question",
    }
}
