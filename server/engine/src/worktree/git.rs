//! The git program. It is called so that hooks, monitors and housekeeping do not run, and so that the user's index,
//! refs and configuration stay as they are.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Settings that win over all files.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.safecrlf=false",
    "core.splitIndex=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "commit.gpgSign=false",
    "advice.addEmbeddedRepo=false",
];

/// Variables of git that say where its own files are, not which repository is meant.
const KEPT: &[&str] = &["GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

/// Longest message of git that is shown.
const MESSAGE_LIMIT: usize = 500;

/// Why something about a copy or a merge could not be done; for people.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no such program.
    #[error("the program git is not there")]
    Missing,
    /// It ran, and refused.
    #[error("git {command}: {message}")]
    Refused {
        /// What it was asked.
        command: String,
        /// What it said.
        message: String,
    },
    /// It said what cannot be read.
    #[error("git {command} gave what cannot be read")]
    Unreadable {
        /// What it was asked.
        command: String,
    },
    /// A path that this program cannot name.
    #[error("{0:?} is no UTF-8, and such a path cannot be merged")]
    Path(String),
    /// The file system refused.
    #[error("{}: {error}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

impl GitError {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }
}

/// Git, in one working tree.
#[derive(Debug, Clone)]
pub(super) struct Git {
    folder: PathBuf,
    index: Option<PathBuf>,
    /// Marks its processes, so that a successor finds those of a host that was killed.
    mark: Option<(String, String)>,
}

impl Git {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), index: None, mark: None }
    }

    pub(super) fn marked(mut self, name: &str, value: &str) -> Self {
        self.mark = Some((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, in another working tree of the repository.
    pub(super) fn inside(&self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self.clone() }
    }

    /// The same, with an index of our own.
    pub(super) fn with_index(&self, index: &Path) -> Self {
        Self { index: Some(index.to_owned()), ..self.clone() }
    }

    /// What it writes to standard output.
    pub(super) fn bytes<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<Vec<u8>, GitError> {
        let output = self.output(arguments, &[])?;
        succeeded(arguments, output)
    }

    /// The same, as one line of text.
    pub(super) fn line<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<String, GitError> {
        let bytes = self.bytes(arguments)?;
        let text = String::from_utf8(bytes).map_err(|_| GitError::Unreadable { command: name(arguments) })?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// The same, with `input` as its standard input.
    pub(super) fn fed<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let output = self.output(arguments, input)?;
        succeeded(arguments, output)
    }

    /// Its output, whatever its exit status.
    pub(super) fn output<A: AsRef<OsStr>>(&self, arguments: &[A], input: &[u8]) -> Result<Output, GitError> {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GitError::Missing,
            _ => GitError::Refused { command: name(arguments), message: error.to_string() },
        })?;
        let refused =
            |error: io::Error| GitError::Refused { command: name(arguments), message: error.to_string() };
        let stdin = child.stdin.take();
        // All that is ever fed is read before anything is written, or is far smaller than a pipe.
        if let Some(mut stdin) = stdin
            && let Err(error) = stdin.write_all(input)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(refused(error));
        }
        child.wait_with_output().map_err(refused)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        for (name, _) in std::env::vars_os() {
            let is_gits = name.to_str().is_some_and(|name| name.starts_with("GIT_") && !KEPT.contains(&name));
            if is_gits {
                command.env_remove(name);
            }
        }
        // Whoever copies needs no name: what is written by us is never part of the user's history.
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "divisi").env(format!("GIT_{role}_EMAIL"), "divisi");
        }
        command
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("LC_ALL", "C");
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        if let Some((name, value)) = &self.mark {
            command.env(name, value);
        }
        command
    }
}

fn succeeded<A: AsRef<OsStr>>(arguments: &[A], output: Output) -> Result<Vec<u8>, GitError> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let message = said.trim().chars().take(MESSAGE_LIMIT).collect::<String>();
    let message = if message.is_empty() { output.status.to_string() } else { message };
    Err(GitError::Refused { command: name(arguments), message })
}

/// The command's own name.
fn name<A: AsRef<OsStr>>(arguments: &[A]) -> String {
    arguments.first().map(|first| first.as_ref().to_string_lossy().into_owned()).unwrap_or_default()
}
