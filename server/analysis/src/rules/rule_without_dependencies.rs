//! `rule-without-dependencies`: a trigger rule with nothing to judge.

use divisi_model::{Node, TriggerRule};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "rule-without-dependencies",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A node has a trigger rule and waits for nothing.",
    silent: "For `all_success`, which is what holds without a rule; in a phase with a barrier; in dialects.",
    fix: "Say in `depends_on` what it waits for, or remove the rule.",
    explanation: "The rule says how the nodes must have ended that this one waits for. A node that waits for none \
                  starts at once, also one that is meant to clean up at the end.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: cleanup\n    run: ./cleanup.sh\n    trigger_rule: all_done\n",
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: cleanup\n    depends_on: [tests]\n    run: ./cleanup.sh\n    trigger_rule: all_done\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for (_, node) in context.nodes() {
        let Some(rule) = node.trigger_rule.as_ref().filter(|rule| rule.value != TriggerRule::AllSuccess)
        else {
            continue;
        };
        let waits = !node.depends_on.is_empty() || node.depends_on_key.is_some();
        if !waits && !is_behind_barrier(context, node) {
            let message = format!("`{}` waits for nothing: the rule has no effect", node.id.value);
            findings.push(Finding::new(&CODE, rule.span, message).unnecessary());
        }
    }
}

fn is_behind_barrier(context: &Context<'_>, node: &Node) -> bool {
    node.phase
        .as_ref()
        .is_some_and(|id| context.dag.phases.iter().any(|phase| phase.barrier && phase.id.value == id.value))
}
