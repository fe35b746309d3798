//! A copy of the workspace for one attempt: a worktree of a snapshot, in the run's folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::extras::{Way, bring};
use super::git::{Git, GitError};
use super::lock::TreeLock;
use super::snapshot::snapshot;
use super::write_back::is_merged;
use crate::launch::TOKEN_VARIABLE;
use crate::plan::{PlanRepository, PlanWorktree};
use crate::run_folder::{AttemptFolder, RunFolder};

/// The copies of one run.
#[derive(Debug, Clone)]
pub struct Copies {
    pub(super) repository: PlanRepository,
    pub(super) git: Git,
    /// Holds the copies; nothing else.
    folder: PathBuf,
    /// For indexes and the like; gone when nothing is under way.
    pub(super) scratch: PathBuf,
}

/// The copy of one attempt.
#[derive(Debug, Clone)]
pub struct CopyJob {
    /// Where the copy stands.
    pub path: PathBuf,
    /// Where it is remembered what the copy was made from, and what came of it.
    pub folder: AttemptFolder,
    /// Ignored files that it gets.
    pub extras: PlanWorktree,
    /// Paths from the repository's top that belong to a snapshot even where git ignores them: `file` outputs.
    pub forced: Vec<String>,
    /// Names the attempt in messages.
    pub name: String,
}

/// What a copy was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Origin {
    /// The tree.
    pub(super) base: String,
    /// What was brought into it from outside of the tree, from the repository's top.
    pub(super) extras: Vec<PathBuf>,
}

impl Copies {
    /// `folder`: where copies stand; `scratch`: a folder that may be removed at any time; `token` marks processes.
    pub fn new(repository: &PlanRepository, folder: PathBuf, scratch: PathBuf, token: &str) -> Self {
        let git = Git::new(&repository.top).marked(TOKEN_VARIABLE, token);
        Self { repository: repository.clone(), git, folder, scratch }
    }

    /// Makes the copy of an attempt from what the workspace holds now.
    ///
    /// # Errors
    /// What git or the file system says. What was made of the copy until then is gone with [`Copies::remove_others`].
    pub fn make(&self, job: &CopyJob) -> Result<(), GitError> {
        let _lock = TreeLock::take(&self.git)?;
        let base = snapshot(&self.git, &self.scratch, &self.existing(&job.forced, &self.repository.top))?;
        let message = format!("The workspace as {} found it", job.name);
        let commit = self.git.line(&["commit-tree", &base, "-p", "HEAD", "-m", &message])?;
        fs::create_dir_all(&self.folder).map_err(GitError::file(&self.folder))?;
        let path = job.path.to_string_lossy();
        self.git.bytes(&["worktree", "add", "--quiet", "--force", "--detach", &path, &commit])?;
        let extras = self.bring_extras(job)?;
        let origin = Origin { base, extras };
        write_json(job.folder.path(), &job.folder.origin(), &origin)
    }

    fn bring_extras(&self, job: &CopyJob) -> Result<Vec<PathBuf>, GitError> {
        let from = self.repository.top.join(&self.repository.prefix);
        let to = job.path.join(&self.repository.prefix);
        let mut brought = Vec::new();
        for (way, globs) in [(Way::Copy, &job.extras.copy), (Way::Link, &job.extras.link)] {
            for glob in globs {
                brought.extend(bring(way, glob, &from, &to)?);
            }
        }
        Ok(brought.into_iter().map(|path| self.repository.prefix.join(path)).collect())
    }

    /// Of the paths that are to be in a snapshot, those that are there.
    pub(super) fn existing(&self, forced: &[String], top: &Path) -> Vec<String> {
        let is_there = |path: &&String| fs::symlink_metadata(top.join(path)).is_ok();
        forced.iter().filter(is_there).cloned().collect()
    }

    /// Removes every copy of the run but those at the `kept` paths. What had changed in one that was not merged is kept as
    /// a patch among the files of its attempt.
    pub fn remove_others(&self, kept: &[PathBuf], run: &RunFolder) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if kept.contains(&path) {
                continue;
            }
            let folder = run.attempt_of_worktree(&entry.file_name().to_string_lossy());
            if !is_merged(&folder)
                && let Err(error) = self.keep_changes(&path, &folder)
            {
                tracing::warn!("what changed in {} could not be kept: {error}", path.display());
            }
            if let Err(error) = self.remove(&path) {
                tracing::warn!("{} could not be removed: {error}", path.display());
            }
        }
        // Fails while a copy is left.
        let _ = fs::remove_dir(&self.folder);
        let _ = fs::remove_dir_all(&self.scratch);
    }

    /// Removes every copy of the run, whatever was changed in it.
    ///
    /// # Errors
    /// What git or the file system says of the first that stays.
    pub(crate) fn remove_all(&self) -> Result<(), GitError> {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            self.remove(&entry.path())?;
        }
        Ok(())
    }

    /// Writes what differs between a copy and what it was made from into a file of the attempt.
    fn keep_changes(&self, path: &Path, folder: &AttemptFolder) -> Result<(), GitError> {
        let Some(origin) = origin(folder)? else { return Ok(()) };
        let git = self.git.inside(path);
        let result = snapshot(&git, &self.scratch, &[])?;
        let patch = git.bytes(&["diff-tree", "-p", "--binary", "--no-renames", &origin.base, &result])?;
        if patch.is_empty() {
            return Ok(());
        }
        fs::write(folder.patch(), patch).map_err(GitError::file(&folder.patch()))
    }

    /// Takes one copy away, and what git knows of it.
    fn remove(&self, path: &Path) -> Result<(), GitError> {
        let shown = path.to_string_lossy();
        let removed = self.git.bytes(&["worktree", "remove", "--force", "--force", &shown]);
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(GitError::file(path)(error)),
            // Git never heard of one whose making broke off.
            Ok(()) => Ok(()),
            Err(_) => removed.map(drop),
        }
    }
}

/// What the copy of an attempt was made from; none where it was not finished.
pub(super) fn origin(folder: &AttemptFolder) -> Result<Option<Origin>, GitError> {
    read_json(&folder.origin())
}

/// Reads a file that was written by [`write_json`]; none where there is none.
pub(super) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, GitError> {
    match fs::read(path) {
        Ok(json) => {
            let read = serde_json::from_slice(&json).map_err(io::Error::other);
            read.map(Some).map_err(GitError::file(path))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(GitError::file(path)(error)),
    }
}

/// Writes a file in `folder` so that it is there whole or not at all, also after a power cut.
pub(super) fn write_json<T: Serialize>(folder: &Path, path: &Path, value: &T) -> Result<(), GitError> {
    let write = || {
        fs::create_dir_all(folder)?;
        let temporary = path.with_extension("tmp");
        let mut file = fs::File::create(&temporary)?;
        serde_json::to_writer(&mut file, value)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(GitError::file(path))
}
