//! Tokens as the protocol packs them: each relative to the one before.

use divisi_ide::{Token, TokenKind};
use divisi_syntax::Span;
use divisi_workspace::Document;
use tower_lsp_server::gen_lsp_types as lsp;

use crate::client::Client;

/// Types of tokens, all of them the protocol's own; a token names its type by the place in this list.
const TYPES: &[lsp::SemanticTokenTypes] = &[
    lsp::SemanticTokenTypes::Function,
    lsp::SemanticTokenTypes::Namespace,
    lsp::SemanticTokenTypes::Class,
    lsp::SemanticTokenTypes::Macro,
    lsp::SemanticTokenTypes::Type,
    lsp::SemanticTokenTypes::Parameter,
    lsp::SemanticTokenTypes::Variable,
    lsp::SemanticTokenTypes::Property,
    lsp::SemanticTokenTypes::EnumMember,
    lsp::SemanticTokenTypes::Keyword,
    lsp::SemanticTokenTypes::Operator,
    lsp::SemanticTokenTypes::Method,
    lsp::SemanticTokenTypes::Number,
    lsp::SemanticTokenTypes::String,
];

const DECLARATION: u32 = 1;

pub(crate) fn legend() -> lsp::SemanticTokensLegend {
    lsp::SemanticTokensLegend {
        token_types: TYPES.iter().map(|kind| kind.as_str().to_owned()).collect(),
        token_modifiers: vec![lsp::SemanticTokenModifiers::Declaration.as_str().to_owned()],
    }
}

const fn kind(kind: TokenKind) -> lsp::SemanticTokenTypes {
    match kind {
        TokenKind::Node => lsp::SemanticTokenTypes::Function,
        TokenKind::Phase => lsp::SemanticTokenTypes::Namespace,
        TokenKind::Agent => lsp::SemanticTokenTypes::Class,
        TokenKind::Command => lsp::SemanticTokenTypes::Macro,
        TokenKind::Runner => lsp::SemanticTokenTypes::Type,
        TokenKind::Arg => lsp::SemanticTokenTypes::Parameter,
        TokenKind::Input | TokenKind::Name => lsp::SemanticTokenTypes::Variable,
        TokenKind::Output => lsp::SemanticTokenTypes::Property,
        TokenKind::Word => lsp::SemanticTokenTypes::EnumMember,
        TokenKind::Brace | TokenKind::Keyword => lsp::SemanticTokenTypes::Keyword,
        TokenKind::Operator => lsp::SemanticTokenTypes::Operator,
        TokenKind::Function => lsp::SemanticTokenTypes::Method,
        TokenKind::Number => lsp::SemanticTokenTypes::Number,
        TokenKind::Text => lsp::SemanticTokenTypes::String,
    }
}

/// `tokens` in order, none over another. One over several lines is cut where the client cannot take it.
pub(crate) fn semantic_tokens(
    tokens: &[Token],
    document: &Document,
    client: &Client,
) -> Vec<lsp::SemanticToken> {
    let mut packed = Packed { document, client, last: lsp::Position::default(), tokens: Vec::new() };
    for token in tokens {
        if client.multiline_tokens {
            packed.push(token.span, token);
        } else {
            lines(token.span, &document.text).for_each(|line| packed.push(line, token));
        }
    }
    packed.tokens
}

/// The part of `span` on each of its lines, without the white space around it.
fn lines(span: Span, text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut start = span.start;
    span.slice(text).split_inclusive(['\n', '\r']).map(move |line| {
        let here = start + (line.len() - line.trim_start().len()) as u32;
        start += line.len() as u32;
        Span::new(here, here + line.trim().len() as u32)
    })
}

struct Packed<'a> {
    document: &'a Document,
    client: &'a Client,
    last: lsp::Position,
    tokens: Vec<lsp::SemanticToken>,
}

impl Packed<'_> {
    fn push(&mut self, span: Span, token: &Token) {
        let kind = kind(token.kind);
        let Some(token_type) = TYPES.iter().position(|known| *known == kind).filter(|_| !span.is_empty())
        else {
            return;
        };
        let start = super::range(self.document, Span::at(span.start), self.client.encoding).start;
        let same_line = start.line == self.last.line;
        self.tokens.push(lsp::SemanticToken {
            delta_line: start.line - self.last.line,
            delta_start: if same_line { start.character - self.last.character } else { start.character },
            length: self.client.encoding.units(span.slice(&self.document.text)),
            token_type: token_type as u32,
            token_modifiers_bitset: if token.declares { DECLARATION } else { 0 },
        });
        self.last = start;
    }
}
