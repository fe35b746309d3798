//! Locks, as other runs and this one have them.

use std::collections::BTreeSet;

use divisi_engine::core::State;

/// Locks that attempts of the run hold, and merges.
pub(crate) fn held_within(state: &State, is_merging: impl Fn(usize) -> bool) -> BTreeSet<usize> {
    let live = state.live().map(|attempt| attempt.node);
    let merging = (0..state.plan().nodes.len()).filter(|node| is_merging(*node));
    let nodes = live.chain(merging);
    nodes.flat_map(|node| &state.plan().nodes[node].locks).map(|hold| hold.lock).collect()
}
