//! Where the files of a workspace's runs stand.
//!
//! ```text
//! .divisi/.gitignore            *
//! .divisi/runs/RUN/             the journal and the lock of its owner
//!   host.log                    what the host has to say
//!   traces.json                 how much of its trace was sent; made where any is
//!   blobs/DIGEST                large texts
//!   outcomes.jsonl              how attempts ended, written by the guard before anybody is told
//!   outputs/NODE.ATTEMPT/       $DIVISI_OUTPUT_DIR of an attempt
//!   outputs/spare/N/            the same, of an attempt of a node that declares no outputs; lent to one after the other
//!   attempts/NODE.ATTEMPT/      what else an attempt needs or leaves; made when there is something
//!     inputs/                   values too large for a variable
//!     log, stdout               what it printed, masked
//!     stream.jsonl              an agent's stream, masked
//!     before.json               its `file` outputs before it began
//!     origin.json               what its copy of the workspace was made from
//!     merge/                    what comes back from the copy: the intent, and the new files
//!     changes.patch             what it had changed in a copy that is gone, where it did not succeed
//!   worktrees/NODE.ATTEMPT/     its copy of the workspace
//! .divisi/removed/RUN/          a run that is being removed: whoever finds one goes on with that
//! ```
//!
//! Making a folder or a file costs as much as starting a process on some disks, so an attempt makes one at the most: its
//! outputs, where it declares any.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The state folder under a workspace's root.
pub const STATE_FOLDER: &str = ".divisi";

/// Longest part of a node's path that stands in a folder's name.
const NAME_LIMIT: usize = 60;

/// An agent's stream as it came, masked, in the folder of its attempt.
pub(crate) const STREAM_FILE: &str = "stream.jsonl";

/// The folder that holds all runs of a workspace.
pub fn runs_folder(root: &Path) -> PathBuf {
    root.join(STATE_FOLDER).join("runs")
}

/// Where runs are moved to be removed, so that none is ever there in part.
pub(crate) fn removed_folder(root: &Path) -> PathBuf {
    root.join(STATE_FOLDER).join("removed")
}

/// The folder of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// The run whose files stand in `path`.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the host has to say.
    pub fn host_log(&self) -> PathBuf {
        self.path.join("host.log")
    }

    /// How much of its trace was sent.
    pub fn traces(&self) -> PathBuf {
        self.path.join("traces.json")
    }

    /// Large texts.
    pub fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }

    /// Folders that attempts without declared outputs take turns with. No attempt's own folder has this name, which
    /// would begin with its node's index.
    pub fn spare_outputs(&self) -> PathBuf {
        self.path.join("outputs").join("spare")
    }

    /// How attempts ended.
    pub fn outcomes(&self) -> PathBuf {
        self.path.join("outcomes.jsonl")
    }

    /// Copies of the workspace.
    pub fn worktrees(&self) -> PathBuf {
        self.path.join("worktrees")
    }

    /// Holds nothing that outlives what is done at the moment.
    pub fn scratch(&self) -> PathBuf {
        self.path.join("scratch")
    }

    /// An attempt's copy of the workspace.
    pub fn worktree(&self, attempt: &AttemptFolder) -> PathBuf {
        self.worktrees().join(attempt.path.file_name().unwrap_or_default())
    }

    /// The folder of the attempt whose copy of the workspace has this name.
    pub fn attempt_of_worktree(&self, name: &str) -> AttemptFolder {
        AttemptFolder {
            path: self.path.join("attempts").join(name),
            outputs: self.path.join("outputs").join(name),
        }
    }

    /// The folder of an attempt. `node`: index in the plan; `path`: the node's, of which as much as is harmless in a
    /// file name stands in it for people.
    pub fn attempt(&self, node: usize, path: &str, attempt: u32) -> AttemptFolder {
        let harmless = path.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' });
        let name: String = harmless.take(NAME_LIMIT).collect();
        let name = format!("{node}-{name}.{attempt}");
        AttemptFolder {
            path: self.path.join("attempts").join(&name),
            outputs: self.path.join("outputs").join(name),
        }
    }

    /// Marks every process of this run, whatever becomes of its family; the same for every host.
    pub fn token(&self) -> String {
        let digest = blake3::hash(self.path.as_os_str().as_encoded_bytes()).to_hex();
        let run = self.path.file_name().unwrap_or_default().to_string_lossy();
        format!("{run}-{}/", digest.get(..16).unwrap_or_default())
    }
}

/// The folders of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFolder {
    path: PathBuf,
    outputs: PathBuf,
}

impl AttemptFolder {
    /// What it needs or leaves beside its outputs.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `$DIVISI_OUTPUT_DIR`.
    pub fn outputs(&self) -> &Path {
        &self.outputs
    }

    /// Values too large for a variable.
    pub fn inputs(&self) -> PathBuf {
        self.path.join("inputs")
    }

    /// Both streams, as they came.
    pub fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// An agent's stream as it came.
    pub fn stream(&self) -> PathBuf {
        self.path.join(STREAM_FILE)
    }

    /// The beginning of standard output.
    pub fn stdout(&self) -> PathBuf {
        self.path.join("stdout")
    }

    /// The `file` outputs before the attempt.
    pub fn before(&self) -> PathBuf {
        self.path.join("before.json")
    }

    /// What its copy of the workspace was made from.
    pub fn origin(&self) -> PathBuf {
        self.path.join("origin.json")
    }

    /// What it had changed in a copy that is gone.
    pub fn patch(&self) -> PathBuf {
        self.path.join("changes.patch")
    }

    /// Makes the folder itself.
    ///
    /// # Errors
    /// What the file system says.
    pub fn make(&self) -> io::Result<()> {
        fs::create_dir_all(&self.path)
    }

    /// Makes an empty output folder of its own.
    ///
    /// # Errors
    /// What the file system says.
    pub fn make_outputs(&self) -> io::Result<()> {
        match fs::create_dir(&self.outputs) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(&self.outputs),
            made => made,
        }
    }

    /// Removes what an attempt of the same number left: its start was never journaled.
    ///
    /// # Errors
    /// What the file system says.
    pub fn clear(&self) -> io::Result<()> {
        for folder in [&self.outputs, &self.path] {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
