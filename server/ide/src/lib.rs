//! Editor features as pure functions over a snapshot: byte offsets in, plain data out. Nothing here knows the
//! protocol.

mod call_hierarchy;
mod card;
mod completion;
mod cursor;
mod definition;
mod document_links;
mod expression;
mod folding;
mod graph;
mod highlight;
mod hints;
mod hover;
mod lenses;
mod linked_editing;
mod markdown;
mod outline;
mod parsed;
mod references;
mod scope;
mod selection;
mod tokens;
mod workspace_symbols;

pub use call_hierarchy::{Call, CallItem, incoming_calls, outgoing_calls, prepare_calls};
pub use completion::{Completion, CompletionKind, Documentation, complete};
pub use definition::{Definition, definition};
pub use document_links::{DocumentLink, document_links};
pub use folding::{Fold, folds};
pub use highlight::{Highlight, highlight};
pub use hints::{Durations, Hint, hints};
pub use hover::{Hover, hover};
pub use lenses::{Lens, LensAction, lenses, uses};
pub use linked_editing::linked_editing;
pub use outline::{Symbol, SymbolKind, outline};
pub use references::references;
pub use selection::selection;
pub use tokens::{Token, TokenKind, tokens};
pub use workspace_symbols::{WorkspaceSymbol, workspace_symbols};
