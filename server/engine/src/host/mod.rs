//! The host: the one process that owns a run.
//!
//! It drives the pure core: what the core decides is committed first, done second, told by the journal. It lives in a
//! session of its own, so that closing an editor or a terminal leaves the run going.

mod copies;
mod judge;
mod librarian;
mod prepare;
mod spare_folders;
mod sweep;
mod tenure;
mod timers;
mod world;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::core::{Fault, PlanFault};
use crate::event::Verdict;
use crate::journal::JournalError;
use crate::run_folder::RunFolder;

pub use prepare::Workshop;
use tenure::TenureEnd;
pub(crate) use tenure::now_ms;

/// How many guards in a row may die before the host gives up.
const GUARDS: u32 = 3;

/// What the host writes to its standard output once it owns the run and has journaled that.
pub const READY: &str = "ready";

/// Why a host ended without an end of its run. The run is resumable.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The journal could not be taken or written.
    #[error("the journal: {0}")]
    Journal(#[from] JournalError),
    /// The journal does not fit the plan.
    #[error("the journal cannot be replayed: {0}")]
    Replay(#[from] Fault),
    /// The plan is not sound.
    #[error("the stored plan: {0}")]
    Plan(#[from] PlanFault),
    /// The system refused something.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody removed or moved the run's folder.
    #[error("the folder of this run is gone, and with it all that could be said of it")]
    FolderGone,
    /// Guards die as fast as they are started.
    #[error("the guard process died {GUARDS} times in a row; `divisi resume` tries again")]
    GuardsDie,
    /// Processes of a former host could not be killed.
    #[error("processes of an earlier host of this run cannot be killed: {0:?}")]
    Survivors(Vec<u32>),
}

impl HostError {
    fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { what, error }
    }
}

/// Owns the run in `dir` until it is over: the body of `divisi host DIR`. The program that runs now is executed again
/// as the guard, by `divisi guard`.
///
/// Writes [`READY`] to standard output once it owns the run; its log goes to where `tracing` sends it.
///
/// # Errors
/// The run is owned by another host, its files cannot be read or written, or guards keep dying.
pub fn host_main(dir: &Path) -> Result<Verdict, HostError> {
    let divisi = std::env::current_exe().map_err(HostError::system("the path of this program"))?;
    leave_session();
    adopt_orphans();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(HostError::system("the event loop"))?;
    let folder = RunFolder::new(absolute(dir)?);
    let mut deaths = 0;
    let mut announce = Some(announce_ready as fn());
    loop {
        match runtime.block_on(tenure::serve(&folder, &divisi, announce.take()))? {
            TenureEnd::Over(verdict) => return Ok(verdict),
            TenureEnd::GuardDied { did_something: true } => deaths = 1,
            TenureEnd::GuardDied { did_something: false } => deaths += 1,
        }
        tracing::warn!("the guard died; the run is taken over anew");
        if deaths >= GUARDS {
            return Err(HostError::GuardsDie);
        }
    }
}

fn absolute(dir: &Path) -> Result<PathBuf, HostError> {
    dir.canonicalize().map_err(HostError::system("the run's folder"))
}

/// A session of its own: no terminal's signals. It fails where this process leads a group already, which a host that
/// is started by hand in a terminal does; then the terminal keeps its power over it.
fn leave_session() {
    let _ = rustix::process::setsid();
}

/// If the guard is killed, what it guarded becomes ours and can be found.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        tracing::warn!("orphans of a killed guard are found by their token only: {error}");
    }
}

/// Whoever started the host may have gone already: nobody needs to hear it.
fn announce_ready() {
    let mut output = io::stdout();
    let _ = writeln!(output, "{READY}").and_then(|()| output.flush());
}
