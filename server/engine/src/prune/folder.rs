//! One run's folder: its size, and its end.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::client::EngineError;
use crate::plan::StoredPlan;
use crate::run_folder::RunFolder;
use crate::worktree::Copies;

/// Bytes of all files below a folder. What cannot be looked at counts as nothing.
pub(super) fn bytes_below(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += metadata.len();
            }
        }
    }
    bytes
}

/// The copies of the workspace that a run keeps.
pub(super) fn copies(folder: &RunFolder) -> Vec<PathBuf> {
    let mut copies: Vec<PathBuf> =
        fs::read_dir(folder.worktrees()).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    copies.sort_unstable();
    copies
}

/// Takes them away, and what git knows of them.
pub(super) fn remove_copies(plan: &StoredPlan, folder: &RunFolder) -> Result<(), EngineError> {
    let Some(repository) = &plan.repository else { return Ok(()) };
    let copies = Copies::new(repository, folder.worktrees(), folder.scratch(), &folder.token());
    copies.remove_all().map_err(|error| EngineError::new(error.to_string()))
}

/// Takes a run out of the list in one step, and removes it then: whoever is stopped in between leaves no run in part.
pub(super) fn remove_whole(folder: &RunFolder, aside: &Path) -> Result<(), EngineError> {
    let parent = aside.parent().unwrap_or(aside);
    fs::create_dir_all(parent).map_err(told(parent))?;
    fs::rename(folder.path(), aside).map_err(told(folder.path()))?;
    remove_all(aside)
}

/// One that is not there is gone already.
pub(super) fn remove_all(folder: &Path) -> Result<(), EngineError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(told(folder)(error)),
        _ => Ok(()),
    }
}

fn told(path: &Path) -> impl FnOnce(io::Error) -> EngineError + '_ {
    move |error| EngineError::new(format!("{}: {error}", path.display()))
}
