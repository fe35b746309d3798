//! Text to tree, with exact byte spans.
//!
//! Parsing here never fails: every input gives a [`Tree`] and a list of
//! [`SyntaxError`]s. No I/O, no knowledge of what the keys mean.

pub mod change;
pub mod front_matter;
pub mod jsonc;
pub mod limits;
pub mod line_index;
pub mod scalar;
pub mod span;
pub mod strict;
pub mod template;
pub mod tree;
pub mod yaml;

pub use change::{NodesChange, Shift, TextChange, TreeChange};
pub use front_matter::{FrontMatter, front_matter};
pub use limits::Limits;
pub use line_index::{Encoding, LineIndex, Position};
pub use scalar::{Decoded, ScalarValue};
pub use span::{Span, Spanned};
pub use tree::{ErrorKind, Kind, NodeId, Style, SyntaxError, Tree};
