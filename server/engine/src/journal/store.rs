//! The file: its schema, its versions, and what owner and readers both do with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row};

use super::lock::Owner;
use super::{JournalError, SigningKey};
use crate::event::{EVENT_VERSION, Event, EventRecord};
use crate::plan::{PLAN_FORMAT, StoredPlan};

/// Name of the file in a run's folder.
const FILE: &str = "journal.db";

/// Version of the schema, and the oldest versions that may read and write what this one writes.
const SCHEMA: u32 = 1;
const MIN_READER: u32 = 1;
const MIN_WRITER: u32 = 1;

/// How long a statement waits for another process's commit.
const BUSY: Duration = Duration::from_secs(5);

/// How many prepared statements a connection keeps: more than there are.
const STATEMENTS: usize = 32;

/// One row of meta and of plan.
const DDL: &str = "
    CREATE TABLE meta (
        one        INTEGER PRIMARY KEY CHECK (one = 1),
        schema     INTEGER NOT NULL,
        min_reader INTEGER NOT NULL,
        min_writer INTEGER NOT NULL,
        run        TEXT NOT NULL,
        epoch      INTEGER NOT NULL,
        signature  BLOB
    ) STRICT;
    CREATE TABLE plan (
        one  INTEGER PRIMARY KEY CHECK (one = 1),
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE event (
        seq      INTEGER PRIMARY KEY,
        version  INTEGER NOT NULL,
        critical INTEGER NOT NULL,
        at       INTEGER NOT NULL,
        body     TEXT NOT NULL
    ) STRICT;
    CREATE TABLE request (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        body        TEXT NOT NULL,
        at          INTEGER NOT NULL,
        applied_seq INTEGER
    ) STRICT;
    CREATE INDEX request_waiting ON request (id) WHERE applied_seq IS NULL;
";

/// An open journal file.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) dir: PathBuf,
    pub(super) connection: Connection,
    pub(super) run: String,
}

