//! The claims of all runs of this user, in a file that all hosts share.
//!
//! The number of a claim is its ticket: it is had when it fits beside all that is held and all that waits for longer.
//! All of a claim is had or nothing, so nobody waits while he holds, and nobody starves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::ancestry::Ancestry;
use super::want::Want;
use crate::event::Holder;
use crate::journal::is_run_owned;
use crate::launch::has_survivors;
use crate::run_folder::RunFolder;

/// How long a statement waits for another host's.
const BUSY: Duration = Duration::from_secs(2);

/// Who waits asks again several times a second. One who has not for so long (he is paused, or has no slot, or his
/// process is stopped) loses his place in the line; what is *held* never ages. In milliseconds.
const PATIENCE_MS: i64 = 2_000;

const DDL: &str = "
    CREATE TABLE IF NOT EXISTS claim (
        ticket INTEGER PRIMARY KEY AUTOINCREMENT,
        owner  TEXT NOT NULL,
        run    TEXT NOT NULL,
        node   TEXT NOT NULL,
        pid    INTEGER NOT NULL,
        since  INTEGER NOT NULL,
        seen   INTEGER NOT NULL,
        held   INTEGER NOT NULL,
        wants  TEXT NOT NULL,
        UNIQUE (owner, node)
    ) STRICT";

/// What a node, or a run as a whole, asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Folder of the run: the claim counts while its lock is held.
    pub(super) owner: PathBuf,
    pub(super) run: String,
    /// None for the run as a whole.
    pub(super) node: Option<String>,
    pub(super) pid: u32,
    /// Milliseconds since the epoch.
    pub(super) since: i64,
    pub(super) wants: Vec<Want>,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Everything is had.
    Taken,
    /// Nothing is.
    Withheld {
        /// For people: what of it.
        what: String,
        /// By whom.
        by: Holder,
    },
}

struct Row {
    ticket: i64,
    held: bool,
    claim: Claim,
}

#[derive(Debug)]
pub(super) struct Table {
    connection: Connection,
}

impl Table {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        if let Some(folder) = path.parent() {
            // What this leaves undone the next line finds.
            let _ = std::fs::create_dir_all(folder);
        }
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute(DDL, [])?;
        Ok(Self { connection })
    }

    /// Takes the whole claim where nothing is in its way; else it waits, with the ticket of its first try. Who waits
    /// for something of which one of its ancestors has a part goes before others: the ancestor waits for it.
    pub(super) fn claim(&mut self, claim: &Claim, ancestry: &Ancestry, now: i64) -> rusqlite::Result<Answer> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        drop_the_dead(&transaction, claim, now)?;
        let ticket = ticket(&transaction, claim, now)?;
        let rows = rows(&transaction)?;
        let is_before = |row: &&Row, want: &Want| {
            let hurries = rows.iter().any(|row| {
                row.held && ancestry.made(&row.claim) && row.claim.wants.iter().any(|w| w.key == want.key)
            });
            row.ticket != ticket && (row.held || (row.ticket < ticket && !hurries))
        };
        let in_the_way = claim.wants.iter().find_map(|want| {
            let line: Vec<&Row> = rows.iter().filter(|row| is_before(row, want)).collect();
            let others: Vec<&Want> = line.iter().flat_map(|row| &row.claim.wants).collect();
            (!want.fits_beside(&others)).then(|| (want.what.clone(), holder(want, &line)))
        });
        let Some((what, by)) = in_the_way else {
            transaction
                .execute("UPDATE claim SET held = 1, since = ?2 WHERE ticket = ?1", params![ticket, now])?;
            transaction.commit()?;
            return Ok(Answer::Taken);
        };
        transaction.execute("UPDATE claim SET seen = ?2 WHERE ticket = ?1", params![ticket, now])?;
        transaction.commit()?;
        Ok(Answer::Withheld { what, by })
    }

    /// Takes a claim whatever is in its way.
    pub(super) fn take(&mut self, claim: &Claim) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ticket = ticket(&transaction, claim, claim.since)?;
        transaction.execute("UPDATE claim SET held = 1 WHERE ticket = ?1", params![ticket])?;
        transaction.commit()
    }

    /// Gives back what a node of a run holds and waits for; without a node, what the whole run does.
    pub(super) fn release(&mut self, owner: &Path, node: Option<&str>) -> rusqlite::Result<()> {
        let owner = owner.to_string_lossy();
        match node {
            Some(node) => self
                .connection
                .execute("DELETE FROM claim WHERE owner = ?1 AND node = ?2", params![owner, node]),
            None => self.connection.execute("DELETE FROM claim WHERE owner = ?1", params![owner]),
        }?;
        Ok(())
    }

    /// What is held.
    pub(super) fn held(&mut self) -> rusqlite::Result<Vec<Claim>> {
        let transaction = self.connection.transaction()?;
        let rows = rows(&transaction)?;
        Ok(rows.into_iter().filter(|row| row.held && lives(&row.claim.owner)).map(|row| row.claim).collect())
    }
}

