//! Earlier results in the place of new ones (ENGINE, section 5): what is found about a node between its becoming ready
//! and its start, and the names by which results are known to those that follow from them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::apply::Fault;
use super::draft::Draft;
use super::effect::{Effect, IdentifyNode, IdentityKey};
use super::evaluate::RenderError;
use super::input::Found;
use super::state::State;
use crate::event::{Event, FailKind, NodeState, OutputValue, ReusedResult};
use crate::plan::{AdoptedResult, Reuse};

/// What is known of a node's result.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Identity {
    /// How often the node became ready.
    round: u32,
    /// How often it was reset.
    resets: u32,
    /// Somebody wants it done again, so no earlier result is used.
    is_unwanted: bool,
    /// Names its result, where that follows from its identity alone.
    result_id: Option<Arc<str>>,
}

impl Identity {
    /// Names the node's result, where that follows from its identity alone.
    pub(super) fn result_id(&self) -> Option<&str> {
        self.result_id.as_deref()
    }
}

impl State {
    /// Nodes that are ready and whose identity is not known yet, in plan order.
    pub fn unidentified(&self) -> impl Iterator<Item = usize> + '_ {
        self.unidentified.iter().copied()
    }

    /// Whether a ready node waits for its identity.
    fn has_identity_to_find(&self, node: usize) -> bool {
        let planned = self.plan.nodes.get(node);
        self.plan.reuse != Reuse::Off && planned.is_some_and(|node| node.cache.is_some())
    }

    /// Whether what the run's parent made stands for the node's own work.
    pub(super) fn is_adopted(&self, node: usize) -> bool {
        self.adopted(node).is_some()
    }

    /// What the run's parent made in the place of a node that was not reset since.
    fn adopted(&self, node: usize) -> Option<(&str, &AdoptedResult)> {
        let parent = self.plan.parent.as_ref()?;
        let is_untouched = self.nodes.get(node).is_some_and(|standing| standing.identity.resets == 0);
        let adopted = parent.adopted.get(&node).filter(|_| is_untouched)?;
        Some((&parent.run, adopted))
    }
}

/// A node may start once nothing is left to find about it.
pub(super) fn become_ready(state: &mut State, node: usize) {
    let is_to_be_found = state.has_identity_to_find(node);
    if let Some(standing) = state.nodes.get_mut(node) {
        standing.identity.round += 1;
    }
    if is_to_be_found {
        state.unidentified.insert_mut(node);
        // It is in nobody's way meanwhile, not even after a lost attempt.
        state.give_up_locks(node);
    } else {
        admit(state, node);
    }
}

/// Nothing is left but to wait for locks, a slot, a limit or its runner.
fn admit(state: &mut State, node: usize) {
    state.ready.insert_mut(state.graph.rank(node));
    state.steps += 1;
    state.queue_up(node);
}

/// The node's identity was found; the journal has it.
pub(super) fn identify(state: &mut State, node: usize) -> Result<(), Fault> {
    if !state.unidentified.remove_mut(&node) {
        return Err(Fault::Identity { seq: state.seq, node: state.path(node).to_owned() });
    }
    admit(state, node);
    Ok(())
}

/// The node's latest result has this name; none where it has one of its own.
pub(super) fn take_result(state: &mut State, node: usize, result_id: Option<&str>) {
    if let Some(standing) = state.nodes.get_mut(node) {
        standing.identity.result_id = result_id.filter(|id| !id.is_empty()).map(Into::into);
    }
}

/// A node is taken back from its end. One that had ended well is taken back by a person's word alone, who wants it
/// done again.
pub(super) fn reset(state: &mut State, node: usize, from: NodeState) {
    if let Some(standing) = state.nodes.get_mut(node) {
        standing.identity.resets += 1;
        standing.identity.result_id = None;
        standing.identity.is_unwanted |= matches!(from, NodeState::Succeeded | NodeState::Reused);
    }
}

