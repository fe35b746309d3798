//! What can go wrong with a journal.

/// What, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct JournalError {
    /// For people.
    pub message: String,
}

impl JournalError {
    pub(super) fn not_built() -> Self {
        Self { message: "not built".to_owned() }
    }
}
