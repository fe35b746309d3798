//! The context store: results of nodes, for later runs to use again (ENGINE, section 5).
//!
//! One for each workspace, under `.divisi/store/`: rows in SQLite, and everything large as a file that is named by the
//! BLAKE3 of its bytes, so that equal contents are kept once. Rows are signed: a store that came with a repository
//! holds nothing for us.
//!
//! ```text
//! identity  what a result follows from, as a list of named digests
//! reads     which files a node reads or writes
//! digests   what stands in a file; a stat cache makes asking again cheap
//! manifest  what an attempt wrote, and putting it back
//! entry     one result
//! database  the rows
//! bodies    the files named by their digests
//! tidy      bodies that no result needs
//! memory    the entries that were used last
//! archive   a store as one file
//! ```

mod archive;
mod bodies;
mod database;
pub(crate) mod digests;
pub(crate) mod entry;
pub(crate) mod identity;
pub(crate) mod manifest;
mod memory;
pub(crate) mod reads;
mod tidy;

use std::io;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use serde::Serialize;

use crate::event::{Miss, MissKind};
use crate::journal::{JournalError, SigningKey};
use crate::run_folder::{STATE_FOLDER, runs_folder};
use crate::state_folder;

pub use archive::Imported;
use bodies::Bodies;
use database::Database;
pub(crate) use entry::{Entry, StoredOutput};
use identity::Part;
use memory::Memory;

/// What a store may hold where nothing is said: 1 GiB.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 30;

/// Bytes of entries that are kept in memory.
const MEMORY_BYTES: usize = 16 << 20;

/// Why the store cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused something.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database refused something.
    #[error("{}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The user's key cannot be read.
    #[error(transparent)]
    Key(#[from] JournalError),
    /// A text for people.
    #[error("{0}")]
    Refused(String),
}

impl StoreError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// The results of one workspace.
#[derive(Debug)]
pub struct ContextStore {
    database: Database,
    bodies: Bodies,
    memory: Memory,
    runs: PathBuf,
    max_bytes: u64,
}

/// What the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct StoreFigures {
    /// Results.
    pub entries: u64,
    /// Bytes of the results and their files.
    pub bytes: u64,
    /// Bytes that the files would take if equal ones were kept apart.
    pub bytes_without_sharing: u64,
    /// Results that a run may still need and that therefore stay.
    pub pinned: u64,
    /// The most bytes that it may hold.
    pub max_bytes: u64,
}

/// One result, for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredResult {
    /// `DAG/NODE`.
    pub node: String,
    /// The run that made it.
    pub run: String,
    /// When, milliseconds since the epoch.
    pub created_at: i64,
    /// Bytes of its outputs and files.
    pub bytes: u64,
}

/// The folder of a workspace's store.
fn store_folder(root: &Path) -> PathBuf {
    root.join(STATE_FOLDER).join("store")
}

