//! The rows of the store. Each entry is signed; one that is not ours is as if it were not there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::digests::Known;
use super::entry::Entry;
use super::{StoreError, StoreFigures};
use crate::journal::SigningKey;

const FILE: &str = "store.db";

/// Version of the schema. A store of another one is begun anew: it holds nothing that cannot be made again.
const SCHEMA: i64 = 1;

/// How long a statement waits for another process's commit.
const BUSY: Duration = Duration::from_secs(5);

/// What entries are signed for.
const PURPOSE: &str = "divisi result 1";

const DDL: &str = "
    DROP TABLE IF EXISTS entry;
    DROP TABLE IF EXISTS body;
    DROP TABLE IF EXISTS used_body;
    DROP TABLE IF EXISTS written;
    DROP TABLE IF EXISTS pin;
    DROP TABLE IF EXISTS file;
    CREATE TABLE entry (
        identity   TEXT PRIMARY KEY,
        node       TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        used_at    INTEGER NOT NULL,
        bytes      INTEGER NOT NULL,
        body       TEXT NOT NULL,
        signature  BLOB NOT NULL
    ) STRICT;
    CREATE INDEX entry_node ON entry (node, created_at);
    CREATE INDEX entry_used ON entry (used_at);
    CREATE TABLE body (
        digest TEXT PRIMARY KEY,
        bytes  INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE used_body (
        identity TEXT NOT NULL,
        digest   TEXT NOT NULL,
        PRIMARY KEY (identity, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX used_body_digest ON used_body (digest);
    CREATE TABLE written (
        path     TEXT NOT NULL,
        identity TEXT NOT NULL,
        PRIMARY KEY (path, identity)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX written_identity ON written (identity);
    CREATE TABLE pin (
        identity TEXT NOT NULL,
        run      TEXT NOT NULL,
        PRIMARY KEY (identity, run)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE file (
        path  TEXT PRIMARY KEY,
        known TEXT NOT NULL
    ) STRICT;
";

#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    key: SigningKey,
}

impl Database {
    pub(super) fn open(folder: &Path, key: SigningKey) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)
            .map_err(|source| StoreError::Sqlite { path: path.clone(), source })?;
        let database = Self { connection, path, key };
        database.sql(|connection| {
            connection.busy_timeout(BUSY)?;
            connection.set_prepared_statement_cache_capacity(64);
            connection.pragma_update(None, "journal_mode", "WAL")?;
            // What a power cut takes is made again.
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            if version != SCHEMA {
                let transaction = connection.unchecked_transaction()?;
                transaction.execute_batch(DDL)?;
                transaction.pragma_update(None, "user_version", SCHEMA)?;
                transaction.commit()?;
            }
            Ok(())
        })?;
        Ok(database)
    }

    /// The same, only to look. None where there is nothing that this version can read.
    pub(super) fn open_to_look(folder: &Path, key: SigningKey) -> Result<Option<Self>, StoreError> {
        let path = folder.join(FILE);
        if !path.is_file() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)
            .map_err(|source| StoreError::Sqlite { path: path.clone(), source })?;
        let database = Self { connection, path, key };
        let version: i64 = database.sql(|connection| {
            connection.busy_timeout(BUSY)?;
            connection.query_row("PRAGMA user_version", [], |row| row.get(0))
        })?;
        Ok((version == SCHEMA).then_some(database))
    }

    fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        work(&self.connection).map_err(|source| StoreError::Sqlite { path: self.path.clone(), source })
    }

    /// The entry with this identity, if it is ours.
    pub(super) fn entry(&self, identity: &str) -> Result<Option<Entry>, StoreError> {
        self.one("SELECT body, signature FROM entry WHERE identity = ?1", identity)
    }

    /// The latest entry of a node, by its `DAG/NODE`.
    pub(super) fn latest(&self, node: &str) -> Result<Option<Entry>, StoreError> {
        self.one("SELECT body, signature FROM entry WHERE node = ?1 ORDER BY created_at DESC LIMIT 1", node)
    }

    fn one(&self, sql: &str, key: &str) -> Result<Option<Entry>, StoreError> {
        let row: Option<(String, Vec<u8>)> = self.sql(|connection| {
            connection.prepare_cached(sql)?.query_row([key], |row| row.try_into()).optional()
        })?;
        Ok(row.and_then(|(body, signature)| self.ours(&body, &signature)))
    }

    /// All entries that are ours.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = self.sql(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT body, signature FROM entry ORDER BY created_at, identity")?;
            statement.query_map([], |row| row.try_into())?.collect()
        })?;
        Ok(rows.iter().filter_map(|(body, signature)| self.ours(body, signature)).collect())
    }

    fn ours(&self, body: &str, signature: &[u8]) -> Option<Entry> {
        if !self.key.verify_parts(PURPOSE, &[body.as_bytes()], signature) {
            return None;
        }
        serde_json::from_str(body).ok().filter(Entry::is_sound)
    }

    /// Adds or replaces an entry, pins it for the run that made it, and remembers which bodies it needs.
    pub(super) fn insert(&self, entry: &Entry, bodies: &[(String, u64)], now: i64) -> Result<(), StoreError> {
        let body = serde_json::to_string(entry)
            .map_err(|error| StoreError::Refused(format!("a result cannot be written: {error}")))?;
        let signature = self.key.sign_parts(PURPOSE, &[body.as_bytes()]);
        let length = i64::try_from(body.len()).unwrap_or(i64::MAX);
        self.sql(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for table in ["used_body", "written"] {
                transaction.execute(&format!("DELETE FROM {table} WHERE identity = ?1"), [&entry.identity])?;
            }
            transaction.prepare_cached("INSERT OR REPLACE INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(
                (&entry.identity, &entry.node, entry.created_at, now, length, &body, &signature[..]),
            )?;
            for (digest, bytes) in bodies {
                let bytes = i64::try_from(*bytes).unwrap_or(i64::MAX);
                transaction.prepare_cached("INSERT OR IGNORE INTO body VALUES (?1, ?2)")?.execute((digest, bytes))?;
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO used_body VALUES (?1, ?2)")?
                    .execute((&entry.identity, digest))?;
            }
            for written in &entry.written {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO written VALUES (?1, ?2)")?
                    .execute((&written.path, &entry.identity))?;
            }
            transaction
                .prepare_cached("INSERT OR IGNORE INTO pin VALUES (?1, ?2)")?
                .execute((&entry.identity, &entry.run))?;
            transaction.commit()
        })
    }

    /// Entries that wrote to `path`, of whatever node.
    pub(super) fn writers(&self, path: &str) -> Result<Vec<Entry>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = self.sql(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT body, signature FROM written JOIN entry USING (identity) WHERE path = ?1",
            )?;
            statement.query_map([path], |row| row.try_into())?.collect()
        })?;
        Ok(rows.iter().filter_map(|(body, signature)| self.ours(body, signature)).collect())
    }

    pub(super) fn note_use(&self, identity: &str, run: &str, now: i64) -> Result<(), StoreError> {
        self.sql(|connection| {
            let transaction = connection.unchecked_transaction()?;
            transaction
                .prepare_cached("UPDATE entry SET used_at = ?2 WHERE identity = ?1")?
                .execute((identity, now))?;
            transaction
                .prepare_cached("INSERT OR IGNORE INTO pin VALUES (?1, ?2)")?
                .execute((identity, run))?;
            transaction.commit()
        })
    }

    /// Lets go of what the runs hold of which `is_over` says so.
    pub(super) fn unpin_runs(&self, is_over: impl Fn(&str) -> bool) -> Result<(), StoreError> {
        self.sql(|connection| {
            let mut statement = connection.prepare_cached("SELECT DISTINCT run FROM pin")?;
            let runs: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            for run in runs.iter().filter(|run| is_over(run)) {
                connection.execute("DELETE FROM pin WHERE run = ?1", [run])?;
            }
            Ok(())
        })
    }

    /// The entry that goes first.
    pub(super) fn least_used(&self) -> Result<Option<String>, StoreError> {
        self.sql(|connection| {
            let sql = "SELECT identity FROM entry WHERE identity NOT IN (SELECT identity FROM pin) \
                       ORDER BY used_at, created_at LIMIT 1";
            connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()
        })
    }

    pub(super) fn remove(&self, identity: &str) -> Result<(), StoreError> {
        self.sql(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for table in ["entry", "used_body", "written", "pin"] {
                transaction.execute(&format!("DELETE FROM {table} WHERE identity = ?1"), [identity])?;
            }
            transaction.commit()
        })
    }

    /// Forgets bodies that no entry needs, and names them.
    pub(super) fn take_unused_bodies(&self) -> Result<Vec<String>, StoreError> {
        self.sql(|connection| {
            let mut statement = connection.prepare_cached(
                "DELETE FROM body WHERE NOT EXISTS \
                 (SELECT 1 FROM used_body WHERE used_body.digest = body.digest) RETURNING digest",
            )?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }

    /// Digests of all bodies that entries need.
    pub(super) fn bodies(&self) -> Result<HashSet<String>, StoreError> {
        self.sql(|connection| {
            let mut statement = connection.prepare_cached("SELECT digest FROM body")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }

    pub(super) fn figures(&self) -> Result<StoreFigures, StoreError> {
        let number = |sql: &str| {
            self.sql(|connection| {
                let number: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
                Ok(u64::try_from(number).unwrap_or(0))
            })
        };
        let rows = number("SELECT coalesce(sum(bytes), 0) FROM entry")?;
        let shared = "SELECT coalesce(sum(bytes), 0) FROM used_body JOIN body USING (digest)";
        Ok(StoreFigures {
            entries: number("SELECT count(*) FROM entry")?,
            bytes: rows + number("SELECT coalesce(sum(bytes), 0) FROM body")?,
            bytes_without_sharing: rows + number(shared)?,
            pinned: number("SELECT count(DISTINCT identity) FROM pin")?,
            max_bytes: 0,
        })
    }

    /// What is known of files.
    pub(super) fn known_files(&self) -> Result<Vec<(String, Known)>, StoreError> {
        let rows: Vec<(String, String)> = self.sql(|connection| {
            let mut statement = connection.prepare_cached("SELECT path, known FROM file")?;
            statement.query_map([], |row| row.try_into())?.collect()
        })?;
        let known = |(path, text): (String, String)| Some((path, serde_json::from_str(&text).ok()?));
        Ok(rows.into_iter().filter_map(known).collect())
    }

    pub(super) fn remember_files(&self, files: &[(&str, &Known)]) -> Result<(), StoreError> {
        self.sql(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for (path, known) in files {
                let known = serde_json::to_string(known).unwrap_or_default();
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO file VALUES (?1, ?2)")?
                    .execute((path, known))?;
            }
            transaction.commit()
        })
    }
}
