//! `empty-dag`: a DAG without nodes.

use divisi_syntax::Span;
use divisi_workspace::{Class, Content, Document};

use super::shape;
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "empty-dag",
    severity: Severity::Warning,
    extent: Extent::Document,
    summary: "A DAG has no nodes, so there is nothing to run.",
    silent: "Where `nodes` is missing altogether, which is `missing-field`; in dialects.",
    fix: "Add a node.",
    explanation: "",
    example: Example::dag(
        "name: review\nnodes: []\n",
        "name: review\nnodes:\n  - id: tests\n    run: cargo test\n",
    ),
};

const ADVICE: &str = "for example `nodes: [{ id: tests, run: cargo test }]`";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if let Some(key) = context.dag.nodes_key
        && context.dag.nodes.is_empty()
        && context.is_native()
    {
        findings.push(Finding::new(&CODE, key, format!("this DAG has no nodes: add one, {ADVICE}")));
    }
}

/// A DAG file with nothing in it.
pub(super) fn check_document(document: &Document, findings: &mut Vec<Finding>) {
    let Content::Dag { tree, dag: None, .. } = &document.content else {
        return;
    };
    let is_file_of_ours = matches!(document.class, Class::DagYaml | Class::DagJson);
    let is_blank = tree.root().is_none_or(|root| shape::is_null(tree, root));
    if is_file_of_ours && is_blank && tree.errors().is_empty() {
        findings.push(Finding::new(
            &CODE,
            Span::at(0),
            format!("this file holds no DAG yet: write its nodes, {ADVICE}"),
        ));
    }
}
