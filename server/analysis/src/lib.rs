//! Graph and checks: a snapshot in, findings and plans out. Pure: no I/O, no clock.

pub mod codes;
pub mod did_you_mean;
pub mod finding;
pub mod graph;
pub mod plan;
pub mod rules;

use std::sync::Arc;

use divisi_workspace::{Document, Snapshot};

pub use codes::Code;
pub use divisi_workspace::settings::Severity;
pub use finding::{Edit, Finding, Fix, Related};
pub use graph::Graph;

/// All findings in one document, sorted by place; severities and excludes by settings applied, allowed ones removed.
/// Nothing for documents that are not ours.
pub fn check(_snapshot: &Snapshot, _document: &Arc<Document>) -> Vec<Finding> {
    Vec::new()
}
