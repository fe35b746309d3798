//! The merge: what an attempt made on its copy comes into the workspace, wholly or not at all.
//!
//! First everything is decided and staged, then the intent is written down, then the new files are put beside the places
//! they belong to, then they are renamed. Whoever finds the intent after a crash completes it; whoever finds none starts
//! anew, since nothing of the workspace was touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::changes::{Entry, changes};
use super::copy::{Copies, CopyJob, origin, read_json, write_json};
use super::found::Found;
use super::git::GitError;
use super::lock::TreeLock;
use super::snapshot::snapshot;
use super::three_way::three_way;
use crate::run_folder::AttemptFolder;

/// How often a merge starts anew because somebody wrote into the workspace meanwhile.
const TRIES: u32 = 5;

/// The file that says that a merge is complete.
const DONE: &str = "merged.json";

/// How many paths a message names.
const NAMED: usize = 10;

/// What a merge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merge {
    /// The workspace holds what the copy held.
    Done,
    /// It does not: the reasons, for people.
    Refused(Vec<String>),
}

/// Points between which a host may die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The copy's tree is written.
    Result,
    /// It is decided what to write.
    Decided,
    /// All new files are staged.
    Staged,
    /// The intent is on the disk.
    Intended,
    /// One new file stands beside its place.
    Placed,
    /// One path is done.
    Applied,
    /// All paths are done and nobody has noted it.
    Complete,
}

/// What a merge is about to do.
#[derive(Debug, Serialize, Deserialize)]
struct Intent {
    paths: BTreeMap<String, Intended>,
}

/// One path of it.
#[derive(Debug, Serialize, Deserialize)]
struct Intended {
    before: Found,
    after: Found,
}

/// What a merge finds of the workspace before it touches anything.
enum Prepared {
    Intent(Intent),
    Refused(Vec<String>),
}

/// The files of one merge.
struct Desk<'a> {
    top: &'a Path,
    folder: PathBuf,
    name: String,
}

impl Desk<'_> {
    fn staging(&self) -> PathBuf {
        self.folder.join("staging")
    }

    fn intent(&self) -> PathBuf {
        self.folder.join("intent.json")
    }

    /// Says that the intent was carried out.
    fn done(&self) -> PathBuf {
        self.folder.join(DONE)
    }

    /// Where a new file waits beside its place: one name for each attempt and path, so that a successor finds it.
    fn beside(&self, path: &str) -> PathBuf {
        let target = self.top.join(path);
        let tag = blake3::hash(format!("{}\0{path}", self.name).as_bytes()).to_hex();
        target.with_file_name(format!(".divisi-{}.tmp", tag.get(..16).unwrap_or_default()))
    }
}

impl Copies {
    /// Brings what the attempt of `job` made on its copy into the workspace; a second call does what the first left
    /// undone. `watch` is called after each step; where it fails the merge breaks off as if the host had died.
    ///
    /// # Errors
    /// What git or the file system says, or `watch`. Nothing is half done but for a failure of the file system while
    /// files are renamed; then the intent is kept.
    pub fn merge(
        &self,
        job: &CopyJob,
        watch: &dyn Fn(Step) -> Result<(), GitError>,
    ) -> Result<Merge, GitError> {
        let _lock = TreeLock::take(&self.git)?;
        let desk =
            Desk { top: &self.repository.top, folder: merge_folder(&job.folder), name: job.name.clone() };
        if desk.done().exists() {
            return Ok(Merge::Done);
        }
        for _ in 0..TRIES {
            let (intent, is_found) = match read_json(&desk.intent())? {
                Some(intent) => (intent, true),
                None => match self.prepare(job, &desk, watch)? {
                    Prepared::Intent(intent) => (intent, false),
                    Prepared::Refused(reasons) => return Ok(Merge::Refused(reasons)),
                },
            };
            let changed = desk.changed_meanwhile(&intent)?;
            if changed.is_empty() || is_found && desk.is_begun(&intent)? {
                return desk.carry_out(&intent, &changed, watch);
            }
            // Somebody wrote there since it was decided, and nothing is touched yet: it is decided again.
            fs::remove_file(desk.intent()).map_err(GitError::file(&desk.intent()))?;
        }
        Ok(Merge::Refused(vec!["the workspace changes faster than it can be merged".to_owned()]))
    }

