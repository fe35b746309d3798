//! The list of trusted folders in the user's state folder: one absolute path a line.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, base_strategy::Xdg};

/// The folders that one user trusts.
pub(crate) struct Store {
    file: PathBuf,
}

impl Store {
    /// The user's own: `$XDG_STATE_HOME/divisi/trusted`.
    ///
    /// # Errors
    /// Where there is no home folder.
    pub(crate) fn of_user() -> io::Result<Self> {
        let folders = Xdg::new().map_err(|_| {
            io::Error::other("there is no home folder to keep trust in: set HOME or XDG_STATE_HOME")
        })?;
        let state = folders.state_dir().unwrap_or_else(|| folders.home_dir().join(".local/state"));
        Ok(Self { file: state.join("divisi/trusted") })
    }

    /// All trusted folders.
    ///
    /// # Errors
    /// Where the list is there and cannot be read; then nothing is trusted.
    pub(crate) fn folders(&self) -> io::Result<BTreeSet<PathBuf>> {
        match fs::read_to_string(&self.file) {
            Ok(text) => Ok(text.lines().filter(|line| !line.is_empty()).map(PathBuf::from).collect()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(self.naming_the_file("read", &error)),
        }
    }

    /// Whether exactly this folder is trusted.
    ///
    /// # Errors
    /// As [`Store::folders`].
    pub(crate) fn is_trusted(&self, root: &Path) -> io::Result<bool> {
        Ok(self.folders()?.contains(root))
    }

    /// Adds a folder.
    ///
    /// # Errors
    /// Where its name is no line of UTF-8, or the list cannot be written.
    pub(crate) fn trust(&self, root: &Path) -> io::Result<()> {
        if root.to_str().is_none_or(|text| text.contains('\n')) {
            return Err(io::Error::other(format!("{} has a name that cannot be recorded", root.display())));
        }
        let mut folders = self.folders()?;
        if !folders.insert(root.to_owned()) {
            return Ok(());
        }
        self.save(&folders)
    }

    /// Takes a folder out; whether it was there.
    ///
    /// # Errors
    /// Where the list cannot be read or written.
    pub(crate) fn revoke(&self, root: &Path) -> io::Result<bool> {
        let mut folders = self.folders()?;
        let was_there = folders.remove(root);
        if was_there {
            self.save(&folders)?;
        }
        Ok(was_there)
    }

    /// Writes beside and renames: a reader sees the old list or the new one.
    fn save(&self, folders: &BTreeSet<PathBuf>) -> io::Result<()> {
        let text: String = folders.iter().map(|folder| format!("{}\n", folder.display())).collect();
        let beside = self.file.with_extension("new");
        let write = || {
            if let Some(folder) = self.file.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = fs::File::create(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &self.file)
        };
        write().map_err(|error| self.naming_the_file("written", &error))
    }

    fn naming_the_file(&self, done: &str, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{} cannot be {done}: {error}", self.file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_for_one_folder_and_can_be_taken_back() {
        let state = tempfile::tempdir().expect("a folder");
        let store = Store { file: state.path().join("divisi/trusted") };
        let (root, below) = (Path::new("/w/a"), Path::new("/w/a/vendor"));
        assert!(!store.is_trusted(root).expect("no list yet"));
        store.trust(root).expect("the list can be written");
        assert!(store.is_trusted(root).expect("a list"));
        assert!(!store.is_trusted(below).expect("a list"), "what lies below may come from elsewhere");
        assert!(store.revoke(root).expect("a list"));
        assert!(!store.revoke(root).expect("a list"));
        assert!(!store.is_trusted(root).expect("a list"));
    }

    #[test]
    fn a_name_with_a_line_break_cannot_smuggle_in_another_folder() {
        let state = tempfile::tempdir().expect("a folder");
        let store = Store { file: state.path().join("trusted") };
        store.trust(Path::new("/w/a\n/etc")).expect_err("refused");
        assert!(store.folders().expect("no list").is_empty());
    }
}
