//! Which workspace folders the user trusts.
//!
//! Kept outside of every repository, so that none can trust itself. What lies
//! below a trusted folder is not trusted with it: it may come from elsewhere.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::places::Places;

/// The list of trusted folders: one file, read at each question and replaced as a whole at each change.
#[derive(Debug, Clone)]
pub struct TrustStore {
    file: PathBuf,
}

/// What the file holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Trusted {
    /// By the folder's real path.
    folders: BTreeMap<PathBuf, TrustedFolder>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct TrustedFolder {
    /// Digest of each DAG file at the time the user trusted it, by its real path; for [`TrustMode::File`].
    ///
    /// [`TrustMode::File`]: crate::settings::TrustMode::File
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<PathBuf, String>,
}

impl TrustStore {
    /// The store in the user's state folder.
    ///
    /// # Errors
    /// There is no such folder: neither `HOME` nor `XDG_STATE_HOME` is set.
    pub fn of_user(places: &Places) -> io::Result<Self> {
        let state = places.state.as_ref().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "there is no place to keep trust: set HOME or XDG_STATE_HOME",
            )
        })?;
        Ok(Self::at(state.join("trust.json")))
    }

    /// The store in `file`.
    pub fn at(file: PathBuf) -> Self {
        Self { file }
    }

    /// Whether the folder `root` itself is trusted.
    ///
    /// # Errors
    /// `root` does not exist, or the list cannot be read or understood.
    pub fn is_trusted(&self, root: &Path) -> io::Result<bool> {
        Ok(self.read()?.folders.contains_key(&fs::canonicalize(root)?))
    }

    /// The trusted folders, sorted; some may be gone.
    ///
    /// # Errors
    /// The list cannot be read or understood.
    pub fn folders(&self) -> io::Result<Vec<PathBuf>> {
        Ok(self.read()?.folders.into_keys().collect())
    }

    /// Trusts the folder `root`, for good.
    ///
    /// # Errors
    /// `root` does not exist, or the list cannot be read or written.
    pub fn trust(&self, root: &Path) -> io::Result<()> {
        let root = fs::canonicalize(root)?;
        self.change(|trusted| {
            trusted.folders.entry(root).or_default();
        })
    }

    /// Takes trust in `root` back, with that in its files.
    ///
    /// # Errors
    /// The list cannot be read or written.
    pub fn revoke(&self, root: &Path) -> io::Result<()> {
        // A folder that is gone can still be on the list.
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        self.change(|trusted| {
            trusted.folders.remove(&root);
        })
    }

    /// Whether `root` is trusted and the DAG file `file` has the bytes it had when it was trusted.
    ///
    /// # Errors
    /// `root` or `file` cannot be read, or the list cannot.
    pub fn is_file_trusted(&self, root: &Path, file: &Path) -> io::Result<bool> {
        let trusted = self.read()?;
        let Some(folder) = trusted.folders.get(&fs::canonicalize(root)?) else { return Ok(false) };
        let known = folder.files.get(&fs::canonicalize(file)?);
        Ok(known.is_some_and(|known| digest(file).is_ok_and(|digest| digest == *known)))
    }

    /// Trusts `root`, and the DAG file `file` as it is now.
    ///
    /// # Errors
    /// `root` or `file` cannot be read, or the list cannot be read or written.
    pub fn trust_file(&self, root: &Path, file: &Path) -> io::Result<()> {
        let root = fs::canonicalize(root)?;
        let digest = digest(file)?;
        let file = fs::canonicalize(file)?;
        self.change(|trusted| {
            trusted.folders.entry(root).or_default().files.insert(file, digest);
        })
    }

    fn read(&self) -> io::Result<Trusted> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Trusted::default()),
            Err(error) => return Err(error),
        };
        serde_json::from_str(&text).map_err(|error| {
            let message = format!("{} is damaged ({error}); remove it to trust anew", self.file.display());
            io::Error::new(io::ErrorKind::InvalidData, message)
        })
    }

    /// Replaces the file in one step, readable by its owner only. Of two changes at the same moment the later one
    /// wins; what the other one granted is asked for again.
    fn change(&self, change: impl FnOnce(&mut Trusted)) -> io::Result<()> {
        let mut trusted = self.read()?;
        change(&mut trusted);
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // Temporary files are made with mode 600, and keep it.
        let mut next = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut next, &trusted)?;
        next.write_all(b"\n")?;
        next.as_file().sync_all()?;
        next.persist(&self.file)?;
        Ok(())
    }
}

fn digest(file: &Path) -> io::Result<String> {
    Ok(blake3::hash(&fs::read(file)?).to_hex().to_string())
}
