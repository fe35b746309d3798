//! Statements: which blocks are open, and which names they bind.

use std::collections::HashMap;

use super::Scanner;
use super::lexer::{Token, TokenKind};
use crate::span::Span;

/// An open `{% for %}`, `{% if %}` ….
#[derive(Debug)]
struct Block<'a> {
    keyword: &'a str,
    /// The tag that opens it.
    span: Span,
    names: Vec<&'a str>,
}

/// The blocks that are open, outermost first, and all names bound inside and outside of them.
#[derive(Debug, Default)]
pub(super) struct Blocks<'a> {
    open: Vec<Block<'a>>,
    /// How many open blocks (or the template itself) bind each name.
    bound: HashMap<&'a str, usize>,
    loops: usize,
}

impl<'a> Blocks<'a> {
    /// Whether `name` is bound here by the template itself.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.bound.get(name).is_some_and(|count| *count > 0) || (name == "loop" && self.loops > 0)
    }

    /// Tag and keyword of each block that is still open.
    pub(super) fn unclosed(&self) -> Vec<(Span, &'a str)> {
        self.open.iter().map(|block| (block.span, block.keyword)).collect()
    }

    fn enter(&mut self, keyword: &'a str, span: Span) {
        self.loops += usize::from(keyword == "for");
        self.open.push(Block { keyword, span, names: Vec::new() });
    }

    fn bind(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            *self.bound.entry(name).or_default() += 1;
            if let Some(block) = self.open.last_mut() {
                block.names.push(name);
            }
        }
    }

    /// Closes the innermost block if it has this keyword.
    fn leave(&mut self, keyword: &str) -> bool {
        let Some(block) = self.open.pop_if(|block| block.keyword == keyword) else { return false };
        self.loops -= usize::from(keyword == "for");
        for name in block.names {
            if let Some(count) = self.bound.get_mut(name) {
                *count -= 1;
            }
        }
        true
    }
}

impl<'a> Scanner<'a> {
    /// Reads a statement: its references, the names it binds, the block it opens or closes.
    pub(super) fn statement(&mut self, tokens: &[Token<'a>], span: Span) {
        let Some((keyword, rest)) = tokens.split_first() else { return };
        match keyword.text {
            "for" => self.for_statement(rest, span),
            "set" => self.set_statement(rest, span),
            "with" => {
                self.references(rest);
                self.blocks.enter(keyword.text, span);
                self.blocks.bind(assigned_names(rest));
            }
            "macro" => {
                self.blocks.bind(rest.first().map(|name| name.text));
                self.blocks.enter(keyword.text, span);
                self.blocks.bind(names(rest));
            }
            "filter" | "block" => {
                // Its first name is a filter's or a block's.
                self.references(rest.get(1..).unwrap_or_default());
                self.blocks.enter(keyword.text, span);
            }
            "if" | "call" | "autoescape" => {
                self.references(rest);
                self.blocks.enter(keyword.text, span);
            }
            "elif" | "else" | "do" | "include" | "extends" | "break" | "continue" => self.references(rest),
            "import" | "from" => self.blocks.bind(names(rest)),
            text => self.end_statement(text, keyword.span),
        }
    }

    fn end_statement(&mut self, text: &str, span: Span) {
        const BLOCKS: [&str; 9] =
            ["for", "if", "with", "macro", "call", "filter", "set", "block", "autoescape"];
        match text.strip_prefix("end") {
            Some(keyword) if self.blocks.leave(keyword) => {}
            Some(keyword) if BLOCKS.contains(&keyword) => {
                self.error(span, format!("no `{{% {keyword} %}}` is open here that this could end"));
            }
            _ => self
                .error(span, format!("there is no statement `{text}`; for plain text write `{{% raw %}}`")),
        }
    }

    /// `for TARGETS in EXPRESSION [if CONDITION]`: only the condition sees the targets.
    fn for_statement(&mut self, tokens: &[Token<'a>], span: Span) {
        let is =
            |word: &'static str| move |token: &Token<'_>| token.kind == TokenKind::Name && token.text == word;
        let targets_end = tokens.iter().position(is("in")).unwrap_or(tokens.len());
        let (targets, rest) = tokens.split_at(targets_end);
        let condition = top_level(rest).find(|(_, token)| is("if")(token)).map_or(rest.len(), |(at, _)| at);
        let (list, condition) = rest.split_at(condition);
        self.references(list);
        self.blocks.enter("for", span);
        self.blocks.bind(names(targets));
        self.references(condition);
    }

    /// `set TARGETS = EXPRESSION`, or `set NAME` with its value up to `endset`.
    fn set_statement(&mut self, tokens: &[Token<'a>], span: Span) {
        let assign = tokens.iter().position(|token| token.kind == TokenKind::Assign);
        let (targets, value) = tokens.split_at(assign.unwrap_or(tokens.len()));
        self.references(value);
        self.blocks.bind(names(targets).take(if assign.is_some() { usize::MAX } else { 1 }));
        if assign.is_none() {
            self.blocks.enter("set", span);
        }
    }
}

/// The names among the tokens that are no attribute.
fn names<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'a str> + 't {
    let is_attribute = |at: usize| {
        at.checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_some_and(|token| token.kind == TokenKind::Dot)
    };
    let is_name = move |at: usize, token: &Token<'_>| token.kind == TokenKind::Name && !is_attribute(at);
    tokens.iter().enumerate().filter(move |(at, token)| is_name(*at, token)).map(|(_, token)| token.text)
}

/// The names that stand before a `=`.
fn assigned_names<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'a str> + 't {
    tokens.windows(2).filter_map(|pair| match pair {
        [name, assign] if name.kind == TokenKind::Name && assign.kind == TokenKind::Assign => Some(name.text),
        _ => None,
    })
}

/// The tokens outside of all brackets, with their index.
fn top_level<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = (usize, &'t Token<'a>)> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter(move |(_, token)| {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}
