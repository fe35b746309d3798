//! `duplicate-key`: a key twice in one mapping.

use std::collections::HashMap;

use super::shape::{Entry, Mapping};
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

/// Entries up to which comparing each with each is cheaper than hashing them.
const FEW: usize = 32;

pub(super) fn check(context: &Context<'_>, mapping: &Mapping<'_>, findings: &mut Vec<Finding>) {
    let mut report = |entry: &Entry<'_>, earlier: &Entry<'_>| {
        // A key that is not written yet has no name to repeat.
        if !context.tree.is_missing(entry.key) {
            let message = format!("`{}` is written twice here; keep one", entry.name);
            let finding = Finding::new(&CODE, context.tree.span(entry.key), message);
            findings.push(finding.related(context.tree.span(earlier.key), "the other one"));
        }
    };
    if mapping.entries.len() <= FEW {
        for (at, entry) in mapping.entries.iter().enumerate() {
            if let Some(earlier) = mapping.entries[..at].iter().find(|earlier| earlier.name == entry.name) {
                report(entry, earlier);
            }
        }
        return;
    }
    let mut first = HashMap::with_capacity(mapping.entries.len());
    for entry in &mapping.entries {
        let earlier = *first.entry(entry.name.as_ref()).or_insert(entry);
        if earlier.key != entry.key {
            report(entry, earlier);
        }
    }
}
