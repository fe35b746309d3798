//! One node alone (`resume --only`; ENGINE, section 6): it and what follows it are taken back, it starts, and everything
//! else is held back until the next resume. What was before its work stays, or goes back to pending.

use std::collections::BTreeSet;

use super::class::Class;
use super::draft::Draft;
use super::request::reset_from;
use super::rule::{Ends, Ruling, ruling};
use super::state::State;
use crate::event::NodeState;

impl State {
    /// Holds back everything but `node`, until the next resume. Not while something is live, which could not end.
    pub(super) fn hold_all_but(&mut self, node: usize) {
        if self.live.is_empty() && self.undo.is_none() {
            self.only = Some(node);
            self.verdict = None;
            self.ended_at = None;
        }
    }

    /// Whether another node runs alone. A group and its instances are one.
    pub(super) fn is_held_back(&self, node: usize) -> bool {
        self.only.is_some_and(|only| {
            !self.with_groups(node).any(|it| it == only) && !self.with_groups(only).any(|it| it == node)
        })
    }

    /// Why a node would not start if it were to run alone, for people; none where it would.
    pub(crate) fn obstacle_to_run_alone(&self, node: usize) -> Option<String> {
        self.with_groups(node).find_map(|node| {
            let planned = self.plan.nodes.get(node)?;
            let classes = || planned.dependencies.iter().map(|before| (*before, self.class(*before)));
            if let Some((open, _)) = classes().find(|(_, class)| class.is_none()) {
                return Some(format!("it waits for {}, which is not done yet", self.path(open)));
            }
            let ends: Ends = classes().filter_map(|(_, class)| class).collect();
            let (bad, _) = classes().find(|(_, class)| *class == Some(Class::Bad))?;
            let is_in_the_way = ruling(planned.rule, ends) == Ruling::Block;
            is_in_the_way.then(|| format!("it waits for {}, which did not end well", self.path(bad)))
        })
    }

    /// Whether the node that ran alone is over, or cannot start as long as it is alone. Others may be open, but of no
    /// attempt may it be unknown what it did: the run may have to be undone.
    pub(super) fn has_done_its_part(&self) -> bool {
        let Some(standing) = self.only.and_then(|only| self.nodes.get(only)) else { return false };
        let is_open = !standing.state.is_terminal() && standing.state != NodeState::Pending;
        !is_open && self.live.is_empty() && self.merging == 0 && self.undecided == 0
    }

    /// A node, its group, the group of that.
    fn with_groups(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let group = |node: &usize| self.plan.nodes.get(*node).and_then(|node| node.group);
        // A group stands before its instances.
        std::iter::successors(Some(node), group)
    }

    /// Everything that a node waits for, directly or not, with what that holds.
    pub(super) fn upstream(&self, node: usize) -> BTreeSet<usize> {
        let dependencies = |node: usize| {
            self.plan.nodes.get(node).map_or(&[][..], |node| &node.dependencies).iter().copied()
        };
        let mut found = BTreeSet::new();
        let mut next: Vec<usize> = self.with_groups(node).flat_map(dependencies).collect();
        while let Some(before) = next.pop() {
            if found.insert(before) {
                next.extend(dependencies(before).chain(self.children(before).iter().copied()));
            }
        }
        found
    }
}

impl Draft<'_> {
    /// Takes a node and all that follows it back, and what else could start; it was journaled that the node runs alone.
    pub(super) fn run_alone(&mut self, path: &str) {
        let Some(node) = self.state().index(path).filter(|node| self.state().only == Some(*node)) else {
            return;
        };
        reset_from(self, node);
        for other in 0..self.state().plan.nodes.len() {
            let state = self.state().node(other).map(|standing| standing.state);
            let could_go_on = matches!(
                state,
                Some(
                    NodeState::Ready
                        | NodeState::WaitingApproval
                        | NodeState::RetryWait
                        | NodeState::Expanded
                )
            );
            if could_go_on && self.state().is_held_back(other) {
                self.enter(other, NodeState::Pending, None);
            }
        }
        let opened: Vec<usize> = self.state().with_groups(node).collect();
        opened.into_iter().for_each(|node| self.consider(node));
    }
}
