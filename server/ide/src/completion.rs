//! Completion.

use std::sync::Arc;

use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// The name of an agent.
    Agent,
    /// The id of a node.
    Node,
    /// A key of the format.
    Key,
    /// One of the values that a key takes.
    Value,
    /// A name that a template can use.
    Variable,
    /// An output of a node.
    Output,
    /// A text with stops to fill in.
    Snippet,
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown in the list.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// One short line beside the label.
    pub detail: Option<String>,
    /// A few words at the right edge: where it comes from, why it stands last.
    pub note: Option<String>,
    /// Explanation, in Markdown.
    pub documentation: Option<String>,
    /// What of the text it replaces; on one line, and the cursor stands in it.
    pub replace: Span,
    /// What is put there.
    pub insert: String,
    /// Whether `insert` holds stops (`$1`, `${2:name}`, `$0`).
    pub snippet: bool,
    /// Proposals are shown in the order of this text.
    pub sort: String,
    /// What the typed text is compared with, where it is not the label.
    pub filter: Option<String>,
}

/// What could be written at `offset`, the best first. Works in unfinished text, too.
pub fn complete(_snapshot: &Snapshot, _document: &Arc<Document>, _offset: u32) -> Vec<Completion> {
    Vec::new()
}
