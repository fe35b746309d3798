//! The time that hosts spent on a run.

use std::time::Duration;

/// A session lasts from a host's start to the run's end, or to the last event of a host that died. What lies between
/// two sessions is nobody's work.
#[derive(Debug, Clone, Default)]
pub(super) struct Sessions {
    earlier: Duration,
    /// When the present session began, in milliseconds since the epoch.
    began_at: Option<i64>,
    /// When the last event happened, in milliseconds since the epoch.
    last_at: i64,
}

impl Sessions {
    pub(super) fn begin(&mut self, at: i64) {
        self.end(self.last_at);
        self.began_at = Some(at);
    }

    pub(super) fn end(&mut self, at: i64) {
        self.earlier = self.wall(at);
        self.began_at = None;
    }

    /// Something happened.
    pub(super) fn hear(&mut self, at: i64) {
        self.last_at = at;
    }

    /// All sessions up to `now`. A clock that was set back counts as one that stood still.
    pub(super) fn wall(&self, now: i64) -> Duration {
        let present = self.began_at.map_or(0, |began| now.saturating_sub(began));
        self.earlier.saturating_add(Duration::from_millis(u64::try_from(present).unwrap_or(0)))
    }

    /// All sessions up to the last event.
    pub(super) fn wall_so_far(&self) -> Duration {
        self.wall(self.last_at)
    }
}
