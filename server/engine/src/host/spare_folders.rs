//! `$DIVISI_OUTPUT_DIR` of nodes that declare no outputs.
//!
//! Making a folder can cost more than starting a process, and such a folder nearly always stays empty. So these
//! attempts take turns with a few: one that is still empty when its attempt is over, and so all of its processes are
//! dead, is lent to the next.
//!
//! To read a folder takes five calls of the system and a large buffer; so each gets a time of change that no clock tells
//! any more, and whoever puts something into it changes that.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::run_folder::RunFolder;

/// An attempt: its node's index, and its number.
type Borrower = (usize, u32);

/// The folders that are lent out, and those that wait for a borrower.
#[derive(Debug)]
pub(super) struct SpareFolders {
    below: PathBuf,
    made: usize,
    free: Vec<PathBuf>,
    lent: BTreeMap<Borrower, PathBuf>,
}

impl SpareFolders {
    /// None yet. Those of a former host are removed: nobody knows any more whose they were.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn new(run: &RunFolder) -> io::Result<Self> {
        let below = run.spare_outputs();
        match fs::remove_dir_all(&below) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self { below, made: 0, free: Vec::new(), lent: BTreeMap::new() })
    }

    /// An empty folder for an attempt.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn lend(&mut self, borrower: Borrower) -> io::Result<PathBuf> {
        let folder = match self.free.pop() {
            Some(folder) => folder,
            None => self.make()?,
        };
        self.lent.insert(borrower, folder.clone());
        Ok(folder)
    }

    fn make(&mut self) -> io::Result<PathBuf> {
        let folder = self.below.join(self.made.to_string());
        fs::create_dir_all(&folder)?;
        mark(&folder);
        self.made += 1;
        Ok(folder)
    }

    /// The attempt is over. What it left becomes the folder `own`; where it left nothing, and where it borrowed
    /// nothing, `own` is not made.
    pub(super) fn take_back(&mut self, borrower: Borrower, own: &Path) {
        let Some(folder) = self.lent.remove(&borrower) else { return };
        if is_untouched(&folder) {
            self.free.push(folder);
        } else if is_empty(&folder) {
            mark(&folder);
            self.free.push(folder);
        } else if let Err(error) = fs::rename(&folder, own) {
            // No value is ever taken from it; whoever looks for it reads this.
            tracing::warn!("{} could not be kept as {}: {error}", folder.display(), own.display());
        }
    }
}

/// The time of change of a folder that nobody has put anything into.
fn marked_time() -> SystemTime {
    // Not the epoch, which archives give to what they hold, and of whole seconds, which every file system keeps.
    SystemTime::UNIX_EPOCH + Duration::from_secs(271_828_182)
}

/// Gives an empty folder the time by which it is known. One that does not take it is read each time.
fn mark(folder: &Path) {
    if let Err(error) = File::open(folder).and_then(|folder| folder.set_modified(marked_time())) {
        tracing::debug!("{} cannot be marked: {error}", folder.display());
    }
}

fn is_untouched(folder: &Path) -> bool {
    fs::symlink_metadata(folder)
        .is_ok_and(|now| now.is_dir() && now.modified().is_ok_and(|at| at == marked_time()))
}

/// One that was removed, or that cannot be read, is not lent again.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_folder_is_lent_again() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::new(dir.path().to_owned());
        let mut spare = SpareFolders::new(&run).unwrap();
        let own = |node| run.attempt(node, "n", 1).outputs().to_owned();
        let (first, second) = (spare.lend((0, 1)).unwrap(), spare.lend((1, 1)).unwrap());
        assert_ne!(first, second);
        spare.take_back((0, 1), &own(0));
        assert_eq!(spare.lend((2, 1)).unwrap(), first);
        assert!(!own(0).exists());

        fs::write(second.join("left"), "x").unwrap();
        spare.take_back((1, 1), &own(1));
        assert_eq!(fs::read(own(1).join("left")).unwrap(), b"x");
        let third = spare.lend((3, 1)).unwrap();
        assert!(is_empty(&third) && third != second);

        // What was put into it and taken away again leaves it empty.
        fs::write(third.join("left"), "x").unwrap();
        fs::remove_file(third.join("left")).unwrap();
        assert!(!is_untouched(&third));
        spare.take_back((3, 1), &own(3));
        assert_eq!(spare.lend((3, 1)).unwrap(), third);
        assert!(is_untouched(&third));

        fs::remove_dir(&third).unwrap();
        spare.take_back((3, 1), &own(3));
        assert!(is_empty(&spare.lend((4, 1)).unwrap()));
    }

    #[test]
    fn what_a_former_host_lent_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::new(dir.path().to_owned());
        let left = SpareFolders::new(&run).unwrap().lend((0, 1)).unwrap();
        fs::write(left.join("left"), "x").unwrap();
        assert_eq!(SpareFolders::new(&run).unwrap().lend((1, 1)).unwrap(), left);
        assert!(is_empty(&left));
    }
}
