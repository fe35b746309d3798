//! `missing-input`: an input that nobody makes.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::inputs::{InputUse, Source};

pub(super) static CODE: Code = Code {
    name: "missing-input",
    severity: Severity::Error,
    extent: Extent::Document,
    summary: "A node takes an input that no node before it makes.",
    silent: "For inputs with `default` or `required: false`. In dialects, where values are common to all nodes, for \
             everything that any node makes; there it is a warning.",
    fix: "Correct the name, declare the output at the node that makes it, or wait for that node.",
    explanation: "",
    example: Example::dag(
        "nodes:\n  - id: scan\n    run: ./scan.sh\n  - id: report\n    depends_on: [scan]\n    inputs: [findings]\n    run: ./report.sh\n",
        "nodes:\n  - id: scan\n    run: ./scan.sh\n    outputs: [findings]\n  - id: report\n    depends_on: [scan]\n    inputs: [findings]\n    run: ./report.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for input in context.inputs().iter() {
        let Source::Bare { name, span, producers, elsewhere } = &input.source else {
            continue;
        };
        if producers.is_empty() && !name.is_empty() && is_needed(input) {
            let mut finding = Finding::new(&CODE, *span, message(context, input.node, name, *elsewhere));
            if let Some(elsewhere) = elsewhere {
                finding = finding.related(context.node(*elsewhere).id.span, "it is made here");
            }
            if !context.is_native() {
                finding = finding.severity(Severity::Warning);
            }
            findings.push(finding);
        }
    }
}

fn is_needed(input: &InputUse<'_>) -> bool {
    input.input.required && input.input.default.is_none()
}

fn message(context: &Context<'_>, node: u32, name: &str, elsewhere: Option<u32>) -> String {
    let id = &context.node(node).id.value;
    match elsewhere {
        Some(elsewhere) => {
            let maker = &context.node(elsewhere).id.value;
            format!("`{id}` takes `{name}`, which `{maker}` makes, and does not wait for `{maker}`")
        }
        None if context.is_native() => {
            format!("`{id}` takes `{name}`, and no node that it waits for has such an output")
        }
        None => format!("`{id}` takes `{name}`, and no node has such an output"),
    }
}
