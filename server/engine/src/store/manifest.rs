//! What an attempt wrote, and putting it back.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::digests::{Digests, Stamp};
use super::entry::Entry;
use super::reads::Files;
use super::{ContextStore, StoreError};
use crate::crash_point::crash_point;
use crate::run_folder::STATE_FOLDER;

/// A path that an attempt wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrittenPath {
    /// From the workspace's root.
    pub(crate) path: String,
    /// What stood there after the attempt.
    pub(crate) content: Content,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum Content {
    /// A file.
    File {
        /// Permissions.
        mode: u32,
        /// BLAKE3 of its bytes, hex.
        digest: String,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        target: String,
    },
    /// Nothing any more.
    Deleted,
}

impl Content {
    /// Whether two are the same, as far as git would see: of the mode only that it can be executed.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { mode, digest }, Self::File { mode: other_mode, digest: other }) => {
                digest == other && (mode & 0o111 == 0) == (other_mode & 0o111 == 0)
            }
            _ => self == other,
        }
    }
}

/// Whether a path stays in the workspace, and out of what is git's or ours.
pub(crate) fn is_inside(path: &str) -> bool {
    let mut parts = path.split('/');
    let first = parts.clone().next().unwrap_or_default();
    !path.is_empty()
        && first != ".git"
        && first != STATE_FOLDER
        && !path.contains('\0')
        && parts.all(|part| !matches!(part, "" | "." | ".."))
}

/// The files that a node may write, before its attempt.
pub(crate) type Before = BTreeMap<String, (Content, Stamp)>;

/// Looks at everything that `files` means.
pub(crate) fn look(root: &Path, files: &Files, digests: &mut Digests) -> io::Result<Before> {
    let mut found = BTreeMap::new();
    for path in files.find(root)? {
        if let Some(content) = digests.look(&path)? {
            found.insert(path, content);
        }
    }
    Ok(found)
}