    /// Decides, stages, and writes the intent down.
    fn prepare(
        &self,
        job: &CopyJob,
        desk: &Desk<'_>,
        watch: &dyn Fn(Step) -> Result<(), GitError>,
    ) -> Result<Prepared, GitError> {
        let Some(origin) = origin(&job.folder)? else {
            return Ok(Prepared::Refused(vec!["it is not known what the copy was made from".to_owned()]));
        };
        let copy = self.git.inside(&job.path);
        let result = snapshot(&copy, &self.scratch, &self.existing(&job.forced, &job.path))?;
        watch(Step::Result)?;
        let mut theirs = changes(&self.git, &origin.base, &result)?;
        theirs.retain(|path, _| !origin.extras.iter().any(|extra| Path::new(path).starts_with(extra)));
        // Looked at before the snapshot: whatever is written later shows as a difference to this.
        let mut before = BTreeMap::new();
        for path in theirs.keys() {
            before.insert(path.clone(), desk.found(path)?);
        }
        let now = snapshot(&self.git, &self.scratch, &self.existing(&job.forced, &self.repository.top))?;
        let ours = changes(&self.git, &origin.base, &now)?;
        let outcome = three_way(&self.git, &self.scratch, &theirs, &ours)?;
        let mut reasons = outcome.conflicts;
        let is_ours = |path: &String| match ours.get(path) {
            Some(change) => change.after.is_some(),
            None => theirs.get(path).is_some_and(|change| change.before.is_some()),
        };
        reasons.extend(desk.in_the_way(&outcome.writes, &before, &is_ours)?);
        watch(Step::Decided)?;
        if !reasons.is_empty() {
            return Ok(Prepared::Refused(reasons));
        }
        self.stage(desk, &outcome.writes)?;
        watch(Step::Staged)?;
        let mut paths = BTreeMap::new();
        for (path, entry) in &outcome.writes {
            let staged = desk.staging().join(path);
            let after = match entry {
                Some(_) => Found::at(&staged).map_err(GitError::file(&staged))?,
                None => Found::Nothing,
            };
            let before = before.remove(path).unwrap_or(Found::Nothing);
            paths.insert(path.clone(), Intended { before, after });
        }
        let intent = Intent { paths };
        write_json(&desk.folder, &desk.intent(), &intent)?;
        watch(Step::Intended)?;
        Ok(Prepared::Intent(intent))
    }

    /// Writes the new files as they will stand in the workspace, line ends and filters applied, to a folder of ours.
    fn stage(&self, desk: &Desk<'_>, writes: &BTreeMap<String, Option<Entry>>) -> Result<(), GitError> {
        let staging = desk.staging();
        match fs::remove_dir_all(&staging) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(GitError::file(&staging)(error));
            }
            _ => fs::create_dir_all(&staging).map_err(GitError::file(&staging))?,
        }
        let mut entries = Vec::new();
        for (path, entry) in writes {
            if let Some(Entry { mode, object }) = entry {
                entries.extend_from_slice(format!("{mode} {object}\t{path}\0").as_bytes());
            }
        }
        fs::create_dir_all(&self.scratch).map_err(GitError::file(&self.scratch))?;
        let index = self.scratch.join("staging-index");
        let _ = fs::remove_file(&index);
        let git = self.git.with_index(&index);
        git.fed(&["update-index", "-z", "--index-info"], &entries)?;
        let prefix = format!("--prefix={}/", staging.display());
        git.bytes(&["checkout-index", "--all", "--force", &prefix])?;
        for (path, _) in writes.iter().filter(|(_, entry)| entry.is_some()) {
            let staged = staging.join(path);
            if !fs::symlink_metadata(&staged).map_err(GitError::file(&staged))?.is_symlink() {
                File::open(&staged).and_then(|file| file.sync_all()).map_err(GitError::file(&staged))?;
            }
        }
        Ok(())
    }
}

