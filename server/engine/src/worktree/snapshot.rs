//! A tree of all that stands in a working tree and is not ignored, made by an index of our own: the user's index is
//! read and never written.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

use super::git::{Git, GitError};

/// Writes the tree of the working tree `git` stands in; its object name. `forced`: paths from the top that are part of it
/// even where git ignores them. `scratch`: a folder for the index.
pub(super) fn snapshot(git: &Git, scratch: &Path, forced: &[String]) -> Result<String, GitError> {
    fs::create_dir_all(scratch).map_err(GitError::file(scratch))?;
    let index = scratch.join("index");
    seed(git, &index)?;
    let git = git.with_index(&index);
    git.bytes(&["add", "--all"])?;
    for path in forced {
        git.bytes(&["add", "--force", "--", path])?;
    }
    let tree = git.line(&["write-tree"]);
    fs::remove_file(&index).map_err(GitError::file(&index))?;
    tree
}

/// Starts from a copy of the user's index, whose stamps spare reading what has not changed.
///
/// A file that was written in the tick of the clock in which the index was written may have changed since: git knows
/// this by the index's own time, so the copy has that, too.
fn seed(git: &Git, index: &Path) -> Result<(), GitError> {
    let own = Path::new(&git.line(&["rev-parse", "--absolute-git-dir"])?).join("index");
    let copied = fs::copy(&own, index).and_then(|_| {
        let modified = fs::metadata(&own)?.modified()?;
        File::options().write(true).open(index)?.set_times(FileTimes::new().set_modified(modified))
    });
    match copied {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::remove_file(index) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(GitError::file(index)(error)),
            _ => Ok(()),
        },
        other => other.map_err(GitError::file(&own)),
    }
}
