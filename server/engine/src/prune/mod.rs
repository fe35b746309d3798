//! Removing the state of runs that are over, and what is left over of others.
//!
//! ```text
//! folder     one run's folder: its size, and its end
//! leftovers  what no run needs and nobody removed
//! ```

mod folder;
mod leftovers;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::client::{EngineError, RunStatus, RunSummary, Runs};
use crate::journal::{JournalError, OwnerLock};
use crate::launch::has_survivors;
use crate::run_folder::{RunFolder, removed_folder, runs_folder};
use crate::store::{ContextStore, StoreError};
use crate::worktree;
use folder::{bytes_below, remove_whole};

pub use leftovers::{HalfRemoved, KeptCopies, LeftLock, Leftovers};

/// Which runs are to go.
#[derive(Debug, Clone, Default)]
pub struct PruneWish {
    /// Only those that ended, or were heard of last, so long ago.
    pub older_than: Option<Duration>,
    /// Of each DAG so many of the latest stay.
    pub keep: usize,
    /// Only those of the DAG of this name.
    pub dag: Option<String>,
    /// Also those that lost their host before they ended, and can be resumed.
    pub orphaned: bool,
    /// Also those that keep copies of the workspace, with the copies.
    pub with_copies: bool,
    /// Only tell what would be done.
    pub dry_run: bool,
}

/// What was removed, or would be.
#[derive(Debug, Default, Serialize)]
pub struct Pruned {
    /// Runs, the latest first.
    pub removed: Vec<PrunedRun>,
    /// Runs that were chosen and stay, and why.
    pub kept: Vec<KeptRun>,
    /// What is left of runs whose removal was cut off earlier.
    pub half_removed: Vec<HalfRemoved>,
    /// Bodies in the store of results that no result needs.
    pub unused_bodies: usize,
    /// Their bytes.
    pub unused_bytes: u64,
    /// All bytes that were freed.
    pub freed_bytes: u64,
    /// What could not be read or removed.
    #[serde(skip)]
    pub faults: Vec<EngineError>,
}

/// A run that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrunedRun {
    /// Its id.
    pub run: String,
    /// Name of its DAG.
    pub dag: String,
    /// What its files took.
    pub bytes: u64,
}

/// A run that was chosen and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptRun {
    /// Its id.
    pub run: String,
    /// For people.
    pub why: String,
}

impl Runs {
    /// Removes what `wish` says of the runs that are over, and what no run needs. Never one that somebody owns, one that a
    /// run that stays goes on from, or one that keeps copies of the workspace where that is not asked for. A run leaves
    /// the list whole, and is removed then. `now` is milliseconds since the epoch.
    ///
    /// # Errors
    /// The runs cannot be listed. What happens to a single run stands in the answer.
    pub fn prune(&self, wish: &PruneWish, now: i64) -> Result<Pruned, EngineError> {
        let mut pruned = Pruned::default();
        self.finish_removals(wish, &mut pruned)?;
        let (list, faults) = self.list()?;
        pruned.faults.extend(faults);
        let chosen = chosen(&list, wish, now);
        let parents = self.parents(&list);
        // Who goes on from another is looked at before it, so that what stays keeps what it needs.
        let mut order: Vec<&RunSummary> = list.iter().collect();
        order.sort_by_key(|summary| Reverse(generation(&parents, &summary.run)));
        let mut needed: BTreeMap<&str, &str> = BTreeMap::new();
        for summary in order {
            let run = summary.run.as_str();
            let is_gone =
                chosen.contains(run) && self.prune_one(summary, needed.get(run).copied(), wish, &mut pruned);
            if let Some(parent) = parents.get(run).filter(|_| !is_gone) {
                needed.insert(parent, run);
            }
        }
        pruned.removed.sort_by(|one, other| other.run.cmp(&one.run));
        pruned.kept.sort_by(|one, other| other.run.cmp(&one.run));
        self.tidy_beside(wish, &list, &mut pruned);
        pruned.freed_bytes = pruned.unused_bytes
            + pruned.removed.iter().map(|run| run.bytes).sum::<u64>()
            + pruned.half_removed.iter().map(|half| half.bytes).sum::<u64>();
        Ok(pruned)
    }

    /// Whether the run is gone, or would be.
    fn prune_one(
        &self,
        summary: &RunSummary,
        needed_by: Option<&str>,
        wish: &PruneWish,
        pruned: &mut Pruned,
    ) -> bool {
        let run = summary.run.clone();
        match self.try_prune(summary, needed_by, wish) {
            Ok(Ok(bytes)) => {
                pruned.removed.push(PrunedRun { run, dag: summary.dag.clone(), bytes });
                true
            }
            Ok(Err(why)) => {
                pruned.kept.push(KeptRun { run, why });
                false
            }
            Err(fault) => {
                pruned.faults.push(EngineError::new(format!("the run {run} stays: {fault}")));
                false
            }
        }
    }

