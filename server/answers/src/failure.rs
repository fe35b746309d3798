//! Why a command could not do what it was asked: always exit status 2.

use std::fmt;
use std::path::Path;

use divisi_engine::client::EngineError;

/// What went wrong and where, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// What, and where.
    pub message: String,
    /// What to do; each is a line of its own.
    pub help: Vec<String>,
}

impl Failure {
    /// A failure without advice yet.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// Message and advice on one line.
    pub fn in_full(&self) -> String {
        self.help.iter().fold(self.message.clone(), |text, help| format!("{text}; {help}"))
    }

    /// A file or folder that could not be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Self {
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
