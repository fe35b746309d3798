//! What runs share with each other: locks, the places of runners, the files of a worktree (ENGINE, section 7).
//!
//! One table in the user's state directory says who holds what and who waits. It is never believed by its age: a claim
//! counts for as long as the host that made it holds the OS lock of its run, so that it dies with its holder.
//!
//! ```text
//! place      the worktree and the repository around a workspace
//! want       what a claim asks for, and what can be had together
//! table      the claims of all runs
//! ancestry   the nodes inside which this process runs
//! ```

mod ancestry;
mod place;
mod table;
mod want;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::event::Holder;
use crate::plan::{LockScope, PlanNode, PlanWork, StoredPlan};

pub(crate) use ancestry::{ANCESTORS_VARIABLE, Ancestry};
use place::Place;
use table::{Answer, Claim, Table};
use want::{Mode, Want};

/// Something that somebody else has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Withheld {
    /// `the lock db`; or why it cannot be known.
    pub(crate) what: String,
    /// Who has it.
    pub(crate) by: Option<Holder>,
}

/// What one host holds, and may come to hold, outside of its run.
#[derive(Debug)]
pub(crate) struct Outside {
    table: PathBuf,
    /// Opened when it is needed first.
    open: Option<Table>,
    run: String,
    /// The run's folder, whose lock this host holds.
    owner: PathBuf,
    ancestry: Ancestry,
    /// Where the run's workspace lies. To find that the file system is asked a dozen times, and it does not move.
    place: Place,
    has_worktree: bool,
    /// Nodes that hold something.
    holders: BTreeSet<usize>,
}

impl Outside {
    /// For the host that owns the run in `owner`, and runs it in `workspace`. What a former host of this run held is
    /// given back.
    pub(crate) fn new(table: PathBuf, run: &str, owner: &Path, workspace: &Path, ancestry: Ancestry) -> Self {
        let mut outside = Self {
            table,
            open: None,
            run: run.to_owned(),
            owner: owner.to_owned(),
            ancestry,
            place: Place::of(workspace),
            has_worktree: false,
            holders: BTreeSet::new(),
        };
        if outside.table.exists() {
            outside.end();
        }
        outside
    }

    /// Takes everything that an attempt of `node` needs, or nothing. At the first attempt the run itself claims the
    /// files that it writes, for as long as its host lives.
    pub(crate) fn take(&mut self, plan: &StoredPlan, node: usize, now: i64) -> Result<(), Withheld> {
        if !self.has_worktree {
            self.claim(None, vec![files(plan, &self.place)], plan.concurrent, now)?;
            self.has_worktree = true;
        }
        let Some(planned) = plan.nodes.get(node) else { return Ok(()) };
        let wants = wants(plan, planned, &self.place);
        if wants.is_empty() || self.holders.contains(&node) {
            return Ok(());
        }
        self.claim(Some(planned.path.clone()), wants, false, now)?;
        self.holders.insert(node);
        Ok(())
    }

    /// Gives back what nodes hold that are not among `live`.
    pub(crate) fn keep(&mut self, plan: &StoredPlan, live: impl Fn(usize) -> bool) {
        let gone: Vec<usize> = self.holders.iter().copied().filter(|node| !live(*node)).collect();
        for node in gone {
            self.holders.remove(&node);
            let Some(planned) = plan.nodes.get(node) else { continue };
            let (owner, path) = (self.owner.clone(), planned.path.clone());
            self.on_table(|table| table.release(&owner, Some(&path)));
        }
    }

    /// Gives everything back.
    pub(crate) fn end(&mut self) {
        self.holders.clear();
        self.has_worktree = false;
        let owner = self.owner.clone();
        self.on_table(|table| table.release(&owner, None));
    }

    fn claim(
        &mut self,
        node: Option<String>,
        wants: Vec<Want>,
        at_any_rate: bool,
        now: i64,
    ) -> Result<(), Withheld> {
        let claim = Claim {
            owner: self.owner.clone(),
            run: self.run.clone(),
            node,
            pid: std::process::id(),
            since: now,
            wants,
        };
        let ancestry = self.ancestry.clone();
        let table = self.table().map_err(|error| unknown(&error))?;
        let answer = match at_any_rate {
            true => table.take(&claim).map(|()| Answer::Taken),
            false => table.claim(&claim, &ancestry, now),
        };
        match answer.map_err(|error| unknown(&error))? {
            Answer::Taken => Ok(()),
            Answer::Withheld { what, by } => Err(Withheld { what, by: Some(by) }),
        }
    }

