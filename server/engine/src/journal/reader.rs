//! A look at a run's journal, also while its owner writes.

use std::path::Path;
use std::sync::Arc;

use super::lock::Owner;
use super::store::Store;
use super::{JournalError, SigningKey, lock, requests};
use crate::core::RequestRow;
use crate::event::EventRecord;
use crate::plan::StoredPlan;

/// See the module. It never writes, and never waits for the owner.
#[derive(Debug)]
pub struct Reader {
    store: Store,
}

impl Reader {
    /// Opens the journal in `dir`; whoever signed it, it may be looked at.
    pub fn open(dir: &Path) -> Result<Self, JournalError> {
        Ok(Self { store: Store::open(dir, false)? })
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.store.run
    }

    /// The plan as stored.
    pub fn plan(&self) -> Result<Arc<StoredPlan>, JournalError> {
        self.store.plan()
    }

    /// Events after `seq`, in order. One that this version does not know is
    /// [`Event::Unknown`](crate::event::Event::Unknown).
    pub fn events(&self, after: u64) -> Result<Vec<EventRecord>, JournalError> {
        self.store.events(after)
    }

    /// Place of the last event; cheap.
    pub fn last_seq(&self) -> Result<u64, JournalError> {
        self.store.last_seq()
    }

    /// All rows of the request table, each with the place of the event that took it in.
    pub fn requests(&self) -> Result<Vec<(RequestRow, Option<u64>)>, JournalError> {
        requests::all(&self.store)
    }

    /// Whether somebody owns the run at this moment.
    pub fn is_owned(&self) -> bool {
        lock::is_held(&self.store.dir)
    }

    /// The host that owns the run, or owned it last; none before the first.
    pub fn owner(&self) -> Result<Option<Owner>, JournalError> {
        self.store.last_owner()
    }

    /// Whether plan and identity are signed with this key: only then may the run be resumed.
    pub fn is_signed_with(&self, key: &SigningKey) -> Result<bool, JournalError> {
        self.store.is_signed_with(key)
    }
}
