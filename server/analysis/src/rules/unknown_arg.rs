//! `unknown-arg`: a template that names an argument which the DAG does not have.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;
use divisi_model::TextRole;

pub(super) static CODE: Code = Code {
    name: "unknown-arg",
    severity: Severity::Error,
    extent: Extent::Document,
    summary: "A template or an expression names an argument that is not under `args`.",
    silent: "",
    fix: "Correct the name, or declare the argument.",
    explanation: "Undefined values are errors when a node starts; this finds them before anything has run.",
    example: Example::dag(
        "args:\n  scope: { default: src }\nnodes:\n  - id: count\n    run: [wc, -l, \"{{ args.scop }}\"]\n",
        "args:\n  scope: { default: src }\nnodes:\n  - id: count\n    run: [wc, -l, \"{{ args.scope }}\"]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let declared = || context.dag.args.iter().map(|arg| arg.name.value.as_str());
    for text in context.texts.iter().filter(|text| text.role != TextRole::Line) {
        for reference in text.template.references.iter().filter(|reference| !reference.local) {
            let [root, name, ..] = reference.segments.as_slice() else {
                continue;
            };
            let is_known =
                root.name != "args" || name.name.is_empty() || declared().any(|known| known == name.name);
            if is_known {
                continue;
            }
            let span = text.source(name.span);
            findings.push(match context.suggest(name.name, declared()) {
                Some(meant) => {
                    let message = format!("no argument `{}`; did you mean `{meant}`?", name.name);
                    Finding::new(&CODE, span, message).fix(edits::change_to(context.text(), span, meant))
                }
                None => {
                    Finding::new(&CODE, span, format!("no argument `{}`: declare it under `args`", name.name))
                }
            });
        }
    }
}
