//! Agents that a dialect's file defines for itself.

use divisi_syntax::Spanned;

use super::CODE;
use crate::Severity;
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

/// A warning, since a tool may know agents that the file does not list; silent where the file lists none.
pub(in crate::rules) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let known = || context.dag.own_agents.iter().map(|agent| agent.value.as_str());
    if context.dag.own_agents.is_empty() {
        return;
    }
    for (_, node) in context.nodes() {
        let is_unknown = |name: &&Spanned<String>| {
            let is_filled_in = name.value.contains("${");
            !name.value.is_empty() && !is_filled_in && known().all(|known| known != name.value)
        };
        for name in node.assigned.iter().filter(is_unknown) {
            let message = format!("no agent `{}` in the `agents` of this file", name.value);
            let finding = match context.suggest(&name.value, known()) {
                Some(meant) => Finding::new(&CODE, name.span, format!("{message}; did you mean `{meant}`?"))
                    .fix(edits::change_to(context.text(), name.span, meant)),
                None => Finding::new(&CODE, name.span, message),
            };
            findings.push(finding.severity(Severity::Warning));
        }
    }
}
