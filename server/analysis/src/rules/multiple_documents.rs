//! `multiple-documents`: more than one YAML document in a file.

use divisi_workspace::{Content, Document};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "multiple-documents",
    severity: Severity::Error,
    extent: Extent::Text,
    summary: "A DAG file holds more than one YAML document; only the first is read.",
    silent: "",
    fix: "Give each document a file of its own.",
    explanation: "One file holds one DAG, so that a path is enough to name it.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: cargo test\n---\nnodes:\n  - id: lint\n    run: cargo clippy\n",
        "nodes:\n  - id: tests\n    run: cargo test\n  - id: lint\n    run: cargo clippy\n",
    ),
};

pub(super) fn check(document: &Document, findings: &mut Vec<Finding>) {
    let Content::Dag { tree, .. } = &document.content else {
        return;
    };
    if let Some(second) = tree.document_spans().get(1) {
        let message = "a second document begins here; only the first is read, so give it a file of its own";
        findings.push(Finding::new(&CODE, *second, message));
    }
}
