//! Nodes that work on a copy of the workspace: what a success made there is brought back before the node has succeeded
//! (ENGINE, section 9).
//!
//! A merge holds no slot and is never taken back: neither a cancel nor a failure elsewhere ends it, since half of it
//! may be done. A host that takes the run over does it again; doing so twice is doing so once.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::effect::{AttemptKey, Effect};
use super::state::State;
use crate::event::{FailKind, NodeState, OutputValue};

/// What became of a merge.
#[derive(Debug, Clone, PartialEq)]
pub enum MergeEnd {
    /// The workspace holds what the attempt made.
    Merged {
        /// The node's outputs, their files where the workspace has them.
        outputs: BTreeMap<String, OutputValue>,
    },
    /// Somebody else changed the same, or the file system refused: the copy is kept.
    Refused {
        /// For people: the paths, and where the copy stands.
        detail: String,
    },
}

impl State {
    /// Whether an attempt's copy of the workspace is still needed: its attempt lives, its merge is under way or was
    /// refused, or a person has to look at what a lost attempt did.
    pub fn needs_copy(&self, node: usize, attempt: u32) -> bool {
        let Some(standing) = self.nodes.get(node).filter(|standing| standing.attempt == attempt) else {
            return false;
        };
        let is_kept = matches!(
            standing.state,
            NodeState::Merging
                | NodeState::WaitingDecision
                | NodeState::Failed { kind: FailKind::MergeConflict }
        );
        is_kept || self.live.contains(&node)
    }

    /// Attempts whose merge is under way.
    pub(crate) fn merges(&self) -> Vec<(usize, u32)> {
        if self.merging == 0 {
            return Vec::new();
        }
        let standings = self.nodes.iter().enumerate();
        standings
            .filter(|(_, standing)| standing.state == NodeState::Merging)
            .map(|(node, standing)| (node, standing.attempt))
            .collect()
    }

    /// Whether a node works on a copy.
    pub(crate) fn works_on_a_copy(&self, node: usize) -> bool {
        self.plan.nodes.get(node).is_some_and(|node| node.worktree.is_some())
    }
}

impl Draft<'_> {
    /// The attempt of a node did its work: that is all, or there is something to bring back first.
    pub(super) fn succeed(&mut self, node: usize, outputs: BTreeMap<String, OutputValue>) {
        if self.state().works_on_a_copy(node) {
            return self.merge(node, None, outputs);
        }
        self.enter_with(node, NodeState::Succeeded, None, outputs);
    }

    /// The merges of a former host.
    pub(super) fn merge_again(&mut self) {
        for (node, _) in self.state().merges() {
            let outputs = self.state().node(node).and_then(|standing| standing.outputs.as_deref().cloned());
            let detail = "its merge is done again: the host died meanwhile";
            self.merge(node, Some(detail.to_owned()), outputs.unwrap_or_default());
        }
    }

    /// A merge came to its end. Reports about one that is over, or of a former host, change nothing.
    pub(super) fn end_merge(&mut self, key: AttemptKey, end: MergeEnd) {
        let Some(standing) = self.state().node(key.node) else { return };
        let is_current = standing.state == NodeState::Merging && standing.attempt == key.attempt;
        if !is_current || key.epoch != self.state().epoch {
            return;
        }
        match end {
            MergeEnd::Merged { outputs } => {
                self.enter_with(key.node, NodeState::Succeeded, None, outputs);
            }
            MergeEnd::Refused { detail } => {
                let state = NodeState::Failed { kind: FailKind::MergeConflict };
                self.enter(key.node, state, Some(detail));
            }
        }
    }

    fn merge(&mut self, node: usize, detail: Option<String>, outputs: BTreeMap<String, OutputValue>) {
        self.enter_with(node, NodeState::Merging, detail, outputs);
        let attempt = self.state().node(node).map_or(0, |standing| standing.attempt);
        let key = AttemptKey { node, attempt, epoch: self.state().epoch };
        self.perform(Effect::Merge { key });
    }
}
