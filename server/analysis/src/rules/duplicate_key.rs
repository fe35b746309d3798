//! `duplicate-key`: a key twice in one mapping.

use std::collections::HashMap;

use super::shape::Mapping;
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "duplicate-key",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A mapping has the same key twice.",
    silent: "For a key and its alias (`depends_on` and `needs`), where only the first one counts anyway.",
    fix: "Keep one of them.",
    explanation: "Readers of YAML and JSON disagree on which of the two counts; some take the first, some the last, \
                  some refuse the file. What you see is then not what runs.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n    timeout: 5m\n    timeout: 10m\n",
        "nodes:\n  - id: tests\n    run: cargo test\n    timeout: 10m\n",
    ),
};

pub(super) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let mut first = HashMap::with_capacity(mapping.entries.len());
    for entry in &mapping.entries {
        // A key that is not written yet has no name to repeat.
        if context.tree.is_missing(entry.key) {
            continue;
        }
        let Some(earlier) = first.insert(entry.name.as_ref(), entry.key) else {
            continue;
        };
        let message = format!("`{}` is written twice here; keep one", entry.name);
        let finding = Finding::new(&CODE, context.tree.span(entry.key), message);
        findings.push(finding.related(context.tree.span(earlier), "the other one"));
    }
}