impl Table {
    /// What is held for runs that no host owns any more, by processes that outlived theirs.
    pub(super) fn left_behind(&mut self) -> rusqlite::Result<Vec<Claim>> {
        let held = self.held()?.into_iter();
        Ok(held.filter(|claim| !is_run_owned(&claim.owner)).collect())
    }
}

/// The first in the line that is alone in the way, else the first that has a part.
fn holder(want: &Want, line: &[&Row]) -> Holder {
    let parts = |row: &&&Row| row.claim.wants.iter().any(|other| other.key == want.key);
    let alone = |row: &&&Row| row.claim.wants.iter().any(|other| !want.fits_beside(&[other]));
    let found = line.iter().find(alone).or_else(|| line.iter().find(parts));
    found.map_or_else(Holder::default, |row| Holder {
        run: row.claim.run.clone(),
        node: row.claim.node.clone(),
        pid: row.claim.pid,
        since: row.claim.since,
    })
}

/// Removes claims of hosts that are gone, and waiters that ask no more.
fn drop_the_dead(transaction: &Transaction<'_>, own: &Claim, now: i64) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM claim WHERE held = 0 AND (seen < ?1 OR seen > ?2)",
        params![now - PATIENCE_MS, now + PATIENCE_MS],
    )?;
    let owners: Vec<String> = transaction
        .prepare("SELECT DISTINCT owner FROM claim")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let dead = owners.iter().filter(|owner| {
        let folder = Path::new(owner.as_str());
        folder != own.owner && !lives(folder)
    });
    for owner in dead {
        transaction.execute("DELETE FROM claim WHERE owner = ?1", params![owner])?;
    }
    Ok(())
}

/// Whether the run in `folder` has a host, or processes that its dead host left and nobody has killed yet.
fn lives(folder: &Path) -> bool {
    is_run_owned(folder) || has_survivors(&RunFolder::new(folder.to_owned()).token())
}

/// The ticket of a claim: that of an earlier try, or a new one.
fn ticket(transaction: &Transaction<'_>, claim: &Claim, now: i64) -> rusqlite::Result<i64> {
    let wants = serde_json::to_string(&claim.wants)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    transaction.query_row(
        "INSERT INTO claim (owner, run, node, pid, since, seen, held, wants) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)
         ON CONFLICT (owner, node) DO UPDATE SET seen = excluded.seen RETURNING ticket",
        params![
            claim.owner.to_string_lossy(),
            claim.run,
            claim.node.as_deref().unwrap_or_default(),
            claim.pid,
            claim.since,
            now,
            wants
        ],
        |row| row.get(0),
    )
}

/// All claims by ticket. One that a newer version wrote and this one cannot read asks for nothing.
fn rows(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Row>> {
    let mut statement = transaction.prepare(
        "SELECT ticket, held, owner, run, node, pid, since, wants FROM claim ORDER BY held DESC, ticket",
    )?;
    let rows = statement.query_map([], |row| {
        let node: String = row.get(4)?;
        let wants: String = row.get(7)?;
        Ok(Row {
            ticket: row.get(0)?,
            held: row.get(1)?,
            claim: Claim {
                owner: PathBuf::from(row.get::<_, String>(2)?),
                run: row.get(3)?,
                node: (!node.is_empty()).then_some(node),
                pid: row.get(5)?,
                since: row.get(6)?,
                wants: serde_json::from_str(&wants).unwrap_or_default(),
            },
        })
    })?;
    rows.collect()
}