/// What is not as it was. A file that was written with the bytes that it had was written all the same: whoever has not
/// got it needs it. So was one that an earlier result put there and that this attempt found good enough (`is_ours`).
pub(crate) fn changes(before: &Before, after: &Before, is_ours: impl Fn(&str) -> bool) -> Vec<WrittenPath> {
    let written = after.iter().filter(|(path, now)| before.get(*path) != Some(*now) || is_ours(path));
    let written =
        written.map(|(path, (content, _))| WrittenPath { path: path.clone(), content: content.clone() });
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let gone = gone.map(|path| WrittenPath { path: path.clone(), content: Content::Deleted });
    let mut all: Vec<WrittenPath> = written.chain(gone).collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// Why files cannot be put back.
pub(crate) enum Unrestorable {
    /// Somebody's work stands there.
    Edited(String),
    /// What was kept is no longer whole.
    Lost(String),
}

impl ContextStore {
    /// Whether a run of ours put something at `path` by a node that `counts`, told by its key.
    pub(crate) fn has_written(&self, path: &str, counts: impl Fn(&str) -> bool) -> bool {
        let writers = self.database.writers(path).unwrap_or_default();
        writers.iter().any(|entry| counts(&entry.node))
    }

    /// Whether what stands at `path` is what some run of ours recorded there.
    fn is_recorded(&self, path: &str, content: &Content) -> Result<bool, StoreError> {
        let writers = self.database.writers(path)?;
        let mut written = writers.iter().flat_map(|entry| &entry.written);
        Ok(written.any(|written| written.path == path && written.content.is_like(content)))
    }

    /// Puts the files of a result where they belong, for `run`. First every path is looked at, then the first is
    /// written: a result that cannot be put back whole is not put back at all.
    pub(crate) fn restore(
        &self,
        root: &Path,
        run: &str,
        entry: &Entry,
        digests: &mut Digests,
    ) -> Result<Result<(), Unrestorable>, StoreError> {
        for written in &entry.written {
            // A former host of the run may have left one.
            let _ = fs::remove_file(draft(root, run, &written.path));
        }
        let to_write = match self.missing(root, entry, digests)? {
            Ok(to_write) => to_write,
            Err(why) => return Ok(Err(why)),
        };
        for written in to_write {
            if self.write(root, run, written).is_err() {
                return Ok(Err(Unrestorable::Lost(written.path.clone())));
            }
            crash_point("host restored", [&written.path]);
        }
        Ok(Ok(()))
    }

    /// What of a result's files does not stand where it belongs, and can be put there.
    pub(crate) fn missing<'a>(
        &self,
        root: &Path,
        entry: &'a Entry,
        digests: &mut Digests,
    ) -> Result<Result<Vec<&'a WrittenPath>, Unrestorable>, StoreError> {
        let mut to_write = Vec::new();
        for written in &entry.written {
            let path = written.path.as_str();
            let there = digests.look(path).map_err(StoreError::io(&root.join(path)))?;
            let there = there.map(|(content, _)| content);
            match there {
                None if written.content == Content::Deleted => continue,
                Some(there) if there.is_like(&written.content) => continue,
                Some(there) if !self.is_recorded(path, &there)? => {
                    return Ok(Err(Unrestorable::Edited(path.to_owned())));
                }
                None if root.join(path).symlink_metadata().is_ok() || !leads_straight(root, path) => {
                    return Ok(Err(Unrestorable::Edited(path.to_owned())));
                }
                _ => to_write.push(written),
            }
            if let Content::File { digest, .. } = &written.content
                && self.bodies.size(digest).is_err()
            {
                return Ok(Err(Unrestorable::Lost(path.to_owned())));
            }
        }
        Ok(Ok(to_write))
    }

    fn write(&self, root: &Path, run: &str, written: &WrittenPath) -> Result<(), StoreError> {
        let path = root.join(&written.path);
        let failed = StoreError::io;
        if written.content == Content::Deleted {
            return fs::remove_file(&path).map_err(failed(&path));
        }
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let draft = draft(root, run, &written.path);
        let made = self.write_draft(&draft, &written.content);
        crash_point("host restores", [&written.path]);
        let placed = made.and_then(|()| fs::rename(&draft, &path).map_err(failed(&path)));
        if placed.is_err() {
            let _ = fs::remove_file(&draft);
        }
        placed
    }

    fn write_draft(&self, draft: &Path, content: &Content) -> Result<(), StoreError> {
        match content {
            Content::File { mode, digest } => {
                let mut file = File::create_new(draft).map_err(StoreError::io(draft))?;
                self.bodies.copy_to(digest, &mut file)?;
                file.set_permissions(fs::Permissions::from_mode(*mode & 0o777)).map_err(StoreError::io(draft))
            }
            Content::Link { target } => {
                std::os::unix::fs::symlink(target, draft).map_err(StoreError::io(draft))
            }
            Content::Deleted => Ok(()),
        }
    }

    /// Keeps the bytes of a file of the workspace.
    pub(crate) fn keep_file(&self, path: &Path, digest: &str) -> Result<u64, StoreError> {
        let mut file = File::open(path).map_err(StoreError::io(path))?;
        self.bodies.put_as(digest, &mut file)?;
        self.bodies.size(digest)
    }

    /// Keeps bytes; their digest.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Result<String, StoreError> {
        self.bodies.put(bytes)
    }

    /// Bytes that are kept.
    pub(crate) fn bytes_of(&self, digest: &str) -> Result<Vec<u8>, StoreError> {
        self.bodies.read(digest)
    }

    /// The files whose digests were found earlier.
    pub(crate) fn digests(&self, root: &Path) -> Digests {
        Digests::new(root, self.database.known_files().unwrap_or_default())
    }

    /// Remembers the digests that were found since.
    pub(crate) fn remember(&self, digests: &mut Digests) -> Result<(), StoreError> {
        let news = digests.take_news();
        if news.is_empty() { Ok(()) } else { self.database.remember_files(&news) }
    }
}

/// Where a file is written before it is put at `path`: one name for each run, so that a successor finds it.
pub(super) fn draft(root: &Path, run: &str, path: &str) -> PathBuf {
    let tag = blake3::hash(format!("{run}\0{path}").as_bytes()).to_hex();
    root.join(path).with_file_name(format!(".divisi-{}.tmp", tag.get(..16).unwrap_or_default()))
}

/// Whether no folder above the path is a link, which could lead anywhere.
fn leads_straight(root: &Path, path: &str) -> bool {
    let mut folder = root.to_owned();
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    parts.into_iter().all(|part| {
        folder.push(part);
        match folder.symlink_metadata() {
            Ok(metadata) => metadata.is_dir(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    })
}
