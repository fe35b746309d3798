//! `ambiguous-input`: a bare name that two nodes upstream make.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;
use crate::inputs::Source;

pub(super) static CODE: Code = Code {
    name: "ambiguous-input",
    severity: Severity::Error,
    extent: Extent::Document,
    summary: "An input is named by an output alone, and several nodes before it have such an output.",
    silent: "In dialects, where values of one name are merged.",
    fix: "Write `node.output`.",
    explanation: "",
    example: Example::dag(
        "nodes:\n  - id: unit\n    run: ./unit.sh\n    outputs: [result]\n  - id: web\n    run: ./web.sh\n    outputs: [result]\n  - id: report\n    depends_on: [unit, web]\n    inputs: { outcome: result }\n    run: ./report.sh\n",
        "nodes:\n  - id: unit\n    run: ./unit.sh\n    outputs: [result]\n  - id: web\n    run: ./web.sh\n    outputs: [result]\n  - id: report\n    depends_on: [unit, web]\n    inputs: { outcome: unit.result, of_web: web.result }\n    run: ./report.sh\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // Among nodes in a ring everybody waits for everybody.
    if !context.is_native() || context.graph.order.is_none() {
        return;
    }
    for input in context.inputs().iter() {
        let Source::Bare { name, span, producers, .. } = &input.source else {
            continue;
        };
        let [first, second, ..] = producers.as_slice() else {
            continue;
        };
        let (first_id, second_id) = (&context.node(*first).id.value, &context.node(*second).id.value);
        let message = format!(
            "both `{first_id}` and `{second_id}` make `{name}`; write which one, as `{first_id}.{name}`"
        );
        let mut finding = Finding::new(&CODE, *span, message);
        for producer in producers {
            let id = &context.node(*producer).id;
            finding = finding.related(id.span, format!("`{}` makes it", id.value));
            if input.input.from.is_some() {
                finding =
                    finding.fix(edits::change_to(context.text(), *span, &format!("{}.{name}", id.value)));
            }
        }
        findings.push(finding);
    }
}
