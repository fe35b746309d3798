//! `template-syntax`: a template that cannot be read.

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use divisi_model::TextRole;

pub(super) static CODE: Code = Code {
    name: "template-syntax",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A template or an expression is unfinished or malformed.",
    silent: "In `run` as a text, which is no template; between `{% raw %}` and `{% endraw %}`.",
    fix: "Close the tag, or write literal braces between `{% raw %}` and `{% endraw %}`.",
    explanation: "",
    example: Example::dag(
        "args:\n  scope: { default: src }\nnodes:\n  - id: review\n    agent: code-reviewer\n    prompt: Review {{ args.scope\n",
        "args:\n  scope: { default: src }\nnodes:\n  - id: review\n    agent: code-reviewer\n    prompt: Review {{ args.scope }}\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for text in context.texts.iter().filter(|text| text.role != TextRole::Line) {
        for error in &text.template.errors {
            findings.push(Finding::new(&CODE, text.source(error.span), error.message.clone()));
        }
    }
}
