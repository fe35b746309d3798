//! `missing-dependency`: a name in `depends_on` that no node has.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "missing-dependency",
    severity: Severity::Error,
    extent: Extent::Document,
    summary: "A node waits for a node that does not exist.",
    silent: "Where a fault in the text may have swallowed nodes.",
    fix: "Correct the id; the most likely one is offered.",
    explanation: "",
    example: Example::dag(
        "nodes:\n  - id: analysis\n    run: ./analyse.sh\n  - id: report\n    depends_on: [analisys]\n    run: ./report.sh\n",
        "nodes:\n  - id: analysis\n    run: ./analyse.sh\n  - id: report\n    depends_on: [analysis]\n    run: ./report.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, node) in context.nodes() {
        for dependency in &node.depends_on {
            let id = dependency.value.as_str();
            if id.is_empty() || context.ids.contains_key(id) {
                continue;
            }
            let finding = match context.suggest_node(id, index) {
                Some(meant) => {
                    let message = format!("no node `{id}` in this DAG; did you mean `{meant}`?");
                    let fix = edits::change_to(context.text(), dependency.span, meant);
                    let related =
                        context.ids.get(meant).map_or(dependency.span, |meant| context.node(*meant).id.span);
                    Finding::new(&CODE, dependency.span, message)
                        .fix(fix)
                        .related(related, format!("`{meant}` is here"))
                }
                None => Finding::new(&CODE, dependency.span, format!("no node `{id}` in this DAG")),
            };
            findings.push(finding);
        }
    }
}
