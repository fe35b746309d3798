//! What a round took.

use std::fs;
use std::time::{Duration, Instant};

/// Time on the clock, and on all processors together, of this program and of everything that it waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

impl Cost {
    /// Of doing something.
    pub(crate) fn of(work: impl FnOnce()) -> Self {
        let (started, before) = (Instant::now(), cpu_time());
        work();
        Self { wall: started.elapsed(), cpu: cpu_time().saturating_sub(before) }
    }

    /// The better of each.
    pub(crate) fn best(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), cpu: self.cpu.min(other.cpu) }
    }
}

/// By the system's count of ticks of 10 ms. Nothing where it keeps none.
fn cpu_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    // utime, stime, and those of the children.
    let ticks: u64 = fields.skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
