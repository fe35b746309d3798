//! `missing-unit`: a duration that is a bare number.

use divisi_syntax::Style;

use super::shape::{Value, Verdict};
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "missing-unit",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A duration is a bare number, which may mean seconds or milliseconds.",
    silent: "In dialects, whose own units hold.",
    fix: "Add `s` or `ms` (or `m`, `h`, `d`); both readings are offered.",
    explanation: "Of the formats in use some count in seconds, some in milliseconds, some in minutes. A guess would \
                  be wrong by a factor of a thousand for somebody.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    timeout: 600\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    timeout: 600s\n",
    ),
};

pub(super) fn check(context: &Context<'_>, value: &Value, findings: &mut Vec<Finding>) {
    let Verdict::MissingUnit(_) = value.verdict else {
        return;
    };
    let span = context.tree.span(value.id);
    let number = context.tree.str(value.id).unwrap_or_default();
    let seconds = format!("{number}s");
    let milliseconds = format!("{number}ms");
    let message =
        format!("`{number}` has no unit: write `{seconds}` for seconds or `{milliseconds}` for milliseconds");
    let fixes = [seconds, milliseconds].map(|meant| {
        // A number in JSON becomes a text, which needs quotes.
        let is_bare = context.tree.is_json() && context.tree.style(value.id) == Style::Plain;
        let written = if is_bare { format!("\"{meant}\"") } else { meant };
        edits::change_to(context.text(), span, &written)
    });
    findings.push(Finding { fixes: fixes.into(), ..Finding::new(&CODE, span, message) });
}
