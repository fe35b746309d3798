//! Groups that get what they need only in the run: the items of `for_each`, the arguments of another DAG (ENGINE,
//! section 10). Both are events, so that a replay knows them without evaluating anything.

use std::collections::HashSet;
use std::sync::Arc;

use super::budget;
use super::draft::Draft;
use super::graph::{Graph, PlanFault};
use super::state::{NodeStanding, State};
use crate::event::{Event, FailKind, NodeState};
use crate::growth::Item;
use crate::plan::{PlanNode, PlanWork, StoredPlan};

const GONE: &str = "its item is gone";

impl Draft<'_> {
    /// The rule and the condition of a group hold: it gets its items or its arguments, and opens.
    pub(super) fn open_group(&mut self, group: usize) {
        if let Err(error) = self.expand(group).and_then(|()| self.bind(group)) {
            return self.enter(group, NodeState::Failed { kind: FailKind::Expression }, Some(error));
        }
        self.enter(group, NodeState::Expanded, None);
        self.set_deadline(group);
    }

    fn expand(&mut self, group: usize) -> Result<(), String> {
        let is_due = self.state().plan.nodes.get(group).is_some_and(|node| node.expansion.is_some())
            && self.state().node(group).is_some_and(|standing| !standing.has_items);
        if !is_due {
            return Ok(());
        }
        let items = self.evaluate().items(self.state(), group)?;
        let path = self.state().path(group).to_owned();
        let instances: Vec<String> = items.iter().map(|item| format!("{path}[{}]", item.key)).collect();
        let kept: HashSet<&str> = instances.iter().map(String::as_str).collect();
        for child in self.state().children(group).to_vec() {
            if !kept.contains(self.state().path(child)) {
                self.enter(child, NodeState::Skipped, Some(GONE.to_owned()));
            }
        }
        for instance in instances.iter().filter_map(|path| self.state().index(path)).collect::<Vec<_>>() {
            for node in self.state().subtree(instance) {
                if self.state().node(node).is_some_and(|standing| standing.state != NodeState::Pending) {
                    self.enter(node, NodeState::Pending, None);
                }
            }
        }
        self.emit(Event::GroupExpanded { node: path, items });
        Ok(())
    }

    fn bind(&mut self, dag: usize) -> Result<(), String> {
        let scope = match self.state().plan.nodes.get(dag).map(|node| &node.work) {
            Some(PlanWork::Dag { scope, .. }) => self.state().plan.scope(*scope),
            _ => None,
        };
        if scope.is_none_or(|scope| scope.late_args.is_empty()) {
            return Ok(());
        }
        let args = self.evaluate().late_args(self.state(), dag)?;
        let node = self.state().path(dag).to_owned();
        self.emit(Event::ArgumentsBound { node, args });
        Ok(())
    }
}

/// What a growth changes in a plan, as it was: one that is refused leaves nothing behind.
struct Ungrown {
    nodes: usize,
    scopes: usize,
    /// The group and the instances that it has.
    changed: Vec<(usize, PlanNode)>,
}

impl Ungrown {
    fn new(plan: &StoredPlan, group: usize) -> Self {
        let children = plan.nodes.get(group).and_then(|node| node.work.children()).unwrap_or_default();
        let changed = children.iter().copied().chain([group]);
        let changed = changed.filter_map(|index| Some((index, plan.nodes.get(index)?.clone())));
        Self { nodes: plan.nodes.len(), scopes: plan.scopes.len(), changed: changed.collect() }
    }

    fn put_back(self, plan: &mut StoredPlan) {
        plan.nodes.truncate(self.nodes);
        plan.scopes.truncate(self.scopes);
        for (index, node) in self.changed {
            if let Some(slot) = plan.nodes.get_mut(index) {
                *slot = node;
            }
        }
    }
}

impl State {
    /// The plan gets the instances of a group. Costs O(n log n): the graph is derived anew from the plan. The plan itself
    /// is copied only where somebody shares it.
    pub(super) fn grow(&mut self, group: usize, items: &[Item]) -> Result<(), PlanFault> {
        let plan = Arc::make_mut(&mut self.plan);
        let before = Ungrown::new(plan, group);
        plan.grow(group, items);
        let graph = match Graph::new(plan) {
            Ok(graph) => Arc::new(graph),
            Err(fault) => {
                before.put_back(plan);
                return Err(fault);
            }
        };
        let former = std::mem::replace(&mut self.graph, graph);
        let plan = Arc::clone(&self.plan);
        for (index, node) in plan.nodes.iter().enumerate().skip(self.nodes.len()) {
            self.nodes.push_back_mut(NodeStanding::new(node));
            self.unfinished += 1;
            budget::count_unfinished(self, index, 1);
        }
        self.follow_ranks(&former);
        let children = self.children(group).to_vec();
        let is_open = |child: &&usize| self.nodes.get(**child).is_some_and(|node| !node.state.is_terminal());
        let unfinished = children.iter().filter(is_open).count();
        if let Some(standing) = self.nodes.get_mut(group) {
            standing.unfinished_children = unfinished;
            standing.has_items = true;
        }
        Ok(())
    }

    /// A DAG gets the arguments that were bound in the run.
    pub(super) fn bind_args(&mut self, dag: usize, args: &serde_json::Map<String, serde_json::Value>) {
        let Some(PlanWork::Dag { scope, .. }) = self.plan.nodes.get(dag).map(|node| &node.work) else {
            return;
        };
        let Some(place) = scope.checked_sub(1) else { return };
        if let Some(scope) = Arc::make_mut(&mut self.plan).scopes.get_mut(place) {
            scope.args.extend(args.clone());
        }
    }

    /// Whether a node is, or belongs to, an instance whose item is gone.
    pub(super) fn is_left_out(&self, node: usize) -> bool {
        let mut inner = node;
        self.groups_around(node).any(|group| {
            let position = self.plan.nodes.get(inner).and_then(|node| node.index);
            let is_listed = position.and_then(|at| self.children(group).get(at)) == Some(&inner);
            let grows = self.plan.nodes.get(group).is_some_and(|node| node.expansion.is_some());
            let left_out = grows && !is_listed;
            inner = group;
            left_out
        })
    }

    /// The items of the groups that wait for a node, or are it, are no longer known: it is to be done again.
    pub(super) fn forget_items(&mut self, node: usize) {
        let around: Vec<usize> = self.groups_around(node).collect();
        for reached in super::request::downstream(self, node) {
            if let Some(standing) = self.nodes.get_mut(reached).filter(|_| !around.contains(&reached)) {
                standing.has_items = false;
            }
        }
    }
}
