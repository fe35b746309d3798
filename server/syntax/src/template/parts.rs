//! What each word and sign of an expression is to a reader.

use super::lexer::{Token, TokenKind, lex_region};
use super::paths::is_keyword;
use crate::span::Span;

/// What a piece of an expression is. Names of paths are none: [`super::Template::references`] has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// A word of the language: `and`, `if`, `true`, and the first word of a statement.
    Keyword,
    /// A sign between values.
    Operator,
    /// A number.
    Number,
    /// A quoted text, with its quotes.
    Text,
    /// The name of a filter, a test or a function.
    Function,
}

/// The pieces of the expression in `region` of `text`, in order. `statement`: it stands between `{%` and `%}`.
pub fn parts(text: &str, region: Span, statement: bool) -> Vec<(Span, Part)> {
    let (tokens, _faults) = lex_region(text, region);
    let part = |(at, token): (usize, &Token<'_>)| Some((token.span, part(&tokens, at, token, statement)?));
    tokens.iter().enumerate().filter_map(part).collect()
}

fn part(tokens: &[Token<'_>], at: usize, token: &Token<'_>, statement: bool) -> Option<Part> {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    match token.kind {
        TokenKind::Number => Some(Part::Number),
        TokenKind::Text { .. } => Some(Part::Text),
        TokenKind::Pipe | TokenKind::Assign => Some(Part::Operator),
        TokenKind::Operator if !matches!(token.text, "," | ":") => Some(Part::Operator),
        TokenKind::Name if before.is_some_and(|before| before.kind == TokenKind::Dot) => None,
        TokenKind::Name if is_keyword(token.text) || (statement && at == 0) => Some(Part::Keyword),
        TokenKind::Name if names_function(before, tokens.get(at + 1)) => Some(Part::Function),
        _ => None,
    }
}

fn names_function(before: Option<&Token<'_>>, after: Option<&Token<'_>>) -> bool {
    before.is_some_and(|before| before.kind == TokenKind::Pipe || before.text == "is")
        || after.is_some_and(|after| after.text == "(")
}