impl Draft<'_> {
    /// What waits for its identity is looked for anew: under a new host, or after a pause.
    pub(super) fn look_again(&mut self) {
        let waiting: Vec<usize> = self.state().unidentified().collect();
        self.to_identify.extend(waiting);
    }

    /// Deals with nodes that became ready: takes over what the run's parent made, and asks for the identities of the
    /// others. Whether any of that moved a node.
    pub(super) fn identify_ready(&mut self) -> bool {
        let mut has_moved = false;
        for node in std::mem::take(&mut self.to_identify) {
            if self.state().node(node).is_none_or(|standing| standing.state != NodeState::Ready) {
                continue;
            }
            has_moved |= self.adopt(node) || self.identify(node);
        }
        has_moved
    }

    fn adopt(&mut self, node: usize) -> bool {
        let Some((run, adopted)) = self.state().adopted(node) else { return false };
        let outputs = adopted.outputs.clone();
        let result_id = adopted.result_id.clone();
        let source = ReusedResult { result_id, run: run.to_owned(), ..ReusedResult::default() };
        self.reuse(node, source, outputs);
        true
    }

    /// In a pause nothing is begun.
    fn identify(&mut self, node: usize) -> bool {
        if self.state().paused || !self.state().unidentified.contains(&node) {
            return false;
        }
        match self.search(node) {
            Ok(search) => {
                self.perform(Effect::Identify(Box::new(search)));
                false
            }
            Err(error) => {
                self.fail_unrendered(node, error);
                true
            }
        }
    }

    fn search(&self, node: usize) -> Result<IdentifyNode, RenderError> {
        let state = self.state();
        let rendered = self.evaluate().render(state, node)?;
        let cache_key = self.evaluate().cache_key(state, node)?;
        let (round, is_unwanted) = state
            .node(node)
            .map_or((0, true), |standing| (standing.identity.round, standing.identity.is_unwanted));
        let planned = state.plan.nodes.get(node);
        let named = planned.and_then(|node| node.cache.as_ref()).map(|cache| cache.named.as_slice());
        let with_groups = std::iter::successors(planned, |node| state.plan.nodes.get(node.group?))
            .take(state.plan.nodes.len());
        let waited_for = with_groups.flat_map(|node| &node.dependencies);
        let mut before: Vec<usize> = waited_for.chain(named.unwrap_or_default()).copied().collect();
        before.sort_unstable();
        before.dedup();
        Ok(IdentifyNode {
            key: IdentityKey { node, round, epoch: state.epoch },
            command: rendered.command,
            inputs: rendered.inputs,
            cache_key,
            results: before.into_iter().map(|before| (before, state.result_id(before))).collect(),
            looks_up: state.plan.reuse == Reuse::On && !is_unwanted,
        })
    }

    /// The answer to a search. One that nobody waits for changes nothing.
    pub(super) fn take_found(&mut self, key: IdentityKey, found: Found) {
        let round = self.state().node(key.node).map(|standing| standing.identity.round);
        let is_awaited = self.state().unidentified.contains(&key.node);
        if key.epoch != self.state().epoch || round != Some(key.round) || !is_awaited {
            return;
        }
        match found {
            Found::Hit { source, outputs } => self.reuse(key.node, source, outputs),
            Found::Miss { identity, miss } => {
                let node = self.state().path(key.node).to_owned();
                self.emit(Event::NodeIdentified { node, identity, miss });
            }
            Found::Failed { detail } => {
                self.enter(key.node, NodeState::Failed { kind: FailKind::Identity }, Some(detail));
            }
        }
    }

    fn reuse(&mut self, node: usize, source: ReusedResult, outputs: BTreeMap<String, OutputValue>) {
        let detail = format!("made by run {}", source.run);
        self.emit(Event::NodeReused { node: self.state().path(node).to_owned(), source });
        self.enter_with(node, NodeState::Reused, Some(detail), outputs);
    }
}
