//! `empty-dag`: a DAG without nodes.

use divisi_syntax::{Kind, Span};
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
    silent: "Where `nodes` is missing or has no value, which is `missing-field`; in dialects.",
    fix: "Add a node.",
    explanation: "",
    example: Example::dag(
        "name: review\nnodes: []\n",
        "name: review\nnodes:\n  - id: tests\n    run: cargo test\n",
    ),
};

const ADVICE: &str = "for example `nodes: [{ id: tests, run: cargo test }]`";

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(nodes) = context.tree.get(context.dag.root, "nodes").filter(|_| context.is_native()) else {
        return;
    };
    let is_collection = matches!(context.tree.kind(nodes), Kind::Sequence | Kind::Mapping);
    if is_collection && context.tree.children(nodes).next().is_none() {
        let span = context.dag.nodes_key.unwrap_or(context.tree.span(nodes));
        findings.push(Finding::new(&CODE, span, format!("this DAG has no nodes: add one, {ADVICE}")));
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
