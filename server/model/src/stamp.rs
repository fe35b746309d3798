//! Telling whether a node is the one that was read before.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that each reading of a node gets anew. Two nodes with one stamp are one reading: they say the same, at
/// places that may have moved.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp(u64);

impl Stamp {
    /// One that nothing else has.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The number says nothing to people, and differs between runs of a test.
impl fmt::Debug for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Stamp")
    }
}
