//! What became of earlier results in a run.

use serde::Serialize;

use crate::event::{KeptResult, Miss, MissKind, ReusedResult};

/// Figures of a run's use of the store.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ReuseFigures {
    /// Nodes for which an earlier result was used.
    pub hits: u32,
    /// Nodes that were looked for in vain, for whatever reason.
    pub misses: u32,
    /// Of the misses: results older than their `ttl`.
    pub stale: u32,
    /// Of the misses: results that would have been put over somebody's work.
    pub edited: u32,
    /// Results that had to go to make room for new ones.
    pub evicted: u64,
    /// New results that serve this run alone.
    pub not_kept: u32,
    /// Nodes taken over from the run that this one goes on from.
    pub adopted: u32,
    /// Bytes that did not have to be made again.
    pub saved_bytes: u64,
    /// Time that earlier attempts took, in milliseconds.
    pub saved_ms: u64,
    /// US dollars that earlier attempts cost.
    pub saved_usd: f64,
}

impl ReuseFigures {
    pub(super) fn hit(&mut self, source: &ReusedResult) {
        if source.identity.is_empty() {
            self.adopted += 1;
            return;
        }
        self.hits += 1;
        self.saved_bytes = self.saved_bytes.saturating_add(source.bytes);
        self.saved_ms = self.saved_ms.saturating_add(source.saved_ms);
        self.saved_usd += source.saved_usd.unwrap_or(0.0);
    }

    pub(super) fn miss(&mut self, miss: &Miss) {
        self.misses += 1;
        self.stale += u32::from(miss.kind == MissKind::Stale);
        self.edited += u32::from(miss.kind == MissKind::Edited);
    }

    pub(super) fn keep(&mut self, result: &KeptResult) {
        self.evicted += result.evicted;
        self.not_kept += u32::from(!result.not_kept.is_empty());
    }

    /// Part of what was looked for that was there, from 0 to 1; none where nothing was looked for. What was taken over
    /// from a parent was not looked for.
    pub fn hit_rate(&self) -> Option<f64> {
        let looked_for = u64::from(self.hits) + u64::from(self.misses);
        (looked_for > 0).then(|| f64::from(self.hits) / looked_for as f64)
    }

    /// Adds the figures of another run.
    pub(super) fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.misses += other.misses;
        self.stale += other.stale;
        self.edited += other.edited;
        self.evicted = self.evicted.saturating_add(other.evicted);
        self.not_kept += other.not_kept;
        self.adopted += other.adopted;
        self.saved_bytes = self.saved_bytes.saturating_add(other.saved_bytes);
        self.saved_ms = self.saved_ms.saturating_add(other.saved_ms);
        self.saved_usd += other.saved_usd;
    }

    /// Whether anything was looked for or kept.
    pub fn is_used(&self) -> bool {
        *self != Self::default()
    }
}