impl Store {
    /// Makes the file for a new run, with its plan, its signature and its first event, and flushes it to the disk.
    pub(super) fn create(
        dir: &Path,
        run: &str,
        plan: &StoredPlan,
        key: &SigningKey,
        first: &Event,
        at: i64,
    ) -> Result<(), JournalError> {
        std::fs::create_dir_all(dir).map_err(JournalError::io(dir))?;
        let path = dir.join(FILE);
        if path.exists() {
            return Err(JournalError::Exists { dir: dir.to_owned() });
        }
        let body = to_json(dir, plan)?;
        let signature = key.sign(run, body.as_bytes());
        let failed = JournalError::sqlite;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&path, flags).map_err(failed(dir))?;
        configure(&connection).map_err(failed(dir))?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed(dir))?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed(dir))?;
        let transaction = connection.transaction().map_err(failed(dir))?;
        transaction.execute_batch(DDL).map_err(failed(dir))?;
        transaction
            .execute(
                "INSERT INTO meta VALUES (1, ?1, ?2, ?3, ?4, 0, ?5)",
                (SCHEMA, MIN_READER, MIN_WRITER, run, &signature[..]),
            )
            .map_err(failed(dir))?;
        transaction.execute("INSERT INTO plan VALUES (1, ?1)", [&body]).map_err(failed(dir))?;
        insert_events(&transaction, dir, 1, std::slice::from_ref(first), at)?;
        transaction.commit().map_err(failed(dir))?;
        flush_folder(dir)
    }

    /// Opens the file of an existing run; `writable` also for the request table.
    pub(super) fn open(dir: &Path, writable: bool) -> Result<Self, JournalError> {
        let path = dir.join(FILE);
        if !path.is_file() {
            return Err(JournalError::Missing { dir: dir.to_owned() });
        }
        let access =
            if writable { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let failed = JournalError::sqlite;
        let connection = Connection::open_with_flags(&path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(failed(dir))?;
        configure(&connection).map_err(failed(dir))?;
        let meta = |row: &Row<'_>| <(String, u32, u32, u32)>::try_from(row);
        let (run, schema, min_reader, min_writer) = connection
            .query_row("SELECT run, schema, min_reader, min_writer FROM meta", [], meta)
            .map_err(failed(dir))?;
        let store = Self { dir: dir.to_owned(), connection, run };
        if min_reader > SCHEMA {
            return Err(store.too_new(format!("its schema is {schema}, this one reads {SCHEMA}")));
        }
        if writable && min_writer > SCHEMA {
            return Err(store.too_new(format!("its schema is {schema}, this one writes {SCHEMA}")));
        }
        Ok(store)
    }

    /// The plan as stored.
    pub(super) fn plan(&self) -> Result<Arc<StoredPlan>, JournalError> {
        let plan: StoredPlan = serde_json::from_str(&self.plan_text()?).map_err(|error| {
            JournalError::Damaged { dir: self.dir.clone(), what: format!("its plan cannot be read: {error}") }
        })?;
        if plan.format > PLAN_FORMAT {
            return Err(
                self.too_new(format!("its plan has format {}, this one reads {PLAN_FORMAT}", plan.format))
            );
        }
        Ok(Arc::new(plan))
    }

    /// Whether plan and identity carry our signature.
    pub(super) fn is_signed_with(&self, key: &SigningKey) -> Result<bool, JournalError> {
        let signature: Option<Vec<u8>> = self
            .connection
            .query_row("SELECT signature FROM meta", [], |row| row.get(0))
            .map_err(JournalError::sqlite(&self.dir))?;
        let plan = self.plan_text()?;
        Ok(signature.is_some_and(|signature| key.verify(&self.run, plan.as_bytes(), &signature)))
    }

    /// Events after `seq`, in order. One that this version does not know is [`Event::Unknown`].
    pub(super) fn events(&self, after: u64) -> Result<Vec<EventRecord>, JournalError> {
        let read = || -> rusqlite::Result<Vec<EventRecord>> {
            let sql = "SELECT seq, version, critical, at, body FROM event WHERE seq > ?1 ORDER BY seq";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([to_sql(after)], |row| read_event(&self.run, row))?;
            rows.collect()
        };
        read().map_err(JournalError::sqlite(&self.dir))
    }

    /// The host that owns the run, or owned it last.
    pub(super) fn last_owner(&self) -> Result<Option<Owner>, JournalError> {
        let events = self.events(0)?;
        Ok(events.iter().rev().find_map(|record| match record.event {
            Event::HostStarted { pid, .. } => Some(Owner { pid, since: record.at }),
            _ => None,
        }))
    }

    /// Place of the last event; 0 where there is none.
    pub(super) fn last_seq(&self) -> Result<u64, JournalError> {
        let read = || -> rusqlite::Result<Option<u64>> {
            let mut statement =
                self.connection.prepare_cached("SELECT seq FROM event ORDER BY seq DESC LIMIT 1")?;
            statement.query_row([], |row| from_sql(row, 0)).optional()
        };
        Ok(read().map_err(JournalError::sqlite(&self.dir))?.unwrap_or(0))
    }

    /// A critical event that this version does not know, if there is one: its state of the run would be wrong.
    pub(super) fn refuse_unknown_critical_events(&self) -> Result<(), JournalError> {
        let events = self.events(0)?;
        match events.iter().find(|record| record.critical && record.event == Event::Unknown) {
            None => Ok(()),
            Some(record) => Err(self.too_new(format!("event {} is unknown to this version", record.seq))),
        }
    }

    /// The WAL beside the file.
    pub(super) fn wal(&self) -> PathBuf {
        self.dir.join(format!("{FILE}-wal"))
    }

    fn plan_text(&self) -> Result<String, JournalError> {
        self.connection
            .query_row("SELECT body FROM plan", [], |row| row.get(0))
            .map_err(JournalError::sqlite(&self.dir))
    }

    fn too_new(&self, what: String) -> JournalError {
        JournalError::TooNew { dir: self.dir.clone(), what }
    }
}

/// Adds events, of which the first gets the place `first`; the caller holds the transaction.
pub(super) fn insert_events(
    connection: &Connection,
    dir: &Path,
    first: u64,
    events: &[Event],
    at: i64,
) -> Result<(), JournalError> {
    let failed = JournalError::sqlite;
    let insert = "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = connection.prepare_cached(insert).map_err(failed(dir))?;
    for (event, seq) in events.iter().zip(first..) {
        let row = (to_sql(seq), EVENT_VERSION, event.is_critical(), at, to_json(dir, event)?);
        insert.execute(row).map_err(failed(dir))?;
    }
    Ok(())
}

/// SQLite's integers are signed; the places and epochs of a run never come near the difference.
pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that [`to_sql`] wrote; a negative one is damage and reads as 0, which no event and no epoch has.
pub(super) fn from_sql(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn read_event(run: &str, row: &Row<'_>) -> rusqlite::Result<EventRecord> {
    let version: u32 = row.get(1)?;
    let body: String = row.get(4)?;
    let event = match version {
        0..=EVENT_VERSION => serde_json::from_str(&body).unwrap_or(Event::Unknown),
        _ => Event::Unknown,
    };
    Ok(EventRecord {
        v: version,
        run: run.to_owned(),
        seq: from_sql(row, 0)?,
        at: row.get(3)?,
        critical: row.get(2)?,
        event,
    })
}

fn to_json(dir: &Path, value: &impl serde::Serialize) -> Result<String, JournalError> {
    serde_json::to_string(value).map_err(|error| JournalError::Damaged {
        dir: dir.to_owned(),
        what: format!("cannot be written: {error}"),
    })
}

/// A new file is durable once its folder is.
#[cfg(unix)]
fn flush_folder(dir: &Path) -> Result<(), JournalError> {
    std::fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(JournalError::io(dir))
}

#[cfg(not(unix))]
fn flush_folder(_dir: &Path) -> Result<(), JournalError> {
    Ok(())
}