impl ContextStore {
    /// The store of the workspace at `root`, made where there is none.
    ///
    /// # Errors
    /// `.divisi/` may not be ours, or it cannot be read or written.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let key = SigningKey::load_or_create(&SigningKey::default_path()?)?;
        Self::open_with(root, key)
    }

    /// The same with a key of the caller's.
    ///
    /// # Errors
    /// As [`ContextStore::open`].
    pub fn open_with(root: &Path, key: SigningKey) -> Result<Self, StoreError> {
        state_folder::check(root).map_err(StoreError::Refused)?;
        state_folder::make(root).map_err(StoreError::io(root))?;
        let folder = store_folder(root);
        let bodies = Bodies::new(folder.join("bodies"));
        std::fs::create_dir_all(&folder).map_err(StoreError::io(&folder))?;
        let database = Database::open(&folder, key)?;
        let memory = Memory::new(MEMORY_BYTES);
        Ok(Self { database, bodies, memory, runs: runs_folder(root), max_bytes: DEFAULT_MAX_BYTES })
    }

    /// The store of the workspace at `root`, only to look: nothing is made or written. None where nothing is kept.
    ///
    /// # Errors
    /// `.divisi/` may not be ours, or it cannot be read.
    pub(crate) fn open_to_look(root: &Path) -> Result<Option<Self>, StoreError> {
        state_folder::check(root).map_err(StoreError::Refused)?;
        let Some(key) = SigningKey::load(&SigningKey::default_path()?)? else { return Ok(None) };
        let folder = store_folder(root);
        let Some(database) = Database::open_to_look(&folder, key)? else { return Ok(None) };
        let bodies = Bodies::to_look(folder.join("bodies"));
        let memory = Memory::new(MEMORY_BYTES);
        Ok(Some(Self { database, bodies, memory, runs: runs_folder(root), max_bytes: DEFAULT_MAX_BYTES }))
    }

    /// Sets what the store may hold; it is kept to when something is added.
    pub fn limit(&mut self, max_bytes: Option<u64>) {
        self.max_bytes = max_bytes.unwrap_or(DEFAULT_MAX_BYTES);
    }

    /// The result with this identity, if `run` may use it at `now`: its own at any time, those of other runs while
    /// they are younger than `ttl_ms`. Times are milliseconds since the epoch.
    pub(crate) fn find(
        &mut self,
        identity: &str,
        run: &str,
        ttl_ms: Option<u64>,
        now: i64,
    ) -> Result<Result<Entry, MissKind>, StoreError> {
        let found = match self.memory.get(identity) {
            Some(entry) => Some(entry),
            None => self.database.entry(identity)?,
        };
        let Some(entry) = found else { return Ok(Err(MissKind::New)) };
        if entry.run != run && is_expired(entry.created_at, ttl_ms, now) {
            return Ok(Err(MissKind::Stale));
        }
        self.memory.put(entry.clone());
        Ok(Ok(entry))
    }

    /// Notes that `run` uses a result: it stays while the run can be resumed, and is the last to go after that.
    pub(crate) fn note_use(&mut self, identity: &str, run: &str, now: i64) -> Result<(), StoreError> {
        self.database.note_use(identity, run, now)
    }

    /// What is different now, where the node reads this list of files, from the latest result of the same node.
    pub(crate) fn explain(&self, node: &str, parts: &[Part], reads: &str) -> Result<Miss, StoreError> {
        let Some(latest) = self.database.latest(node)? else {
            return Ok(Miss { kind: MissKind::New, detail: String::new() });
        };
        let Some(name) = identity::first_difference(&latest.parts, parts) else {
            return Ok(Miss { kind: MissKind::New, detail: String::new() });
        };
        let list = |parts: &[Part]| {
            let digest = &parts.iter().find(|part| part.name == identity::READS)?.digest;
            self.bodies.read(digest).ok()
        };
        let detail = match name == identity::READS {
            true => reads::difference(list(&latest.parts).as_deref(), Some(reads.as_bytes())),
            false => format!("{name} changed"),
        };
        Ok(Miss { kind: MissKind::Changed, detail })
    }

    /// The digest of a part of the latest result of a node.
    pub(crate) fn latest_part(&self, node: &str, name: &str) -> Result<Option<String>, StoreError> {
        let parts = self.database.latest(node)?.map(|entry| entry.parts).unwrap_or_default();
        Ok(parts.into_iter().find(|part| part.name == name).map(|part| part.digest))
    }

    /// Where a body stands.
    pub(crate) fn body(&self, digest: &str) -> PathBuf {
        self.bodies.path(digest)
    }

    /// Keeps a result whose bodies are kept already; how many results had to go for it.
    pub(crate) fn put(&mut self, entry: &Entry, now: i64) -> Result<u64, StoreError> {
        let bodies = self.sizes(&entry.bodies())?;
        self.database.insert(entry, &bodies, now)?;
        self.memory.put(entry.clone());
        self.evict()
    }

    fn sizes(&self, digests: &[&str]) -> Result<Vec<(String, u64)>, StoreError> {
        let sizes = digests.iter().map(|digest| Ok(((*digest).to_owned(), self.bodies.size(digest)?)));
        sizes.collect()
    }

    /// Removes what was not used for longest until the rest fits. What a resumable run refers to stays.
    fn evict(&mut self) -> Result<u64, StoreError> {
        let figures = self.database.figures()?;
        if figures.bytes <= self.max_bytes {
            return Ok(0);
        }
        self.database.unpin_runs(|run| !self.runs.join(run).is_dir())?;
        let mut evicted = 0;
        while self.database.figures()?.bytes > self.max_bytes {
            let Some(identity) = self.database.least_used()? else { break };
            self.remove(&identity)?;
            evicted += 1;
        }
        Ok(evicted)
    }

    fn remove(&mut self, identity: &str) -> Result<(), StoreError> {
        self.memory.remove(identity);
        self.database.remove(identity)?;
        for digest in self.database.take_unused_bodies()? {
            self.bodies.remove(&digest)?;
        }
        Ok(())
    }

    /// Lets go of what a run that is over well holds.
    pub(crate) fn unpin(&mut self, run: &str) -> Result<(), StoreError> {
        self.database.unpin_runs(|pinned| pinned == run)
    }

    /// What it holds.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn figures(&self) -> Result<StoreFigures, StoreError> {
        Ok(StoreFigures { max_bytes: self.max_bytes, ..self.database.figures()? })
    }

    /// Every result that is ours, the latest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn list(&self) -> Result<Vec<StoredResult>, StoreError> {
        let entries = self.database.entries()?.into_iter();
        let shown = entries.map(|entry| StoredResult {
            node: entry.node,
            run: entry.run,
            created_at: entry.created_at,
            bytes: entry.bytes,
        });
        let mut shown: Vec<StoredResult> = shown.collect();
        shown.sort_by_key(|result| std::cmp::Reverse(result.created_at));
        Ok(shown)
    }

    /// Removes the results of all nodes whose name, or `DAG/NAME`, the glob matches, pinned ones too; how many.
    ///
    /// # Errors
    /// The pattern is no glob, or the store cannot be written.
    pub fn forget(&mut self, pattern: &str) -> Result<usize, StoreError> {
        let glob = GlobBuilder::new(pattern).literal_separator(false).build();
        let glob =
            glob.map_err(|error| StoreError::Refused(format!("`{pattern}` is no pattern: {error}")))?;
        let matcher = glob.compile_matcher();
        let is_meant = |entry: &&Entry| {
            let name = entry.node.split_once('/').map_or(entry.node.as_str(), |(_, name)| name);
            matcher.is_match(&entry.node)
                || matcher.is_match(name)
                || entry.node == pattern
                || name == pattern
        };
        let entries = self.database.entries()?;
        let meant: Vec<&Entry> = entries.iter().filter(is_meant).collect();
        for entry in &meant {
            self.remove(&entry.identity)?;
        }
        Ok(meant.len())
    }

    /// Writes all results that are ours into one file; how many.
    ///
    /// # Errors
    /// The store cannot be read, or the file cannot be written.
    pub fn export(&self, file: &Path) -> Result<usize, StoreError> {
        archive::export(&self.database.entries()?, &self.bodies, file)
    }

    /// Takes the results of a file that [`ContextStore::export`] wrote, after every digest in it was checked. From then
    /// on they are as good as ours: whoever imports a file trusts its maker. `now` is milliseconds since the epoch.
    ///
    /// # Errors
    /// The file is no such file, or is damaged; then nothing of what follows the damage was taken.
    pub fn import(&mut self, file: &Path, now: i64) -> Result<Imported, StoreError> {
        let (entries, known) =
            archive::import(file, &self.bodies, |identity| Ok(self.database.entry(identity)?.is_some()))?;
        let imported = Imported { results: entries.len(), known };
        for entry in entries {
            self.put(&entry, now)?;
        }
        Ok(imported)
    }
}

/// ENGINE, section 5: a clock that was set back makes everything that it has not seen yet expire.
fn is_expired(created_at: i64, ttl_ms: Option<u64>, now: i64) -> bool {
    let Some(ttl) = ttl_ms else { return false };
    let end = created_at.saturating_add(i64::try_from(ttl).unwrap_or(i64::MAX));
    now < created_at || now >= end
}

#[cfg(test)]
mod tests;
