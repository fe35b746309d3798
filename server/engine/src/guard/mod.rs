//! The guard: one process beside the host that starts the run's attempts and kills them when the host is gone.
//!
//! It is a re-exec of `divisi`, so that it stays small whatever the host holds in memory, and a subreaper, so that
//! nothing it started can leave its family. It speaks lines of JSON with the host on its standard streams; the end of
//! its input means that the host is dead.

mod handle;
mod jobs;
mod lines;
mod main;
mod protocol;

pub use handle::Guard;
pub use main::guard_main;
pub use protocol::{AttemptName, FromGuard, ToGuard};
