//! The mutable side: one owner applies changes and hands out snapshots.

use std::path::PathBuf;

use crate::settings::Settings;
use crate::snapshot::Snapshot;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Change {
    /// An editor opened a file.
    Opened {
        /// Absolute path.
        path: PathBuf,
        /// The editor's version.
        version: i32,
        /// Its text.
        text: String,
    },
    /// An editor changed an open file; the whole new text.
    Edited {
        /// Absolute path.
        path: PathBuf,
        /// The editor's version.
        version: i32,
        /// Its text.
        text: String,
    },
    /// An editor closed a file: what is on disk counts again.
    Closed {
        /// Absolute path.
        path: PathBuf,
    },
    /// Files on disk were made, changed or removed.
    Disk {
        /// Absolute paths.
        paths: Vec<PathBuf>,
    },
    /// Workspace folders were replaced.
    Roots {
        /// Absolute paths.
        roots: Vec<PathBuf>,
    },
    /// The editor's settings changed.
    EditorSettings {
        /// As JSON; unknown keys are ignored, faults become problems.
        settings: serde_json::Value,
    },
}

/// Owns what is known.
#[derive(Debug, Default)]
pub struct Workspace {
    snapshot: Snapshot,
}

impl Workspace {
    /// A workspace over `roots`, nothing scanned yet.
    pub fn new(_roots: Vec<PathBuf>) -> Self {
        Self::default()
    }

    /// Walks the disk anew: the roots, the configured paths, the user's folders. Slow; the server does it in
    /// the background.
    pub fn scan(&mut self) {}

    /// Takes a change in.
    pub fn apply(&mut self, _change: Change) {}

    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        self.snapshot.settings()
    }
}
