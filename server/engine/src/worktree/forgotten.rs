//! Copies of the workspace that git still knows of and whose folder is gone: somebody removed a run by hand.

use std::path::{Path, PathBuf};

use super::git::{Git, GitError};

/// Working trees below `folder` that git lists and that are not there. None where there is no git or no repository.
pub(crate) fn gone(workspace: &Path, folder: &Path) -> Vec<PathBuf> {
    let Ok(list) = Git::new(workspace).bytes(&["worktree", "list", "--porcelain"]) else {
        return Vec::new();
    };
    let list = String::from_utf8_lossy(&list).into_owned();
    let trees = list.lines().filter_map(|line| line.strip_prefix("worktree ")).map(PathBuf::from);
    trees.filter(|tree| tree.starts_with(folder) && !tree.exists()).collect()
}

/// Has git forget one of them.
///
/// # Errors
/// What git says.
pub(crate) fn forget(workspace: &Path, tree: &Path) -> Result<(), GitError> {
    let tree = tree.to_string_lossy();
    Git::new(workspace).bytes(&["worktree", "remove", "--force", "--force", &tree]).map(drop)
}
