//! What the client was told of the whole workspace, and at which moment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use divisi_workspace::Snapshot;

use crate::publish::View;
use crate::runs::FailedNodes;

/// Ids of the latest reports by file.
type Ids = Arc<BTreeMap<PathBuf, String>>;

/// The latest answer. Reads on the pool share it.
#[derive(Debug, Default)]
pub(crate) struct SentReports(Mutex<Option<Told>>);

/// Everything that findings depend on, and what was found.
#[derive(Debug)]
struct Told {
    snapshot: Snapshot,
    failed: Arc<FailedNodes>,
    is_scanned: bool,
    ids: Ids,
}

impl SentReports {
    /// The ids that still hold: all of the latest answer where nothing changed since, else none.
    pub(crate) fn told(&self, view: &View) -> Ids {
        let told = self.lock();
        let is_now = |told: &&Told| {
            told.snapshot.is_same(&view.snapshot)
                && Arc::ptr_eq(&told.failed, &view.failed)
                && told.is_scanned == view.is_scanned
        };
        told.as_ref().filter(is_now).map(|told| Arc::clone(&told.ids)).unwrap_or_default()
    }

    pub(crate) fn keep(&self, view: &View, ids: BTreeMap<PathBuf, String>) {
        *self.lock() = Some(Told {
            snapshot: view.snapshot.clone(),
            failed: Arc::clone(&view.failed),
            is_scanned: view.is_scanned,
            ids: Arc::new(ids),
        });
    }

    fn lock(&self) -> MutexGuard<'_, Option<Told>> {
        // It is replaced as a whole, so that a panic leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
