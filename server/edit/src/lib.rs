//! Changes to files, as plain data: what would be written where. Nothing here touches the disk; whoever asked (the
//! command line, an editor) carries the change out.

pub mod change;
pub mod convert;
pub mod fix;
pub mod format;
pub mod import;
pub mod refactor;
pub mod rename;

pub use change::{Change, FileEdit, Step, apply};
