//! What a document consists of, as a tree of names.

mod dag;
mod markdown;

use std::sync::Arc;

use divisi_syntax::Span;
use divisi_workspace::{Class, Document};

/// One name of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called; never empty.
    pub name: String,
    /// What it does, in a few words.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// Its name; inside [`Symbol::span`].
    pub name_span: Span,
    /// What stands inside of it, in the order of the file.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// A DAG.
    Dag,
    /// An agent.
    Agent,
    /// A slash command.
    Command,
    /// A skill.
    Skill,
    /// A named group of nodes.
    Phase,
    /// A node of a DAG.
    Node,
    /// An argument of a DAG.
    Arg,
    /// A key of a front matter.
    Key,
    /// A heading of a Markdown text.
    Heading,
}

/// The outline of a document, in the order of the file; empty where it is not ours.
///
/// What stands in a symbol in the file stands below it here, since editors look for the symbol at a place from the
/// outermost inwards. So nodes are below their phase only where the file writes them there.
pub fn outline(document: &Arc<Document>) -> Vec<Symbol> {
    match document.class {
        Class::DagYaml | Class::DagJson | Class::Dialect(_) => dag::symbol(document).into_iter().collect(),
        Class::Agent | Class::Command | Class::Skill | Class::Prose => markdown::symbols(document),
        Class::None => Vec::new(),
    }
}
