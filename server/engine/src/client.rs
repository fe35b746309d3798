//! What the command line and the language server use: start a run, list runs, follow one, ask something of it.
//! Everything goes through files under `.divisi/`; nothing here needs the host to answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use divisi_workspace::{Document, Snapshot};
use serde::Serialize;
use serde_json::Value;

pub use crate::core::status::RunStatus;
use crate::event::{EventRecord, Request, Verdict};
use crate::plan::StoredPlan;

/// Why something could not be done: what, where, what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// For people.
    pub message: String,
    /// Places in the DAG file that cause it.
    pub places: Vec<(divisi_syntax::Span, String)>,
}

/// What a user asks for when starting a run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// `--arg k=v`, as given; typed by the DAG's declarations.
    pub args: Vec<(String, String)>,
    /// Arguments from an editor, as JSON.
    pub json_args: serde_json::Map<String, Value>,
    /// `--max-parallel`.
    pub max_parallel: Option<u32>,
    /// `--to ID`: this node and its ancestors only.
    pub to: Option<String>,
}

/// Binds, resolves and freezes the DAG of `document`. Refuses findings of severity error, keys that a run cannot
/// perform yet (named with their place), and unbound arguments.
pub fn plan(
    _snapshot: &Snapshot,
    _document: &Arc<Document>,
    _options: &RunOptions,
) -> Result<StoredPlan, EngineError> {
    Err(EngineError { message: "not built".to_owned(), places: Vec::new() })
}

/// The runs of one workspace: the folder `.divisi/` under its root.
#[derive(Debug, Clone)]
pub struct Runs {
    root: PathBuf,
}

/// What is known of a run at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// Its id: sorts by time.
    pub run: String,
    /// Name of its DAG.
    pub dag: String,
    /// The DAG's file.
    pub file: PathBuf,
    /// Milliseconds since the epoch.
    pub started_at: i64,
    /// Milliseconds since the epoch; none while it goes on.
    pub ended_at: Option<i64>,
    /// Where it stands.
    pub status: RunStatus,
    /// Nodes that are over.
    pub done: usize,
    /// Nodes that do work.
    pub nodes: usize,
    /// Nodes that failed.
    pub failed: usize,
}

impl Runs {
    /// The runs of the workspace at `root`. Refuses a `.divisi/` that is a symlink, another user's, or tracked by git.
    pub fn open(root: &Path) -> Result<Self, EngineError> {
        Ok(Self { root: root.to_owned() })
    }

    /// The workspace's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Stores a plan as a new run; its id.
    pub fn create(&self, _plan: &StoredPlan) -> Result<String, EngineError> {
        Err(EngineError { message: "not built".to_owned(), places: Vec::new() })
    }

    /// Starts `divisi host RUN` in a session of its own. `divisi` is the program to run (the current executable).
    /// Returns when the host holds the run's lock.
    pub fn start_host(&self, _run: &str, _divisi: &Path) -> Result<(), EngineError> {
        Ok(())
    }

    /// All runs, the latest first. A run that cannot be read is left out of the list and named in the second part.
    pub fn list(&self) -> Result<(Vec<RunSummary>, Vec<EngineError>), EngineError> {
        Ok((Vec::new(), Vec::new()))
    }

    /// One run at a glance; `run` may be a unique prefix.
    pub fn summary(&self, _run: &str) -> Result<RunSummary, EngineError> {
        Err(EngineError { message: "not built".to_owned(), places: Vec::new() })
    }

    /// Its plan.
    pub fn plan(&self, _run: &str) -> Result<StoredPlan, EngineError> {
        Err(EngineError { message: "not built".to_owned(), places: Vec::new() })
    }

    /// Events after `seq`, in order. Cheap to poll.
    pub fn events(&self, _run: &str, _after: u64) -> Result<Vec<EventRecord>, EngineError> {
        Ok(Vec::new())
    }

    /// Asks; the host takes it in within 200 ms. An error where the run is over or nobody owns it.
    pub fn ask(&self, _run: &str, _request: Request) -> Result<(), EngineError> {
        Ok(())
    }

    /// Makes an unfinished run ready for a new host: what failed, was cancelled, skipped or blocked is pending again.
    pub fn prepare_resume(&self, _run: &str) -> Result<(), EngineError> {
        Ok(())
    }

    /// The captured output of a node's attempt (the latest where none is given), for people.
    pub fn log(&self, _run: &str, _node: &str, _attempt: Option<u32>) -> Result<Vec<u8>, EngineError> {
        Ok(Vec::new())
    }

    /// How long to wait between two looks at a live journal.
    pub const POLL: Duration = Duration::from_millis(50);
}
