//! What can go wrong with a journal: what, where, what to do.

use std::path::{Path, PathBuf};

use super::lock::Owner;

/// Why a journal could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no journal.
    #[error("{} holds no run", dir.display())]
    Missing {
        /// The run's folder.
        dir: PathBuf,
    },
    /// There is one already.
    #[error("{} holds a run already", dir.display())]
    Exists {
        /// The run's folder.
        dir: PathBuf,
    },
    /// Another process owns the run.
    #[error(
        "{} is run by {}: attach to it, or cancel it first",
        dir.display(),
        owner.as_ref().map_or_else(|| "another process".to_owned(), ToString::to_string)
    )]
    Owned {
        /// The run's folder.
        dir: PathBuf,
        /// The owner, where the journal names it.
        owner: Option<Owner>,
    },
    /// Another host took the run over; this one must stop.
    #[error("this host has epoch {ours} and the run has epoch {theirs}: another host took it over")]
    Fenced {
        /// Epoch of this host.
        ours: u64,
        /// Epoch of the run.
        theirs: u64,
    },
    /// The signature is missing or wrong.
    #[error(
        "{} was not stored by this user on this machine: it may be looked at, never resumed; start a new run instead",
        dir.display()
    )]
    NotOurs {
        /// The run's folder.
        dir: PathBuf,
    },
    /// A newer version wrote it.
    #[error("{} was written by a newer divisi ({what}): update divisi to go on with it", dir.display())]
    TooNew {
        /// The run's folder.
        dir: PathBuf,
        /// What this version does not know.
        what: String,
    },
    /// It cannot be what any version wrote.
    #[error("the journal in {} is damaged: {what}", dir.display())]
    Damaged {
        /// The run's folder.
        dir: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// SQLite says no.
    #[error("the journal in {}: {source}", dir.display())]
    Sqlite {
        /// The run's folder.
        dir: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
    /// The file system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        source: std::io::Error,
    },
    /// The key that signs stored state is not one.
    #[error("the key {} {what}", path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// What is wrong, and what to do.
        what: String,
    },
    /// There is no place for the key.
    #[error("no state directory for this user: set XDG_STATE_HOME")]
    NoStateDirectory,
}

impl JournalError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(super) fn sqlite(dir: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let dir = dir.to_owned();
        move |source| Self::Sqlite { dir, source }
    }
}
