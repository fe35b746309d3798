//! What no run needs and nobody removed.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::folder::{bytes_below, copies};
use crate::client::{EngineError, RunStatus, Runs};
use crate::run_folder::{RunFolder, removed_folder, runs_folder};
use crate::{outside, worktree};

/// What is left over in a workspace.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Runs that lost their host before they ended, the latest first.
    pub orphaned: Vec<String>,
    /// Folders of runs that cannot be read, and why.
    pub unreadable: Vec<(PathBuf, EngineError)>,
    /// Runs that are over and keep copies of the workspace.
    pub copies: Vec<KeptCopies>,
    /// Copies that git knows of and whose folder is gone.
    pub forgotten_copies: Vec<PathBuf>,
    /// Runs whose removal was cut off.
    pub half_removed: Vec<HalfRemoved>,
    /// What is held by processes whose host is gone.
    pub locks: Vec<LeftLock>,
}

/// A run that keeps copies of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCopies {
    /// The run.
    pub run: String,
    /// Where they stand.
    pub copies: Vec<PathBuf>,
}

/// What is left of a run whose removal was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HalfRemoved {
    /// The run.
    pub run: String,
    /// What its files take.
    pub bytes: u64,
}

/// Something that is held for a run that no host owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftLock {
    /// For people: `the lock db`.
    pub what: String,
    /// The run.
    pub run: String,
}

impl Runs {
    /// Looks for what is left over. Nothing is changed.
    ///
    /// # Errors
    /// The runs cannot be listed.
    pub fn leftovers(&self) -> Result<Leftovers, EngineError> {
        let mut leftovers = Leftovers {
            half_removed: half_removed(self.root()),
            forgotten_copies: worktree::gone(self.root(), &runs_folder(self.root())),
            locks: left_locks(self.root()),
            ..Leftovers::default()
        };
        for run in self.ids()?.into_iter().rev() {
            let folder = RunFolder::new(runs_folder(self.root()).join(&run));
            match self.summary(&run).map(|summary| summary.status) {
                Ok(RunStatus::Orphaned) => leftovers.orphaned.push(run),
                Ok(RunStatus::Ended(_)) => {
                    let copies = copies(&folder);
                    if !copies.is_empty() {
                        leftovers.copies.push(KeptCopies { run, copies });
                    }
                }
                Ok(_) => {}
                Err(fault) => leftovers.unreadable.push((folder.path().to_owned(), fault)),
            }
        }
        Ok(leftovers)
    }
}

/// Runs that were taken out of the list and are still there.
pub(super) fn half_removed(root: &Path) -> Vec<HalfRemoved> {
    let entries = fs::read_dir(removed_folder(root)).into_iter().flatten().flatten();
    let half = entries.map(|entry| HalfRemoved {
        run: entry.file_name().to_string_lossy().into_owned(),
        bytes: bytes_below(&entry.path()),
    });
    let mut half: Vec<HalfRemoved> = half.collect();
    half.sort_by(|one, other| one.run.cmp(&other.run));
    half
}

/// Locks of this workspace's runs that their processes keep. A table that cannot be read tells of none here; whoever needs
/// a lock is told.
fn left_locks(root: &Path) -> Vec<LeftLock> {
    let claims = outside::left_behind().unwrap_or_default().into_iter();
    let here = claims.filter(|(owner, _)| owner.starts_with(runs_folder(root)));
    let lock = |(owner, what): (PathBuf, String)| LeftLock {
        what,
        run: owner.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    };
    here.map(lock).collect()
}
