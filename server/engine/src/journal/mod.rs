//! The durable record of a run: a SQLite file, a request table, and the lock of its owner.

mod error;
mod signature;

pub use error::JournalError;
pub use signature::SigningKey;

use std::path::Path;
use std::sync::Arc;

use crate::core::{Durability, RequestRow};
use crate::event::{Event, EventRecord, Request};
use crate::plan::StoredPlan;

/// The journal of a run, held by the run's one owner.
#[derive(Debug)]
pub struct Journal {}

impl Journal {
    /// Stores a plan as the new run `run` in `dir`, which must not hold one; the first event is `run_planned`.
    pub fn create(
        _dir: &Path,
        _run: &str,
        _plan: &StoredPlan,
        _key: &SigningKey,
        _at: i64,
    ) -> Result<(), JournalError> {
        Err(JournalError::not_built())
    }

    /// Takes the run over: its lock, then a new epoch. Refuses a run that somebody owns, a signature that is not
    /// ours, and a store that only a newer version may write to.
    pub fn open_owner(_dir: &Path, _key: &SigningKey) -> Result<(Self, u64), JournalError> {
        Err(JournalError::not_built())
    }

    /// Commits events in one transaction, numbered without gaps, after checking the epoch.
    pub fn append(
        &mut self,
        _events: &[Event],
        _at: i64,
        _durability: Durability,
    ) -> Result<Vec<EventRecord>, JournalError> {
        Err(JournalError::not_built())
    }

    /// Makes everything appended so far survive a power cut. A host calls it within 50 ms of an append.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        Err(JournalError::not_built())
    }

    /// Rows of the request table that no event has taken in.
    pub fn take_requests(&mut self) -> Result<Vec<RequestRow>, JournalError> {
        Err(JournalError::not_built())
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        ""
    }

    /// The plan as stored.
    pub fn plan(&self) -> Result<Arc<StoredPlan>, JournalError> {
        Err(JournalError::not_built())
    }

    /// Events after `seq`, in order.
    pub fn events(&self, _after: u64) -> Result<Vec<EventRecord>, JournalError> {
        Err(JournalError::not_built())
    }
}

/// A look at a run's journal, also while its owner writes.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// Opens the journal in `dir`; the signature is not asked for.
    pub fn open(_dir: &Path) -> Result<Self, JournalError> {
        Err(JournalError::not_built())
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        ""
    }

    /// The plan as stored.
    pub fn plan(&self) -> Result<Arc<StoredPlan>, JournalError> {
        Err(JournalError::not_built())
    }

    /// Events after `seq`, in order; unknown ones are [`Event::Unknown`].
    pub fn events(&self, _after: u64) -> Result<Vec<EventRecord>, JournalError> {
        Err(JournalError::not_built())
    }

    /// Place of the last event; cheap.
    pub fn last_seq(&self) -> Result<u64, JournalError> {
        Err(JournalError::not_built())
    }

    /// All rows of the request table, each with the place of the event that took it in.
    pub fn requests(&self) -> Result<Vec<(RequestRow, Option<u64>)>, JournalError> {
        Err(JournalError::not_built())
    }

    /// Whether somebody owns the run at this moment.
    pub fn is_owned(&self) -> bool {
        false
    }

    /// Whether plan and identity are signed with this key.
    pub fn is_signed_with(&self, _key: &SigningKey) -> bool {
        false
    }
}

/// Puts a request into the run's table; its number.
pub fn ask(_dir: &Path, _request: &Request, _at: i64) -> Result<u64, JournalError> {
    Err(JournalError::not_built())
}
