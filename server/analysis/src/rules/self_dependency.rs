//! `self-dependency`: a node that waits for itself.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "self-dependency",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node waits for itself, so it can never start.",
    silent: "",
    fix: "Remove the dependency.",
    explanation: "",
    example: Example::dag(
        "nodes:\n  - id: analysis\n    run: ./analyse.sh\n  - id: report\n    depends_on: [analysis, report]\n    run: ./report.sh\n",
        "nodes:\n  - id: analysis\n    run: ./analyse.sh\n  - id: report\n    depends_on: [analysis]\n    run: ./report.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (_, node) in context.nodes().filter(|(_, node)| !node.id.value.is_empty()) {
        for dependency in node.depends_on.iter().filter(|dependency| dependency.value == node.id.value) {
            let message = format!("`{}` waits for itself and can never start", node.id.value);
            let key = node.depends_on_key.as_ref().map_or("depends_on", |key| key.value.as_str());
            let edits =
                edits::remove_item(context.tree, &context.document.lines, node.tree, key, dependency.span);
            let fix =
                edits.map(|edits| Fix { title: "Remove the dependency".to_owned(), edits, safe: false });
            findings.push(Finding::new(&CODE, dependency.span, message).fix(fix));
        }
    }
}
