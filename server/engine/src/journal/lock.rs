//! The OS lock that makes an owner the owner. It dies with its holder and is never a matter of age. The handle is
//! close-on-exec, so no child keeps it.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use super::JournalError;

/// Name of the lock's file in a run's folder.
const FILE: &str = "lock";

/// Somebody who asks whether the run is owned holds the lock for an instant; an owner tries again for as long as no
/// such look can take.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// The process that owns a run, as it journaled itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Its number.
    pub pid: u32,
    /// Since when, in milliseconds since the epoch.
    pub since: i64,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "process {}", self.pid)?;
        let Ok(since) = jiff::Timestamp::from_millisecond(self.since) else { return Ok(()) };
        let since = since.to_zoned(jiff::tz::TimeZone::system());
        write!(formatter, ", since {}", since.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    /// Takes the lock of the run in `dir`. A run that was removed while somebody waited for its lock is not there.
    pub(crate) fn take(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(FILE);
        let file = open(&path).map_err(JournalError::io(&path))?;
        for attempt in 1..=TRIES {
            match file.try_lock() {
                Ok(()) if is_still_at(&file, &path) => return Ok(Self { _file: file }),
                Ok(()) => return Err(JournalError::Missing { dir: dir.to_owned() }),
                Err(TryLockError::WouldBlock) if attempt < TRIES => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(source)) => return Err(JournalError::Io { path, source }),
            }
        }
        Err(JournalError::Owned { dir: dir.to_owned(), owner: None })
    }
}

/// Whether somebody holds the lock at this moment.
pub(super) fn is_held(dir: &Path) -> bool {
    match File::open(dir.join(FILE)) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Whether somebody goes on holding the lock. A child that a host was about to start when it was killed holds it until it
/// executes its program.
pub(super) fn stays_held(dir: &Path) -> bool {
    (0..TRIES).all(|_| {
        let is_held = is_held(dir);
        if is_held {
            std::thread::sleep(PAUSE);
        }
        is_held
    })
}

/// Whether the open file still stands at this path.
fn is_still_at(file: &File, path: &Path) -> bool {
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let (opened, found) = (file.metadata().map(place), std::fs::metadata(path).map(place));
    matches!((opened, found), (Ok(opened), Ok(found)) if opened == found)
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_removed_meanwhile_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        std::fs::create_dir(&run).unwrap();
        let file = open(&run.join(FILE)).unwrap();
        assert!(is_still_at(&file, &run.join(FILE)));
        std::fs::rename(&run, folder.path().join("removed")).unwrap();
        assert!(!is_still_at(&file, &run.join(FILE)));
        std::fs::create_dir(&run).unwrap();
        let _another = open(&run.join(FILE)).unwrap();
        assert!(!is_still_at(&file, &run.join(FILE)), "another file of the same name");
    }
}
