//! What proposals are made from.

use std::sync::Arc;

use divisi_model::Dag;
use divisi_workspace::{Document, Snapshot};

use crate::cursor::Cursor;

pub(super) struct Context<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) document: &'a Arc<Document>,
    pub(super) cursor: &'a Cursor,
    /// The DAG with the mark in it.
    pub(super) dag: Option<Dag>,
    /// The node that the cursor stands in.
    pub(super) node: Option<usize>,
}

impl<'a> Context<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, document: &'a Arc<Document>, cursor: &'a Cursor) -> Self {
        let dag = cursor.parsed.dag();
        let tree = &cursor.parsed.tree;
        let mut around = std::iter::successors(Some(cursor.scalar), |node| tree.parent(*node));
        let node = dag.as_ref().and_then(|dag| {
            around.find_map(|tree_node| dag.nodes.iter().position(|node| node.tree == tree_node))
        });
        Self { snapshot, document, cursor, dag, node }
    }

    /// The node that the cursor stands in.
    pub(super) fn current(&self) -> Option<&divisi_model::Node> {
        self.dag.as_ref()?.nodes.get(self.node?)
    }
}
