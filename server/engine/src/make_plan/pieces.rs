//! Parts of a plan while it is made: lists of nodes whose indices, scopes and paths count from their own beginning.

use std::collections::BTreeMap;

use super::expand::Instances;
use crate::growth::{Growing, Shift};
use crate::plan::{PlanCache, PlanExpansion, PlanInput, PlanNode, PlanScope, PlanWork};

/// A node of a DAG and all that it holds; the node stands first.
///
/// Its scope is 0, that of the DAG in which it stands; scope n of what it holds is the n-th of `scopes`. Its path is
/// empty; the others' begin with `/`, or with `[` for instances.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) nodes: Vec<PlanNode>,
    pub(super) scopes: Vec<PlanScope>,
}

/// The nodes of a DAG, each with what it holds behind it.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) nodes: Vec<PlanNode>,
    pub(super) scopes: Vec<PlanScope>,
    /// Where each node of the DAG stands; none for one that is not planned.
    pub(super) places: Vec<Option<usize>>,
}

/// What a node has to do with the others of its DAG.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    pub(super) dependencies: Vec<usize>,
    /// Barriers.
    pub(super) after: Vec<usize>,
    pub(super) inputs: Vec<PlanInput>,
    /// Which nodes its result follows from is a part of how it may be used again.
    pub(super) cache: Option<PlanCache>,
}

impl Piece {
    /// A node that holds nothing.
    pub(super) fn single(node: PlanNode) -> Self {
        Self { nodes: vec![PlanNode { path: String::new(), ..node }], scopes: Vec::new() }
    }

    /// The node `dag` with the nodes of its DAG; `scope` is what these have of their own.
    pub(super) fn dag(
        dag: PlanNode,
        held: Level,
        scope: PlanScope,
        exports: &BTreeMap<String, usize>,
    ) -> Self {
        let children = held.places.iter().flatten().map(|place| place + 1).collect();
        let exports = exports
            .iter()
            .filter_map(|(name, node)| Some((name.clone(), held.places.get(*node).copied().flatten()? + 1)));
        let work = PlanWork::Dag { children, scope: 1, exports: exports.collect() };
        let mut piece = Self::single(PlanNode { work, ..dag });
        piece.nodes.extend(held.nodes.into_iter().map(|mut node| {
            Shift { nodes: 1, scopes: 1 }.whole(&mut node);
            node.path = format!("/{}", node.path);
            node.group = node.group.or(Some(0));
            node
        }));
        let inner =
            held.scopes.into_iter().map(|inner| PlanScope { prefix: format!("/{}", inner.prefix), ..inner });
        piece.scopes = std::iter::once(PlanScope { prefix: "/".to_owned(), ..scope }).chain(inner).collect();
        piece
    }

    /// The piece once for each item. The group waits and is judged by its rule; the instances carry condition,
    /// tolerance and work.
    pub(super) fn for_each(self, instances: Instances) -> Self {
        let (items, expression, limit) = match instances {
            Instances::One => return self,
            Instances::Known(items) => (Some(items), String::new(), 0),
            Instances::Later { expression, limit } => (None, expression, limit),
        };
        let Some(single) = self.nodes.first().cloned() else { return self };
        let mut instance = self.nodes;
        if let Some(first) = instance.first_mut() {
            first.dependencies = Vec::new();
        }
        let expansion = PlanExpansion { expression, max_items: limit, instance, scopes: self.scopes };
        let group = PlanNode {
            when: None,
            continue_on_error: false,
            work: PlanWork::Group { children: Vec::new() },
            expansion: Some(Box::new(expansion)),
            inputs: Vec::new(),
            retry: None,
            timeout_ms: None,
            idle_timeout_ms: None,
            env: Vec::new(),
            locks: Vec::new(),
            limits: Vec::new(),
            worktree: None,
            reads: None,
            writes: None,
            cache: None,
            budgets: Vec::new(),
            wall_budget_ms: None,
            compensate: None,
            ..single
        };
        let mut piece = Self { nodes: vec![group], scopes: Vec::new() };
        if let Some(items) = items {
            Growing { nodes: &mut piece.nodes, scopes: &mut piece.scopes }.grow(0, &items);
            if let Some(group) = piece.nodes.first_mut() {
                group.expansion = None;
            }
        }
        piece
    }
}

impl Level {
    /// Puts the pieces of a DAG's nodes one behind the other. `connect` says what a node waits for and gets, once it is
    /// known where all of them stand.
    pub(super) fn new(
        count: usize,
        pieces: Vec<(usize, String, Piece)>,
        mut connect: impl FnMut(usize, &[Option<usize>]) -> Connection,
    ) -> Self {
        let mut level = Self { places: vec![None; count], ..Self::default() };
        let mut next = 0;
        for (index, _, piece) in &pieces {
            if let Some(place) = level.places.get_mut(*index) {
                *place = Some(next);
            }
            next += piece.nodes.len();
        }
        for (index, id, piece) in pieces {
            let shift = Shift { nodes: level.nodes.len(), scopes: level.scopes.len() };
            level.nodes.extend(piece.nodes.into_iter().map(|mut node| {
                shift.beside(&mut node);
                node.path = format!("{id}{}", node.path);
                node
            }));
            level.scopes.extend(
                piece
                    .scopes
                    .into_iter()
                    .map(|scope| PlanScope { prefix: format!("{id}{}", scope.prefix), ..scope }),
            );
            let connection = connect(index, &level.places);
            level.connect(shift.nodes, connection);
        }
        level
    }

    /// Gives a node, or each of its instances, its inputs; where it waits is the group's affair.
    fn connect(&mut self, node: usize, connection: Connection) {
        let Some(first) = self.nodes.get_mut(node) else { return };
        first.dependencies = connection.dependencies;
        first.after = connection.after;
        let to_come = first.expansion.as_mut().and_then(|expansion| expansion.instance.first_mut());
        if let Some(instance) = to_come {
            instance.inputs = connection.inputs;
            instance.cache = connection.cache;
            return;
        }
        let instances = match &first.work {
            PlanWork::Group { children } => children.clone(),
            _ => vec![node],
        };
        for instance in instances {
            if let Some(node) = self.nodes.get_mut(instance) {
                node.inputs.clone_from(&connection.inputs);
                node.cache.clone_from(&connection.cache);
            }
        }
    }
}
