//! The clocks that the core asked for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::core::TimerId;

/// Timers that are set; each at most once. There are never more than live attempts.
#[derive(Debug, Default)]
pub(super) struct Timers {
    set: BTreeMap<TimerId, (u64, Instant)>,
}

impl Timers {
    pub(super) fn set(&mut self, timer: TimerId, generation: u64, after: Duration) {
        // A moment so far off that it cannot be written never comes.
        if let Some(due) = Instant::now().checked_add(after) {
            self.set.insert(timer, (generation, due));
        }
    }

    pub(super) fn cancel(&mut self, timer: TimerId, generation: u64) {
        if self.set.get(&timer).is_some_and(|(set, _)| *set == generation) {
            self.set.remove(&timer);
        }
    }

    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.set.values().map(|(_, due)| *due).min()
    }

    /// Takes one that is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(TimerId, u64)> {
        let (timer, generation) = self
            .set
            .iter()
            .find(|(_, (_, due))| *due <= now)
            .map(|(timer, (generation, _))| (*timer, *generation))?;
        self.set.remove(&timer);
        Some((timer, generation))
    }
}
