//! What proposals are made from.

use divisi_model::{Dag, Dialect};
use divisi_workspace::Snapshot;

use crate::cursor::Cursor;
use crate::scope::Scope;

pub(super) struct Context<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) cursor: &'a Cursor,
    /// Where among the nodes of the DAG, which has the mark in it, the cursor stands.
    pub(super) scope: Option<Scope>,
}

impl<'a> Context<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, cursor: &'a Cursor) -> Self {
        let dag = cursor.parsed.dag();
        let scope = dag.map(|dag| Scope::at(dag, &cursor.parsed.tree, cursor.scalar));
        Self { snapshot, cursor, scope }
    }

    /// The graph that the cursor stands in.
    pub(super) fn dag(&self) -> Option<&Dag> {
        self.scope.as_ref().map(|scope| &scope.dag)
    }

    /// The index of the node that the cursor stands in.
    pub(super) fn node(&self) -> Option<usize> {
        self.scope.as_ref()?.node
    }

    /// The node that the cursor stands in.
    pub(super) fn current(&self) -> Option<&divisi_model::Node> {
        self.scope.as_ref()?.current()
    }

    /// The language of the DAG.
    pub(super) fn dialect(&self) -> Option<Dialect> {
        Some(self.dag()?.dialect)
    }
}
