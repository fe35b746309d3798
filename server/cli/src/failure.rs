//! Why a command could not do what it was asked: always exit status 2.

use std::fmt;
use std::path::Path;

use divisi_engine::client::EngineError;

/// What went wrong and where, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What, and where.
    pub(crate) message: String,
    /// What to do; each is a line of its own.
    pub(crate) help: Vec<String>,
}

impl Failure {
    /// A failure without advice yet.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    /// Adds a line of advice.
    #[must_use]
    pub(crate) fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// A file or folder that could not be read.
    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("{} cannot be read: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::new(error.message)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
