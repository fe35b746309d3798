//! Changes of structure that a person asks for at a place, one file each.

mod break_cycle;
mod create_agent;
mod create_node;
mod extract_phase;
mod graph;
mod remove_orderings;
mod sort_nodes;
mod text;

use std::sync::Arc;

use divisi_analysis::Graph;
use divisi_model::{Dag, Node};
use divisi_syntax::{Span, Tree};
use divisi_workspace::{Document, Snapshot};

use crate::change::Change;
pub use graph::{GraphEdit, edit_graph};

/// A change that is offered at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refactoring {
    /// In the imperative: "Break the cycle here".
    pub title: String,
    /// What sort of change it is.
    pub kind: RefactoringKind,
    /// What it does.
    pub change: Change,
}

/// What sort of change a [`Refactoring`] is, for menus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefactoringKind {
    /// Mends what a finding complains of.
    Mend,
    /// Makes something new out of what is selected.
    Extract,
    /// Writes the same in another way.
    Rewrite,
}

/// The place that is asked about, in a document with a DAG.
struct Place<'a> {
    snapshot: &'a Snapshot,
    document: &'a Document,
    tree: &'a Tree,
    dag: &'a Dag,
    graph: Graph,
    /// The selection; empty where only a cursor stands.
    span: Span,
}

/// What can be done at `span` of `document`, the likeliest first.
pub fn refactorings(snapshot: &Snapshot, document: &Arc<Document>, span: Span) -> Vec<Refactoring> {
    let mut offered: Vec<Refactoring> = create_agent::offer(snapshot, document, span).into_iter().collect();
    if let Some((tree, dag)) = document.dag() {
        let place = Place { snapshot, document, tree, dag, graph: Graph::new(dag), span };
        let offers = [
            create_node::offer,
            break_cycle::offer,
            extract_phase::offer,
            remove_orderings::offer,
            sort_nodes::offer,
        ];
        offered.extend(offers.iter().filter_map(|offer| offer(&place)));
    }
    offered
}

impl<'a> Place<'a> {
    /// The node and its dependency under the cursor: the node's index, and the index among its `depends_on`.
    fn dependency(&self) -> Option<(usize, usize)> {
        let under = |node: &Node| node.depends_on.iter().position(|entry| touches(entry.span, self.span));
        self.dag.nodes.iter().enumerate().find_map(|(at, node)| Some((at, under(node)?)))
    }

    fn change(&self, edits: Vec<divisi_analysis::Edit>) -> Change {
        Change::of_file(self.document.path.clone(), edits)
    }

    fn text(&self) -> &'a str {
        &self.document.text
    }
}

/// Whether two spans have a place in common, their ends included.
const fn touches(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}
