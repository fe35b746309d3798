//! The graph that a place belongs to: a DAG, or the body of a node that repeats others.

use divisi_model::{Dag, Node};
use divisi_syntax::{NodeId, Tree};

/// A place among nodes.
pub(crate) struct Scope {
    /// The innermost graph around the place.
    pub(crate) dag: Dag,
    /// The node of it that the place stands in.
    pub(crate) node: Option<usize>,
    /// The graphs around that one, the innermost first, each with the node whose body comes next.
    around: Vec<(Dag, usize)>,
    /// Whether the place is a part of what repeats the node's body, such as the condition that ends it.
    ends_body: bool,
}

/// A graph whose nodes the texts at a place may name.
pub(crate) struct Reach<'a> {
    pub(crate) dag: &'a Dag,
    /// The node of it that the place stands in; none where the whole graph has run before the text is read.
    pub(crate) node: Option<usize>,
}

impl Scope {
    /// The scope of `place`, a node of the tree that `dag` was read from.
    pub(crate) fn at(dag: Dag, tree: &Tree, place: NodeId) -> Self {
        let holders: Vec<NodeId> = std::iter::successors(Some(place), |node| tree.parent(*node)).collect();
        let node = index_of(&dag, &holders);
        let mut scope = Self { dag, node, around: Vec::new(), ends_body: false };
        while let Some((body, inner)) = scope.take_body(&holders) {
            let at = scope.node.replace(inner).unwrap_or_default();
            scope.around.insert(0, (std::mem::replace(&mut scope.dag, body), at));
        }
        let body = scope.current().and_then(|node| node.body.as_ref());
        scope.ends_body = body.is_some_and(|body| holders.contains(&body.root));
        scope
    }

    /// The body of the current node, if one of its nodes holds the place.
    fn take_body(&mut self, holders: &[NodeId]) -> Option<(Dag, usize)> {
        let node = self.dag.nodes.get_mut(self.node?)?;
        let inner = index_of(node.body.as_deref()?, holders)?;
        Some((*node.body.take()?, inner))
    }

    /// The node that the place stands in.
    pub(crate) fn current(&self) -> Option<&Node> {
        self.dag.nodes.get(self.node?)
    }

    /// Whether the place stands in a body, or where its end is told.
    pub(crate) fn is_repeated(&self) -> bool {
        self.ends_body || !self.around.is_empty()
    }

    /// The graphs whose nodes texts here may name, the innermost first.
    pub(crate) fn in_reach(&self) -> impl Iterator<Item = Reach<'_>> {
        let body = self.current().and_then(|node| node.body.as_deref()).filter(|_| self.ends_body);
        let inside = body.map(|dag| Reach { dag, node: None });
        let here = Reach { dag: &self.dag, node: self.node };
        let around = self.around.iter().map(|(dag, node)| Reach { dag, node: Some(*node) });
        inside.into_iter().chain([here]).chain(around)
    }

    /// The whole DAG.
    pub(crate) fn outermost(&self) -> &Dag {
        self.around.last().map_or(&self.dag, |(dag, _)| dag)
    }
}

fn index_of(dag: &Dag, holders: &[NodeId]) -> Option<usize> {
    dag.nodes.iter().position(|node| holders.contains(&node.tree))
}
