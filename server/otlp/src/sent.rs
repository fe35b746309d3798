//! How much of a run's trace was sent, in a file of the run's folder: a host that takes the run over goes on from there,
//! and whoever shows the run can say that some of it is missing.

use std::fs;
use std::io;
use std::path::Path;

use divisi_engine::run_folder::RunFolder;
use serde::{Deserialize, Serialize};

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    /// Spans that ended up to this place in the journal were taken.
    pub(crate) up_to: u64,
    /// Why the latest delivery was not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
}

impl Sent {
    /// Nothing, where there is no file or it cannot be read: then spans are sent twice.
    pub(crate) fn read(run_dir: &Path) -> Self {
        let file = RunFolder::new(run_dir.to_owned()).traces();
        let sent = fs::read(file).ok().and_then(|json| serde_json::from_slice(&json).ok());
        sent.unwrap_or_default()
    }

    pub(crate) fn write(&self, run_dir: &Path) -> io::Result<()> {
        let file = RunFolder::new(run_dir.to_owned()).traces();
        let new = file.with_extension("json.new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        fs::rename(new, file)
    }
}

/// Why the trace of the run in `run_dir` is not whole at its collector, for people; none where it is, or was not to be
/// sent.
pub fn fault(run_dir: &Path) -> Option<String> {
    Sent::read(run_dir).fault
}
