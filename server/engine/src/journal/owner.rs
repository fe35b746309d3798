//! The one writer of a run's events.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::lock::OwnerLock;
use super::store::{Store, from_sql, insert_events, to_sql};
use super::{JournalError, SigningKey, requests};
use crate::core::{Durability, RequestRow};
use crate::event::{Event, EventRecord};
use crate::plan::StoredPlan;

/// Pages of the WAL, of 4 KiB each, after which they are carried over into the file. The host waits for the disk
/// meanwhile, so it is done a quarter as often as SQLite would do it by itself.
const CHECKPOINT: u32 = 4_000;

/// The journal of a run, held by the run's one owner. Dropping it gives the run free.
#[derive(Debug)]
pub struct Journal {
    store: Store,
    /// Held for the journal's life.
    _lock: OwnerLock,
    epoch: u64,
    last_seq: u64,
    /// What `synchronous` is set to.
    durability: Durability,
    /// Whether something was committed since the WAL was last flushed.
    unflushed: bool,
}

impl Journal {
    /// Stores a plan as the new run `run` in `dir`, which must not hold one; the first event is `run_planned`. `at` is
    /// milliseconds since the epoch.
    pub fn create(
        dir: &Path,
        run: &str,
        plan: &StoredPlan,
        key: &SigningKey,
        at: i64,
    ) -> Result<(), JournalError> {
        let planned = Event::RunPlanned {
            dag: plan.dag.clone(),
            file: plan.file.to_string_lossy().into_owned(),
            nodes: plan.nodes.iter().filter(|node| !node.work.is_group()).count(),
            max_parallel: plan.max_parallel,
        };
        Store::create(dir, run, plan, key, &planned, at)
    }

    /// Takes the run over: its lock, then a new epoch, which is returned. Refuses a run that somebody owns, a
    /// signature that is not ours, and a store that only a newer version may write to.
    pub fn open_owner(dir: &Path, key: &SigningKey) -> Result<(Self, u64), JournalError> {
        let store = Store::open(dir, true)?;
        if !store.is_signed_with(key)? {
            return Err(JournalError::NotOurs { dir: dir.to_owned() });
        }
        store.refuse_unknown_critical_events()?;
        let lock = OwnerLock::take(dir).map_err(|error| match error {
            JournalError::Owned { dir, .. } => {
                JournalError::Owned { dir, owner: store.last_owner().unwrap_or_default() }
            }
            other => other,
        })?;
        let failed = JournalError::sqlite;
        store.connection.pragma_update(None, "synchronous", "FULL").map_err(failed(dir))?;
        store.connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT).map_err(failed(dir))?;
        let epoch = store
            .connection
            .query_row("UPDATE meta SET epoch = epoch + 1 RETURNING epoch", [], |row| from_sql(row, 0))
            .map_err(failed(dir))?;
        let last_seq = store.last_seq()?;
        let durability = Durability::Power;
        Ok((Self { store, _lock: lock, epoch, last_seq, durability, unflushed: false }, epoch))
    }

    /// Commits events in one transaction, numbered without gaps, after checking that the epoch is still ours; the place
    /// of the last event. Rows of
    /// the request table that an event takes in are marked in the same transaction. On an error nothing was
    /// committed, unless it is the disk's: a host stops on any error, and the next one reads what there is.
    pub fn append(&mut self, events: &[Event], at: i64, durability: Durability) -> Result<u64, JournalError> {
        if events.is_empty() {
            return Ok(self.last_seq);
        }
        self.set_durability(durability)?;
        self.commit(events, at)?;
        self.last_seq += u64::try_from(events.len()).unwrap_or(0);
        self.unflushed = durability == Durability::Crash;
        Ok(self.last_seq)
    }

    /// Whether something was committed that a power cut could still take.
    pub fn needs_sync(&self) -> bool {
        self.unflushed
    }

    /// Makes everything appended so far survive a power cut.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.flush().map_or(Ok(()), Flush::perform)
    }

    /// What makes everything appended so far survive a power cut, once it is performed; none where everything does
    /// already, or a flush was taken for it.
    pub fn flush(&mut self) -> Option<Flush> {
        std::mem::take(&mut self.unflushed).then(|| Flush { wal: self.store.wal() })
    }

    /// Rows of the request table that no event has taken in, in order. They come again until one has.
    pub fn take_requests(&mut self) -> Result<Vec<RequestRow>, JournalError> {
        requests::waiting(&self.store)
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.store.run
    }

    /// The plan as stored.
    pub fn plan(&self) -> Result<Arc<StoredPlan>, JournalError> {
        self.store.plan()
    }

    /// Events after `seq`, in order.
    pub fn events(&self, after: u64) -> Result<Vec<EventRecord>, JournalError> {
        self.store.events(after)
    }

    fn set_durability(&mut self, durability: Durability) -> Result<(), JournalError> {
        if self.durability == durability {
            return Ok(());
        }
        let level = match durability {
            Durability::Crash => "NORMAL",
            Durability::Power => "FULL",
        };
        let connection = &self.store.connection;
        connection
            .pragma_update(None, "synchronous", level)
            .map_err(JournalError::sqlite(&self.store.dir))?;
        self.durability = durability;
        Ok(())
    }

    fn commit(&self, events: &[Event], at: i64) -> Result<(), JournalError> {
        let failed = JournalError::sqlite;
        let run = |sql| run_cached(&self.store.connection, sql).map_err(failed(&self.store.dir));
        run("BEGIN IMMEDIATE")?;
        match self.write(events, at) {
            Ok(()) => run("COMMIT"),
            Err(fault) => {
                // The fault is what counts, and a connection that cannot roll back is dropped soon.
                let _ = run("ROLLBACK");
                Err(fault)
            }
        }
    }

    /// Within a transaction.
    fn write(&self, events: &[Event], at: i64) -> Result<(), JournalError> {
        let (dir, connection) = (&self.store.dir, &self.store.connection);
        let failed = JournalError::sqlite;
        let epoch = {
            let mut statement = connection.prepare_cached("SELECT epoch FROM meta").map_err(failed(dir))?;
            statement.query_row([], |row| from_sql(row, 0)).map_err(failed(dir))?
        };
        if epoch != self.epoch {
            return Err(JournalError::Fenced { ours: self.epoch, theirs: epoch });
        }
        insert_events(connection, dir, self.last_seq + 1, events, at)?;
        for (event, seq) in events.iter().zip(self.last_seq + 1..) {
            if let Event::Requested { id, .. } = event {
                requests::mark(connection, to_sql(*id), to_sql(seq)).map_err(failed(dir))?;
            }
        }
        Ok(())
    }
}

/// See [`Journal::flush`]. It may be performed on another thread, while more is appended.
#[derive(Debug)]
#[must_use]
pub struct Flush {
    wal: PathBuf,
}

impl Flush {
    /// Waits for the disk.
    ///
    /// # Errors
    /// What the disk says: the host that took this must stop, because it no longer knows what lasts.
    pub fn perform(self) -> Result<(), JournalError> {
        let flushed = OpenOptions::new().append(true).open(&self.wal).and_then(|file| file.sync_data());
        flushed.map_err(JournalError::io(&self.wal))
    }
}

/// A statement without parameters and rows, parsed once for the connection's life.
fn run_cached(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}
