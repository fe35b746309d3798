//! The table through which others ask something of a run.

use std::path::Path;

use rusqlite::{Connection, Row};

use super::JournalError;
use super::store::{Store, from_sql};
use crate::core::RequestRow;
use crate::event::Request;

/// A row, and the place of the event that took it in.
type TakenRow = (RequestRow, Option<u64>);

/// Puts a request into the run's table; its number. The run's host looks every 200 ms; where nobody owns the run, the
/// next host finds it. `at` is milliseconds since the epoch.
pub fn ask(dir: &Path, request: &Request, at: i64) -> Result<u64, JournalError> {
    let store = Store::open(dir, true)?;
    let body = serde_json::to_string(request)
        .map_err(|error| JournalError::Damaged { dir: dir.to_owned(), what: error.to_string() })?;
    store
        .connection
        .query_row("INSERT INTO request (body, at) VALUES (?1, ?2) RETURNING id", (body, at), |row| {
            from_sql(row, 0)
        })
        .map_err(JournalError::sqlite(dir))
}

/// Rows that no event has taken in. One that this version does not know waits for a host that does.
pub(super) fn waiting(store: &Store) -> Result<Vec<RequestRow>, JournalError> {
    let rows =
        read(store, "SELECT id, body, at, applied_seq FROM request WHERE applied_seq IS NULL ORDER BY id")?;
    Ok(rows.into_iter().map(|(row, _)| row).collect())
}

/// All rows, each with the place of the event that took it in.
pub(super) fn all(store: &Store) -> Result<Vec<TakenRow>, JournalError> {
    read(store, "SELECT id, body, at, applied_seq FROM request ORDER BY id")
}

/// Notes that the event at `seq` took row `id` in.
pub(super) fn mark(connection: &Connection, id: i64, seq: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE request SET applied_seq = ?2 WHERE id = ?1")?.execute((id, seq))?;
    Ok(())
}

fn read(store: &Store, sql: &str) -> Result<Vec<TakenRow>, JournalError> {
    let read = || -> rusqlite::Result<Vec<Option<TakenRow>>> {
        store.connection.prepare_cached(sql)?.query_map([], read_row)?.collect()
    };
    let rows = read().map_err(JournalError::sqlite(&store.dir))?;
    Ok(rows.into_iter().flatten().collect())
}

/// None for a request that this version does not know.
fn read_row(row: &Row<'_>) -> rusqlite::Result<Option<TakenRow>> {
    let body: String = row.get(1)?;
    let Ok(request) = serde_json::from_str(&body) else { return Ok(None) };
    let applied: Option<i64> = row.get(3)?;
    let place = applied.and_then(|seq| u64::try_from(seq).ok());
    Ok(Some((RequestRow { id: from_sql(row, 0)?, request, at: row.get(2)? }, place)))
}