    fn table(&mut self) -> rusqlite::Result<&mut Table> {
        let table = match self.open.take() {
            Some(open) => open,
            None => Table::open(&self.table)?,
        };
        Ok(self.open.insert(table))
    }

    /// What cannot be given back now dies with this process.
    fn on_table(&mut self, what: impl FnOnce(&mut Table) -> rusqlite::Result<()>) {
        let done = self.table().and_then(what);
        if let Err(error) = done {
            tracing::warn!(%error, "the table of locks could not be written");
        }
    }
}

fn unknown(error: &rusqlite::Error) -> Withheld {
    Withheld { what: format!("the table of locks, which cannot be used: {error}"), by: None }
}

/// Where the table stands: in the user's state directory.
pub(crate) fn table_path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("divisi").join("locks.db"))
}

/// What processes hold whose host is gone: the run's folder, and each thing for people.
///
/// # Errors
/// The table cannot be read; text for people.
pub(crate) fn left_behind() -> Result<Vec<(PathBuf, String)>, String> {
    let Some(path) = table_path().filter(|path| path.exists()) else { return Ok(Vec::new()) };
    let claims = Table::open(&path).and_then(|mut table| table.left_behind());
    let claims = claims.map_err(|error| format!("{}: {error}", path.display()))?;
    let each = claims.into_iter().flat_map(|claim| {
        let owner = claim.owner;
        claim.wants.into_iter().map(move |want| (owner.clone(), want.what))
    });
    Ok(each.collect())
}

/// Why a run that is started inside a node of another one cannot be: it would wait for what that node holds, and the
/// node for it.
///
/// # Errors
/// The first such lock, or the worktree; text for people.
pub(crate) fn refuse_what_an_ancestor_holds(plan: &StoredPlan, ancestry: &Ancestry) -> Result<(), String> {
    let Some(path) = table_path().filter(|path| !ancestry.is_empty() && path.exists()) else {
        return Ok(());
    };
    let place = Place::of(&plan.workspace);
    let held = Table::open(&path).and_then(|mut table| table.held()).map_err(|error| error.to_string())?;
    let of_ancestors: Vec<&Claim> = held.iter().filter(|claim| ancestry.made(claim)).collect();
    let mut wants: Vec<Want> = plan.nodes.iter().flat_map(|node| wants(plan, node, &place)).collect();
    if !plan.concurrent {
        wants.push(files(plan, &place));
    }
    for want in wants {
        let in_its_way = |claim: &&&Claim| claim.wants.iter().any(|other| !want.fits_beside(&[other]));
        let Some(claim) = of_ancestors.iter().find(in_its_way) else { continue };
        let holder = claim.node.as_ref().map_or_else(String::new, |node| format!(", node {node}"));
        return Err(match want.mode {
            Mode::Writes { .. } => format!(
                "this run could write to the same files as the run {}, inside which it is started; --concurrent \
                 runs it all the same",
                claim.run
            ),
            _ => format!(
                "{} is held by the run {}{holder}, inside which this run is started: it would never get it",
                want.what, claim.run
            ),
        });
    }
    Ok(())
}

fn files(plan: &StoredPlan, place: &Place) -> Want {
    let writes = plan.writes.as_ref();
    let writes = writes.map(|globs| globs.iter().map(|glob| place.in_worktree(glob)).collect());
    Want {
        key: format!("worktree {}", place.worktree.display()),
        what: "the files of this worktree".to_owned(),
        mode: Mode::Writes { globs: writes },
    }
}

fn wants(plan: &StoredPlan, node: &PlanNode, place: &Place) -> Vec<Want> {
    let locks = node.locks.iter().filter_map(|hold| {
        let lock = plan.locks.get(hold.lock)?;
        let scope = match lock.scope {
            LockScope::Workspace => place.repository.display().to_string(),
            LockScope::Machine => "machine".to_owned(),
        };
        let mode = match hold.exclusive {
            true => Mode::Exclusive,
            false => Mode::Shared { units: lock.capacity.unwrap_or(u32::MAX) },
        };
        let what = format!("the lock {}", lock.name);
        Some(Want { key: format!("lock {} {scope}", lock.name), what, mode })
    });
    let runner = match &node.work {
        PlanWork::Agent { runner, .. } => plan.runners.get(runner).and_then(|definition| {
            let units = definition.max_parallel?;
            let what = format!("a place of the runner {runner}");
            Some(Want { key: format!("runner {runner}"), what, mode: Mode::Shared { units } })
        }),
        _ => None,
    };
    locks.chain(runner).collect()
}
