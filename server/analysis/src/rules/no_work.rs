//! `no-work`: a node that does nothing.

use divisi_model::Node;
use divisi_model::keys::native::WORK_KEYS;

use super::shape::MERGE_KEY;
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::did_you_mean;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "no-work",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node does not say what it does.",
    silent: "Where another key looks like a misspelt work key, which is then what is reported; in dialects.",
    fix: "Add `agent` and `prompt`, `run`, `command`, `dag` or `approve`.",
    explanation: "",
    example: Example::dag(
        "nodes:\n  - id: review\n    prompt: Review the code\n",
        "nodes:\n  - id: review\n    agent: code-reviewer\n    prompt: Review the code\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for (_, node) in context.nodes().filter(|(_, node)| node.work_keys.is_empty()) {
        if may_have_work(context, node) {
            continue;
        }
        let has_prompt = context.tree.get(node.tree, "prompt").is_some();
        let what = if has_prompt {
            "this node has a prompt and no `agent` that gets it"
        } else {
            "this node does nothing: add `agent` and `prompt`, `run`, `command`, `dag` or `approve`"
        };
        findings.push(Finding::new(&CODE, node.id.span, what));
    }
}

/// Whether another key is a misspelt work key, or merges one in.
fn may_have_work(context: &Context<'_>, node: &Node) -> bool {
    let mut keys = context.tree.entries(node.tree).filter_map(|(key, _)| context.tree.str(key));
    keys.any(|key| key == MERGE_KEY || did_you_mean::nearest(&key, WORK_KEYS.iter().copied()).is_some())
}
