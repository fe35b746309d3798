//! What is known of the last run of each DAG that is over.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use divisi_engine::client::{RunSummary, Runs};
use divisi_engine::view::RunView;
use divisi_ide::Durations;
use tracing::debug;

/// By the file of the DAG.
pub(crate) type LastRuns = BTreeMap<PathBuf, Arc<LastRun>>;

/// The last run of a DAG.
#[derive(Debug)]
pub(crate) struct LastRun {
    pub(crate) run: String,
    /// How long its nodes took that ran to an end.
    pub(crate) durations: Durations,
}

/// More journals are not read: nobody has that many DAGs open.
const MOST: usize = 64;

impl LastRun {
    pub(super) fn of(run: &str, view: &RunView) -> Self {
        let durations = view.nodes().filter_map(|node| Some((node.path.clone(), node.wall?)));
        Self { run: run.to_owned(), durations: durations.collect() }
    }
}

/// Reads the journal of the latest of `over`, the latest first, for each file.
pub(super) fn read(runs: &Runs, over: &[RunSummary]) -> LastRuns {
    let mut last = LastRuns::new();
    for summary in over {
        if last.len() == MOST {
            break;
        }
        if last.contains_key(&summary.file) {
            continue;
        }
        let records = match runs.events(&summary.run, 0) {
            Ok(records) => records,
            Err(error) => {
                debug!("{}: {error}", summary.run);
                continue;
            }
        };
        let mut view = RunView::default();
        records.iter().for_each(|record| view.apply(record));
        last.insert(summary.file.clone(), Arc::new(LastRun::of(&summary.run, &view)));
    }
    last
}
