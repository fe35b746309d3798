//! How an attempt's root process ended, on disk before anybody is told.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::listen::AgentReport;

/// What is known when an attempt is over: its root has been reaped, its pipes are drained, its tree is dead.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// What an agent's program reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<AgentReport>>,
    /// Why the log is not complete (a full disk).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_error: Option<String>,
}

/// A line of the file of outcomes.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// The attempt's token.
    attempt: String,
    #[serde(flatten)]
    outcome: Outcome,
}

/// A run's file of outcomes, for writing; it is made where it is not there.
pub fn open_outcomes(file: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(file)
}

/// Appends the outcome of the attempt with this token to the run's file of outcomes, by one write: it survives the death
/// of every process from here on. A line that a full disk cuts off is passed over by [`read_outcomes`].
pub fn write_outcome(mut file: &File, token: &str, outcome: &Outcome) -> io::Result<()> {
    let line = Line { attempt: token.to_owned(), outcome: outcome.clone() };
    // The leading line break ends a line that was cut off.
    let mut text = vec![b'\n'];
    serde_json::to_writer(&mut text, &line)?;
    text.push(b'\n');
    file.write_all(&text)
}

/// The outcomes that guards left, by token. Empty where none did.
pub fn read_outcomes(file: &Path) -> BTreeMap<String, Outcome> {
    let text = fs::read(file).unwrap_or_default();
    let lines =
        text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    lines.map(|line| (line.attempt, line.outcome)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_hides_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("outcomes.jsonl");
        let outcome = |code| Outcome { exit_code: Some(code), ..Outcome::default() };
        assert_eq!(read_outcomes(&file), BTreeMap::new());
        let open = open_outcomes(&file).unwrap();
        write_outcome(&open, "a", &outcome(1)).unwrap();
        let whole = fs::read(&file).unwrap();
        fs::write(&file, &whole[..whole.len() - 5]).unwrap();
        write_outcome(&open, "b", &outcome(2)).unwrap();
        write_outcome(&open, "c", &outcome(3)).unwrap();
        let expected = BTreeMap::from([("b".to_owned(), outcome(2)), ("c".to_owned(), outcome(3))]);
        assert_eq!(read_outcomes(&file), expected);
    }
}
