//! Bodies that no result needs: lists of files that were compared once, results that were never finished.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{ContextStore, StoreError, store_folder};

/// Files that are not needed, and their bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnusedBodies {
    files: Vec<PathBuf>,
    bytes: u64,
}

impl UnusedBodies {
    pub(crate) fn count(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Removes them.
    pub(crate) fn remove(&self) -> Result<(), StoreError> {
        for file in &self.files {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::Io { path: file.clone(), source: error });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl ContextStore {
    /// Whether the workspace at `root` has a store.
    pub(crate) fn is_at(root: &Path) -> bool {
        store_folder(root).is_dir()
    }

    /// Lets go of what runs hold that are not there any more.
    pub(crate) fn unpin_gone(&mut self) -> Result<(), StoreError> {
        self.database.unpin_runs(|run| !self.runs.join(run).is_dir())
    }

    /// Bodies that no result needs. Only to be asked while no run of the workspace goes on: a run keeps bodies before the
    /// result that needs them.
    pub(crate) fn unused_bodies(&self) -> Result<UnusedBodies, StoreError> {
        let used = self.database.bodies()?;
        let mut unused = UnusedBodies::default();
        for folder in entries(self.bodies.folder())? {
            for file in entries(&folder)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                if used.contains(name.as_ref()) {
                    continue;
                }
                unused.bytes += fs::symlink_metadata(&file).map_or(0, |metadata| metadata.len());
                unused.files.push(file);
            }
        }
        Ok(unused)
    }
}

/// What stands in a folder; nothing where it is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(StoreError::Io { path: folder.to_owned(), source: error }),
    };
    read.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(StoreError::io(folder))
}
