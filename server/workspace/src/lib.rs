//! What is on disk and open.
//!
//! Change events go in, an immutable [`Snapshot`] comes out: open documents over
//! files on disk, the registry of agents, the settings. Used by the language
//! server and by the command line.

pub mod classify;
pub mod discover;
pub mod document;
pub mod settings;
pub mod snapshot;
pub mod workspace;

pub use classify::{Class, classify};
pub use document::{Content, Document};
pub use settings::{RunnerDefinition, Settings};
pub use snapshot::Snapshot;
pub use workspace::{Change, Workspace};
