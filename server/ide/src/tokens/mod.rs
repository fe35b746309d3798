//! What stands where, beyond what a grammar of YAML, JSON or Markdown can know.

mod dag;
mod mentions;
mod templates;

use divisi_syntax::Span;
use divisi_workspace::{Document, Snapshot};

use crate::parsed::Parsed;

/// A piece of text and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// Where; it may go over several lines.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// Whether it gives the name rather than uses it.
    pub declares: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// The id of a node.
    Node,
    /// The id of a phase.
    Phase,
    /// An agent's name.
    Agent,
    /// A slash command's name.
    Command,
    /// A runner's name.
    Runner,
    /// An argument of the DAG.
    Arg,
    /// An input of a node.
    Input,
    /// An output of a node.
    Output,
    /// Another name in a template: `nodes`, `item`, a field.
    Name,
    /// One of a few words that a key takes.
    Word,
    /// The braces of a template.
    Brace,
    /// `and`, `if`, `for`.
    Keyword,
    /// A sign between values.
    Operator,
    /// A filter, a test, a function.
    Function,
    /// A number in an expression.
    Number,
    /// A quoted text in an expression.
    Text,
}

/// The tokens that touch `range`, in order; none overlaps the next.
pub fn tokens(snapshot: &Snapshot, document: &Document, range: Span) -> Vec<Token> {
    let mut tokens = Vec::new();
    mentions::names(snapshot, document, &mut tokens);
    if let Some((_, dag)) = document.dag() {
        dag::names(&document.text, dag, &mut tokens);
    }
    if let Some(parsed) = Parsed::new(document, document.text.clone()) {
        templates::values(&parsed, range, &mut tokens);
    }
    tokens.retain(|token: &Token| {
        !token.span.is_empty() && token.span.start <= range.end && range.start <= token.span.end
    });
    // Of two at one place the declaration counts, then what is known from the model.
    tokens.sort_by_key(|token| (token.span.start, !token.declares, token.kind));
    let mut end = 0;
    tokens.retain(|token| {
        let is_free = token.span.start >= end;
        if is_free {
            end = token.span.end;
        }
        is_free
    });
    tokens
}

/// Without quotes around it.
fn unquoted(text: &str, span: Span) -> Span {
    let written = span.slice(text);
    let is_quoted = written.len() >= 2
        && ['"', '\''].iter().any(|quote| written.starts_with(*quote) && written.ends_with(*quote));
    if is_quoted { Span::new(span.start + 1, span.end - 1) } else { span }
}
