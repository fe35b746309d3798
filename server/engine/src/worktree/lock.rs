//! One snapshot or merge at a time in a working tree, over all runs: a snapshot must not see half a merge. An OS lock,
//! which dies with its holder.

use std::fs::{File, OpenOptions};
use std::path::Path;

use super::git::{Git, GitError};

/// Stands in git's own folder for the working tree: nobody lists what is there.
const FILE: &str = "divisi.lock";

/// Held as long as it lives.
#[derive(Debug)]
pub(super) struct TreeLock {
    _file: File,
}

impl TreeLock {
    /// Waits until nobody else holds it.
    pub(super) fn take(git: &Git) -> Result<Self, GitError> {
        let path = Path::new(&git.line(&["rev-parse", "--absolute-git-dir"])?).join(FILE);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(GitError::file(&path))?;
        file.lock().map_err(GitError::file(&path))?;
        Ok(Self { _file: file })
    }
}
