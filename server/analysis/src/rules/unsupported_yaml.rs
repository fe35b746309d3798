//! `unsupported-yaml`: legal YAML that Divisi does not read.

use divisi_syntax::ErrorKind;
use divisi_workspace::{Content, Document};

use super::syntax::faults;
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "unsupported-yaml",
    severity: Severity::Error,
    extent: Extent::Text,
    summary: "A construct is legal YAML, and Divisi does not read it: merge keys (`<<`), collections as keys.",
    silent: "In agents, commands and prose.",
    fix: "Write it out.",
    explanation: "Readers differ in what such a construct means. A file that is refused is better than one that \
                  means something else in another tool.",
    example: Example::dag(
        "nodes:\n  - &base\n    id: unit\n    run: cargo test --lib\n  - <<: *base\n    id: docs\n",
        "nodes:\n  - id: unit\n    run: cargo test --lib\n  - id: docs\n    run: cargo test --doc\n",
    ),
};

pub(super) fn check(document: &Document, findings: &mut Vec<Finding>) {
    if let Content::Dag { tree, strict, .. } = &document.content {
        let unsupported = faults(tree.errors(), strict, |kind| kind == ErrorKind::Unsupported);
        findings.extend(unsupported.map(|error| Finding::new(&CODE, error.span, error.message.clone())));
    }
}
