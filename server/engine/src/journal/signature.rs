//! The signature that tells our stored state from one that came with a repository.

use std::path::{Path, PathBuf};

use super::JournalError;

/// The key in the user's state directory.
#[derive(Debug, Clone)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// `$XDG_STATE_HOME/divisi/key`, or its like on this system.
    pub fn default_path() -> Result<PathBuf, JournalError> {
        Err(JournalError::not_built())
    }

    /// Reads the key at `path`, or makes one (mode 600) where none is.
    pub fn load_or_create(_path: &Path) -> Result<Self, JournalError> {
        Ok(Self([0; 32]))
    }
}
