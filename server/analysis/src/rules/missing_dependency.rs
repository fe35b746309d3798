//! `missing-dependency`: a name in `depends_on` that no node has.

use divisi_model::Node;
use divisi_syntax::{Kind, Spanned};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

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
            if let Some(finding) = several_in_one(context, node, dependency) {
                findings.push(finding);
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

/// `a, c` as one text where a list was meant.
fn several_in_one(context: &Context<'_>, node: &Node, dependency: &Spanned<String>) -> Option<Finding> {
    let is_blank = |c: char| c == ',' || c.is_whitespace();
    let ids: Vec<&str> = dependency.value.split(is_blank).filter(|id| !id.is_empty()).collect();
    let are_known = ids.iter().all(|id| context.ids.contains_key(id));
    if !context.is_native() || ids.len() < 2 || !(are_known || dependency.value.contains(',')) {
        return None;
    }
    let quote = if context.tree.is_json() { "\"" } else { "" };
    let items: Vec<String> = ids.iter().map(|id| format!("{quote}{id}{quote}")).collect();
    let list = format!("[{}]", items.join(", "));
    let message = format!("no node `{}` in this DAG; several ids are a list: `{list}`", dependency.value);
    let is_whole_value = node
        .depends_on_key
        .as_ref()
        .and_then(|key| context.tree.get(node.tree, &key.value))
        .is_some_and(|value| context.tree.kind(value) == Kind::Scalar);
    let fix = Fix::new(format!("Change to `{list}`"), dependency.span, list);
    Some(Finding::new(&CODE, dependency.span, message).fix((are_known && is_whole_value).then_some(fix)))
}
