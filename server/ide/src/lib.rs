//! Editor features as pure functions over a snapshot: byte offsets in, plain data out. Nothing here knows the
//! protocol.

mod card;
mod completion;
mod cursor;
mod expression;
mod folding;
mod graph;
mod hover;
mod markdown;
mod outline;
mod parsed;
mod selection;
mod tokens;
mod workspace_symbols;

pub use completion::{Completion, CompletionKind, complete};
pub use folding::{Fold, folds};
pub use hover::{Hover, hover};
pub use outline::{Symbol, SymbolKind, outline};
pub use selection::selection;
pub use tokens::{Token, TokenKind, tokens};
pub use workspace_symbols::{WorkspaceSymbol, workspace_symbols};
