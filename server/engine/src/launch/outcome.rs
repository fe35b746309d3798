//! How an attempt's root process ended, on disk before anybody is told.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What is known when an attempt is over: its root has been reaped, its pipes are drained, its tree is dead.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Exit code; none where a signal ended it.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// From start to the end of the root process, in milliseconds.
    pub wall_ms: u64,
    /// Bytes of standard output, masked, kept or not.
    pub stdout_bytes: u64,
    /// Whether standard output held a secret.
    pub stdout_masked: bool,
    /// Processes that the attempt left behind and that had to be killed.
    pub left_behind: u32,
    /// Why the log is not complete (a full disk).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_error: Option<String>,
}

/// Name of the file in the attempt's folder.
const FILE: &str = "exit.json";

/// Writes `exit.json` into the attempt's folder, so that it is there whole or not at all.
pub fn write_outcome(dir: &Path, outcome: &Outcome) -> io::Result<()> {
    let temporary = dir.join("exit.json.new");
    fs::write(&temporary, serde_json::to_vec(outcome)?)?;
    fs::rename(temporary, dir.join(FILE))
}

/// The outcome that the guard left in the attempt's folder; none where it did not come to that.
pub fn read_outcome(dir: &Path) -> Option<Outcome> {
    serde_json::from_slice(&fs::read(dir.join(FILE)).ok()?).ok()
}
