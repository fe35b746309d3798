//! Graph and checks: a snapshot in, findings and plans out. Pure: no I/O, no clock.

mod again;
mod agents;
mod allow;
mod check;
pub mod codes;
mod context;
pub mod describe;
pub mod did_you_mean;
pub mod drawing;
pub mod edits;
pub mod finding;
mod globs;
pub mod graph;
mod inputs;
mod markdown;
pub mod mentions;
pub mod occurrences;
mod overlaps;
pub mod pages;
pub mod plan;
mod quoting;
mod rules;
mod secrets;
mod separate;
pub mod states;
pub mod summary;
mod taken;

pub use again::CheckCache;
pub use check::{check, check_again};
pub use codes::Code;
pub use divisi_workspace::settings::Severity;
pub use finding::{Edit, Finding, Fix, Related};
pub use globs::globs_meet;
pub use graph::{Barrier, Graph};
pub use rules::node_failed::CODE as NODE_FAILED;
