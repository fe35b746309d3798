//! The folder `.divisi/`: ours, or not to be trusted.
//!
//! State that came with a repository could make a run do anything, so a folder that is a link, another user's, or
//! tracked by git is refused.

mod git_index;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::run_folder::{STATE_FOLDER, runs_folder};

/// Files below `root` that git tracks, relative to it.
pub(crate) fn tracked_files(root: &Path) -> Vec<String> {
    git_index::tracked_files(root)
}

/// Refuses a `.divisi/` that may not be ours; one that is not there is fine. An error is text for people.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let folder = root.join(STATE_FOLDER);
    let shown = folder.display();
    let metadata = match fs::symlink_metadata(&folder) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{shown} cannot be read: {error}")),
    };
    if metadata.is_symlink() {
        return Err(format!(
            "{shown} is a symbolic link; remove it, runs are kept in a folder of the workspace itself"
        ));
    }
    if !metadata.is_dir() {
        return Err(format!("{shown} is not a folder; remove it"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(format!("{shown} belongs to another user; remove it, or run as that user"));
    }
    if git_index::tracks_state(root) {
        return Err(format!(
            "{shown} is tracked by git, so anybody could have written it; `git rm -r --cached {STATE_FOLDER}` and remove it"
        ));
    }
    Ok(())
}

/// Makes `.divisi/` and what belongs into it.
pub(crate) fn make(root: &Path) -> io::Result<()> {
    fs::create_dir_all(runs_folder(root))?;
    let ignore = root.join(STATE_FOLDER).join(".gitignore");
    match fs::OpenOptions::new().write(true).create_new(true).open(&ignore) {
        Ok(mut file) => io::Write::write_all(&mut file, b"*\n"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
