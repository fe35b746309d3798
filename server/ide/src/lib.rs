//! Editor features as pure functions over a snapshot: byte offsets in, plain data out. Nothing here knows the
//! protocol.

mod card;
mod completion;
mod cursor;
mod expression;
mod graph;
mod hover;
mod parsed;

pub use completion::{Completion, CompletionKind, complete};
pub use hover::{Hover, hover};
