//! The durable record of a run: a SQLite file, a request table in it, and the lock of its owner.
//!
//! ```text
//! store      the file: schema, versions, what both sides read
//! owner      Journal: the one writer of events
//! reader     Reader: looks at a run, also while its owner writes
//! requests   the table through which others ask
//! lock       the OS lock that makes an owner the owner
//! signature  what tells our stored state from one that came with a repository
//! ```
//!
//! # Durability
//!
//! The file is in WAL mode with `synchronous=NORMAL`: a commit is in the operating system's hands and survives the
//! death of the process, and the frames' checksums make what a power cut leaves a prefix of the commits. For
//! [`Durability::Power`](crate::core::Durability::Power) the one commit runs with `synchronous=FULL`, which flushes
//! the whole WAL, everything committed before it included. [`Journal::sync`] flushes the WAL without a commit; a host
//! calls it within 50 ms of a commit that was not flushed.

mod error;
mod lock;
mod owner;
mod reader;
mod requests;
mod signature;
mod store;

pub use error::JournalError;
pub use lock::Owner;
pub(crate) use lock::OwnerLock;
pub use owner::{Flush, Journal};
pub use reader::Reader;
pub use requests::ask;
pub use signature::SigningKey;

/// Whether a host owns the run in `dir` at this moment.
pub(crate) fn is_run_owned(dir: &std::path::Path) -> bool {
    lock::is_held(dir)
}

/// The same of somebody who is not about to end.
pub(crate) fn stays_run_owned(dir: &std::path::Path) -> bool {
    lock::stays_held(dir)
}
