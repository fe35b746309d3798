//! Editor features as pure functions over a snapshot: byte offsets in, plain data out. Nothing here knows the
//! protocol.

mod completion;
mod hover;

pub use completion::{Completion, CompletionKind, complete};
pub use hover::{Hover, hover};