    /// Its bytes, or why it stays.
    fn try_prune(
        &self,
        summary: &RunSummary,
        needed_by: Option<&str>,
        wish: &PruneWish,
    ) -> Result<Result<u64, String>, EngineError> {
        if let Some(by) = needed_by {
            return Ok(Err(format!("the run {by} goes on from it")));
        }
        let folder = RunFolder::new(runs_folder(self.root()).join(&summary.run));
        let copies = folder::copies(&folder);
        if !copies.is_empty() && !wish.with_copies {
            return Ok(Err("it keeps copies of the workspace; --with-copies removes them".to_owned()));
        }
        let bytes = bytes_below(folder.path());
        if wish.dry_run {
            return Ok(Ok(bytes));
        }
        let owned = match OwnerLock::take(folder.path()) {
            Ok(lock) => lock,
            Err(JournalError::Owned { .. }) => return Ok(Err("somebody goes on with it".to_owned())),
            Err(JournalError::Missing { .. }) => return Ok(Err("somebody else removes it".to_owned())),
            Err(error) => return Err(error.into()),
        };
        // A host may have come and gone since the runs were listed.
        let state = self.state(&summary.run)?;
        if state.ended_at() != summary.ended_at {
            return Ok(Err("somebody went on with it".to_owned()));
        }
        if summary.ended_at.is_none() && has_survivors(&folder.token()) {
            return Ok(Err(format!("processes of it still run; `divisi resume {}` ends them", summary.run)));
        }
        if !copies.is_empty() {
            folder::remove_copies(state.plan(), &folder)?;
        }
        remove_whole(&folder, &removed_folder(self.root()).join(&summary.run))?;
        drop(owned);
        Ok(Ok(bytes))
    }

    /// The run that each goes on from.
    fn parents(&self, list: &[RunSummary]) -> BTreeMap<String, String> {
        let parent = |summary: &RunSummary| {
            let parent = self.plan(&summary.run).ok()?.parent?;
            Some((summary.run.clone(), parent.run))
        };
        list.iter().filter_map(parent).collect()
    }

    /// Goes on with removals that were cut off.
    fn finish_removals(&self, wish: &PruneWish, pruned: &mut Pruned) -> Result<(), EngineError> {
        pruned.half_removed = leftovers::half_removed(self.root());
        if wish.dry_run {
            return Ok(());
        }
        for half in &pruned.half_removed {
            folder::remove_all(&removed_folder(self.root()).join(&half.run))?;
        }
        Ok(())
    }

    /// What stands beside the runs: pins and bodies in the store, and copies that only git knows of.
    fn tidy_beside(&self, wish: &PruneWish, list: &[RunSummary], pruned: &mut Pruned) {
        let is_quiet = list.iter().all(|run| is_over(run) || is_without_host(run));
        if let Err(error) = self.tidy_store(wish, is_quiet, pruned) {
            pruned.faults.push(EngineError::new(error.to_string()));
        }
        if wish.dry_run {
            return;
        }
        for tree in worktree::gone(self.root(), &runs_folder(self.root())) {
            if let Err(error) = worktree::forget(self.root(), &tree) {
                pruned.faults.push(EngineError::new(format!("{}: {error}", tree.display())));
            }
        }
    }

    fn tidy_store(&self, wish: &PruneWish, is_quiet: bool, pruned: &mut Pruned) -> Result<(), StoreError> {
        if !ContextStore::is_at(self.root()) {
            return Ok(());
        }
        let mut store = ContextStore::open(self.root())?;
        if !wish.dry_run {
            store.unpin_gone()?;
        }
        if !is_quiet {
            return Ok(());
        }
        let unused = store.unused_bodies()?;
        (pruned.unused_bodies, pruned.unused_bytes) = (unused.count(), unused.bytes());
        if wish.dry_run { Ok(()) } else { unused.remove() }
    }
}

fn is_over(run: &RunSummary) -> bool {
    matches!(run.status, RunStatus::Ended(_))
}

fn is_without_host(run: &RunSummary) -> bool {
    matches!(run.status, RunStatus::Orphaned | RunStatus::Planned)
}

/// The runs that may go by the wish alone. `list`: the latest first.
fn chosen<'a>(list: &'a [RunSummary], wish: &PruneWish, now: i64) -> BTreeSet<&'a str> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chosen = BTreeSet::new();
    for run in list.iter().filter(|run| wish.dag.as_deref().is_none_or(|dag| dag == run.dag)) {
        let before = seen.entry(&run.dag).or_default();
        let is_kept = *before < wish.keep;
        *before += 1;
        let last = run.ended_at.unwrap_or(run.started_at);
        let age = Duration::from_millis(u64::try_from(now.saturating_sub(last)).unwrap_or(0));
        let is_old = wish.older_than.is_none_or(|least| age >= least);
        let may_go = is_over(run) || (wish.orphaned && is_without_host(run));
        if may_go && is_old && !is_kept {
            chosen.insert(run.run.as_str());
        }
    }
    chosen
}

/// How many runs stand before this one in the line of those that went on from each other.
fn generation(parents: &BTreeMap<String, String>, run: &str) -> usize {
    let line = std::iter::successors(parents.get(run), |parent| parents.get(*parent));
    // A ring cannot be, but a file can say so.
    line.take(parents.len()).count()
}