impl Desk<'_> {
    fn found(&self, path: &str) -> Result<Found, GitError> {
        let path = self.top.join(path);
        Found::at(&path).map_err(GitError::file(&path))
    }

    /// What stands where something is to be written and is no part of what was compared: ignored files, folders, links on
    /// the way.
    fn in_the_way(
        &self,
        writes: &BTreeMap<String, Option<Entry>>,
        before: &BTreeMap<String, Found>,
        is_ours: &dyn Fn(&String) -> bool,
    ) -> Result<Vec<String>, GitError> {
        let goes =
            |path: &Path| path.to_str().is_some_and(|path| writes.get(path).is_some_and(Option::is_none));
        let mut reasons = Vec::new();
        for (path, _) in writes.iter().filter(|(_, entry)| entry.is_some()) {
            let on_the_way = Path::new(path).ancestors().skip(1);
            let mut on_the_way = on_the_way.filter(|folder| !folder.as_os_str().is_empty());
            let blocked = on_the_way.find(|folder| {
                let metadata = fs::symlink_metadata(self.top.join(folder));
                metadata.is_ok_and(|metadata| !metadata.is_dir()) && !goes(folder)
            });
            match (blocked, before.get(path)) {
                (Some(folder), _) => reasons.push(format!("{path} ({} is no folder)", folder.display())),
                (None, Some(Found::Other)) if !self.only_holds(Path::new(path), &goes)? => {
                    reasons.push(format!("{path} (a folder stands there)"));
                }
                (None, Some(Found::File { .. } | Found::Link { .. })) if !is_ours(path) => {
                    reasons.push(format!("{path} (a file that git ignores stands there)"));
                }
                _ => {}
            }
        }
        Ok(reasons)
    }

    /// Whether `path` is a folder in which everything goes.
    fn only_holds(&self, path: &Path, goes: &dyn Fn(&Path) -> bool) -> Result<bool, GitError> {
        let mut next = vec![path.to_owned()];
        while let Some(path) = next.pop() {
            let here = self.top.join(&path);
            if !fs::symlink_metadata(&here).map_err(GitError::file(&here))?.is_dir() {
                if !goes(&path) {
                    return Ok(false);
                }
                continue;
            }
            for entry in fs::read_dir(&here).map_err(GitError::file(&here))? {
                next.push(path.join(entry.map_err(GitError::file(&here))?.file_name()));
            }
        }
        Ok(true)
    }

    /// Paths that hold neither what they held when it was decided nor what they are to hold.
    fn changed_meanwhile(&self, intent: &Intent) -> Result<BTreeSet<String>, GitError> {
        let mut changed = BTreeSet::new();
        for (path, intended) in &intent.paths {
            let now = self.found(path)?;
            if now != intended.before && now != intended.after && !self.gives_way(path, intent, &now) {
                changed.insert(path.clone());
            }
        }
        Ok(changed)
    }

    /// A folder that takes the place of a file that goes, or a file in one that went, is the merge's own doing.
    fn gives_way(&self, path: &str, intent: &Intent, now: &Found) -> bool {
        let goes = intent.paths.get(path).is_some_and(|intended| intended.after == Found::Nothing);
        let below = format!("{path}/");
        match now {
            Found::Other => goes && intent.paths.keys().any(|other| other.starts_with(&below)),
            Found::Nothing => intent.paths.keys().any(|other| other.starts_with(&below)),
            _ => false,
        }
    }

    /// Whether some path already holds what it is to hold and did not before: a former host got that far.
    fn is_begun(&self, intent: &Intent) -> Result<bool, GitError> {
        for (path, intended) in &intent.paths {
            if intended.before != intended.after && self.found(path)? == intended.after {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does what is intended, but for the paths that somebody changed meanwhile: their work is left alone.
    fn carry_out(
        &self,
        intent: &Intent,
        changed: &BTreeSet<String>,
        watch: &dyn Fn(Step) -> Result<(), GitError>,
    ) -> Result<Merge, GitError> {
        let todo: Vec<(&String, &Intended)> =
            intent.paths.iter().filter(|(path, _)| !changed.contains(*path)).collect();
        let (goes, comes): (Vec<_>, Vec<_>) =
            todo.into_iter().partition(|(_, intended)| intended.after == Found::Nothing);
        let mut removed_early = BTreeSet::new();
        for (path, _) in &comes {
            // A file that goes may stand where a folder has to be.
            for (old, _) in &goes {
                if path.starts_with(&format!("{old}/")) && removed_early.insert(*old) {
                    self.remove(old)?;
                }
            }
            if self.found(path)? != intent.paths[*path].after {
                self.place(path)?;
            }
            watch(Step::Placed)?;
        }
        for (path, _) in &goes {
            if !removed_early.contains(*path) {
                self.remove(path)?;
            }
            watch(Step::Applied)?;
        }
        for (path, intended) in &comes {
            if self.found(path)? != intended.after {
                let target = self.top.join(path);
                fs::rename(self.beside(path), &target).map_err(GitError::file(&target))?;
            }
            watch(Step::Applied)?;
        }
        for path in intent.paths.keys() {
            // A former host may have left one that is not needed any more.
            let _ = fs::remove_file(self.beside(path));
        }
        watch(Step::Complete)?;
        if !changed.is_empty() {
            let left = changed.iter().map(|path| format!("{path} (changed while the merge was broken off)"));
            return Ok(Merge::Refused(left.collect()));
        }
        fs::rename(self.intent(), self.done()).map_err(GitError::file(&self.done()))?;
        // The staged files are no longer needed; if they stay they do no harm.
        let _ = fs::remove_dir_all(self.staging());
        Ok(Merge::Done)
    }

    /// Puts a new file beside its place.
    fn place(&self, path: &str) -> Result<(), GitError> {
        let (staged, beside, target) = (self.staging().join(path), self.beside(path), self.top.join(path));
        let put = || {
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            match fs::remove_file(&beside) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let metadata = fs::symlink_metadata(&staged)?;
            if metadata.is_symlink() {
                return std::os::unix::fs::symlink(fs::read_link(&staged)?, &beside);
            }
            fs::copy(&staged, &beside)?;
            fs::set_permissions(&beside, permissions(&target, metadata.permissions().mode()))?;
            File::open(&beside)?.sync_all()
        };
        put().map_err(GitError::file(&beside))
    }

    /// Removes a file, and the folders that are empty without it.
    fn remove(&self, path: &str) -> Result<(), GitError> {
        let target = self.top.join(path);
        match fs::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_dir() => return Ok(()),
            Ok(_) => fs::remove_file(&target).map_err(GitError::file(&target))?,
            Err(_) => {}
        }
        let folders = Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
        for folder in folders {
            if fs::remove_dir(self.top.join(folder)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

/// The rights of the file that is replaced, where there is one, may it be executed or not as the new one says.
fn permissions(replaced: &Path, staged: u32) -> fs::Permissions {
    let old = fs::symlink_metadata(replaced).ok().filter(fs::Metadata::is_file);
    let mode = old.map_or(staged, |old| {
        let old = old.permissions().mode();
        let readable = old & 0o444;
        if staged & 0o100 != 0 { old | readable >> 2 } else { old & !0o111 }
    });
    fs::Permissions::from_mode(mode)
}

/// Whether what an attempt made on its copy is in the workspace.
pub(super) fn is_merged(folder: &AttemptFolder) -> bool {
    merge_folder(folder).join(DONE).exists()
}

fn merge_folder(folder: &AttemptFolder) -> PathBuf {
    folder.path().join("merge")
}

impl Merge {
    /// Why a merge was refused, in one line for people.
    pub fn explain(reasons: &[String], copy: &Path) -> String {
        let named: Vec<&str> = reasons.iter().take(NAMED).map(String::as_str).collect();
        let more = match reasons.len().saturating_sub(NAMED) {
            0 => String::new(),
            count => format!(" and {count} more"),
        };
        format!(
            "what it made could not be merged: {}{more}; its copy of the workspace is kept in {}",
            named.join(", "),
            copy.display()
        )
    }
}
