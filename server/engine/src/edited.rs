//! Going on with a run whose DAG was edited since (ENGINE, section 6): what finished and did not change is taken over.

use std::collections::{BTreeMap, HashMap};

use crate::core::State;
use crate::event::NodeState;
use crate::plan::{AdoptedResult, PlanNode, PlanParent, StoredPlan};
use crate::store::identity::{definition, first_difference};

/// A node that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its path.
    pub node: String,
    /// What is different, for people: `prompt changed`, `new`, `removed`.
    pub what: String,
}

/// What is different in `today` from the plan of `before`, in the order of `today`; what was removed stands last.
pub(crate) fn edits(today: &StoredPlan, before: &StoredPlan) -> Vec<Edit> {
    let places = places(before);
    let edit = |node: &PlanNode, what: String| Edit { node: node.path.clone(), what };
    let changed = today.nodes.iter().enumerate().filter_map(|(index, node)| {
        let what = match places.get(node.path.as_str()) {
            None => "new".to_owned(),
            Some(_) if node.work.is_group() => return None,
            Some(place) => difference(today, index, before, *place)?,
        };
        Some(edit(node, what))
    });
    let now: HashMap<&str, usize> = self::places(today);
    let removed = before.nodes.iter().filter(|node| !now.contains_key(node.path.as_str()));
    changed.chain(removed.map(|node| edit(node, "removed".to_owned()))).collect()
}

/// Gives `today` what the nodes of `parent` made that finished, did not change and follow from nothing that did. Their
/// paths, in the order of `today`.
pub(crate) fn adopt(today: &mut StoredPlan, parent: &State) -> Vec<String> {
    let fresh = fresh(today, parent);
    let mut adopted = BTreeMap::new();
    for (index, node) in today.nodes.iter().enumerate() {
        let is_fresh = fresh.get(index).copied().unwrap_or(true);
        let Some(place) = parent.index(&node.path).filter(|_| !is_fresh && !node.work.is_group()) else {
            continue;
        };
        let Some(outputs) = parent.own_outputs(place) else { continue };
        let result = AdoptedResult { result_id: parent.result_id(place), outputs: outputs.clone() };
        adopted.insert(index, result);
    }
    let paths = adopted.keys().filter_map(|index| today.nodes.get(*index)).map(|node| node.path.clone());
    let paths = paths.collect();
    today.parent = Some(PlanParent { run: parent.run().to_owned(), adopted });
    paths
}

/// For each node of `today` whether it has to run: it is new, changed, did not finish, or follows from such a node.
fn fresh(today: &StoredPlan, parent: &State) -> Vec<bool> {
    let before = parent.plan();
    let mut fresh = vec![false; today.nodes.len()];
    let mut next: Vec<usize> = Vec::new();
    for (index, node) in today.nodes.iter().enumerate() {
        let is_as_it_was = parent.index(&node.path).is_some_and(|place| {
            is_settled(today, node, parent, place) && difference(today, index, before, place).is_none()
        });
        if !is_as_it_was {
            next.push(index);
        }
    }
    let followers = followers(today);
    while let Some(index) = next.pop() {
        let Some(mark) = fresh.get_mut(index).filter(|mark| !**mark) else { continue };
        *mark = true;
        next.extend(followers.get(index).into_iter().flatten());
    }
    fresh
}

/// Whether a node ended in a way that stands while nothing changes. Of a group its instances tell.
fn is_settled(today: &StoredPlan, node: &PlanNode, parent: &State, place: usize) -> bool {
    let before = parent.plan().nodes.get(place);
    if let Some(children) = node.work.children() {
        let path = |plan: &StoredPlan, child: &usize| plan.nodes.get(*child).map(|child| child.path.clone());
        let Some(then) = before.and_then(|node| node.work.children()) else { return false };
        return children
            .iter()
            .map(|child| path(today, child))
            .eq(then.iter().map(|child| path(parent.plan(), child)));
    }
    match parent.node(place).map(|standing| standing.state()) {
        Some(NodeState::Succeeded | NodeState::Reused) => true,
        Some(NodeState::Skipped) => before.is_some_and(|before| before.when == node.when),
        _ => false,
    }
}

/// For each node those that follow from it: its dependents, what groups hold that wait for it, its own group.
fn followers(plan: &StoredPlan) -> Vec<Vec<usize>> {
    let mut followers = vec![Vec::new(); plan.nodes.len()];
    for (index, node) in plan.nodes.iter().enumerate() {
        let group_of = |node: &PlanNode| node.group.and_then(|group| plan.nodes.get(group));
        let around = std::iter::successors(group_of(node), |group| group_of(group));
        let waits_for = around.flat_map(|group| &group.dependencies).chain(&node.dependencies);
        for before in waits_for {
            if let Some(followers) = followers.get_mut(*before) {
                followers.push(index);
            }
        }
        if let Some(group) = node.group {
            followers.get_mut(index).into_iter().for_each(|followers| followers.push(group));
        }
    }
    followers
}

fn difference(today: &StoredPlan, index: usize, before: &StoredPlan, place: usize) -> Option<String> {
    let (then, now) = (definition(before, place), definition(today, index));
    first_difference(&then, &now).map(|name| format!("{name} changed"))
}

fn places(plan: &StoredPlan) -> HashMap<&str, usize> {
    plan.nodes.iter().enumerate().map(|(index, node)| (node.path.as_str(), index)).collect()
}
