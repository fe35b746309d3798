//! What is on disk and open.
//!
//! Change events go in, an immutable [`Snapshot`] comes out: open documents over
//! files on disk, the registry of agents, the settings. Used by the language
//! server and by the command line.

mod agent_places;
mod agents;
pub mod classify;
mod commands;
mod discover;
pub mod document;
mod layout;
pub mod lexical;
pub mod links;
pub mod markdown;
pub mod places;
pub mod root;
mod scopes;
pub mod settings;
pub mod snapshot;
pub mod trust;
pub mod workspace;

pub use classify::{Class, Classifier};
pub use document::{Content, Document};
pub use markdown::Markdown;
pub use places::Places;
pub use settings::{RunnerDefinition, Settings};
pub use snapshot::Snapshot;
pub use trust::TrustStore;
pub use workspace::{Change, Workspace};
