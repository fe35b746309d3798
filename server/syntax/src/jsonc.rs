//! The tolerant JSONC parser: JSON with comments and trailing commas.
//!
//! Brackets say where a collection ends. Where they do not match, the text is
//! read a second time and the indentation has its say, too: a line that stands
//! where an outer collection has its members belongs to that collection, and
//! whatever is unfinished inside ends before it.

mod lexer;

use std::sync::Arc;

use crate::limits::Limits;
use crate::span::Span;
use crate::tree::{Builder, ErrorKind, Kind, Style, Tree};
use lexer::{Lexer, Token, TokenKind};

/// A fault is reported only after this many tokens without one: what follows
/// right upon a fault is mostly its consequence.
const QUIET_TOKENS: u32 = 2;

/// Parses a whole text. Never fails.
pub fn parse(text: Arc<str>, limits: Limits) -> Tree {
    if text.len() > limits.bytes {
        let mut builder = Builder::new(text, true);
        let message = format!("the file is larger than {} bytes and is not read", limits.bytes);
        builder.error(ErrorKind::Limit, Span::at(0), message);
        return builder.finish();
    }
    let by_brackets = Parser::new(&text, limits, false).run();
    if by_brackets.brackets_match {
        return by_brackets.into_tree();
    }
    Parser::new(&text, limits, true).run().into_tree()
}

/// What an open collection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A key (of a mapping) or an item (of a sequence), or the end.
    Member,
    /// The colon after a key.
    Colon,
    /// The value after a colon.
    Value,
    /// A comma, or the end.
    Comma,
}

/// An open collection.
#[derive(Debug, Clone, Copy)]
struct Frame {
    kind: Kind,
    expect: Expect,
    /// Its opening bracket.
    open: Span,
    /// Start of the line with the opening bracket.
    line_start: u32,
    /// Indentation of the line with the opening bracket.
    indent: u32,
    /// Indentation of its first member that begins a line.
    member_indent: Option<u32>,
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    builder: Builder,
    frames: Vec<Frame>,
    limits: Limits,
    follow_indentation: bool,
    brackets_match: bool,
    /// End of the last token that was used.
    previous_end: u32,
    /// Tokens since the last fault.
    calm: u32,
}

impl<'a> Parser<'a> {
    fn new(text: &'a Arc<str>, limits: Limits, follow_indentation: bool) -> Self {
        Self {
            text,
            lexer: Lexer::new(text),
            builder: Builder::new(Arc::clone(text), true),
            frames: Vec::new(),
            limits,
            follow_indentation,
            brackets_match: true,
            previous_end: 0,
            calm: QUIET_TOKENS,
        }
    }

    fn into_tree(mut self) -> Tree {
        self.builder.tree.comments = self.lexer.comments;
        self.builder.finish()
    }

    fn run(mut self) -> Self {
        loop {
            let token = self.lexer.next();
            if let Some(fault) = token.fault {
                self.fault(fault.span, fault.message);
            }
            if token.kind == TokenKind::End {
                self.close_unfinished(0);
                return self;
            }
            if self.frames.is_empty() && self.builder.tree.root().is_some() {
                self.after_root(token);
                return self;
            }
            if token.first_on_line && self.follow_indentation {
                self.close_by_indentation(token);
            }
            if !self.take(token) {
                return self;
            }
            self.calm = self.calm.saturating_add(1);
        }
    }

    /// Uses one token; false when a limit ends the reading.
    fn take(&mut self, token: Token) -> bool {
        match token.kind {
            TokenKind::Close(kind) => self.close(kind, token),
            TokenKind::Comma => self.comma(token),
            TokenKind::Colon => self.colon(token),
            TokenKind::Open(_) | TokenKind::Text(_) | TokenKind::Word => return self.content(token),
            TokenKind::End => {}
        }
        true
    }

    /// Says what is wrong, unless it is the consequence of what was just said.
    fn fault(&mut self, span: Span, message: impl Into<String>) {
        if self.calm >= QUIET_TOKENS {
            self.builder.error(ErrorKind::Syntax, span, message);
        }
        self.calm = 0;
    }

    /// Says that brackets do not match; never held back.
    fn bracket_fault(&mut self, span: Span, message: impl Into<String>) {
        self.brackets_match = false;
        self.builder.error(ErrorKind::Syntax, span, message);
        self.calm = 0;
    }

    fn set_expect(&mut self, expect: Expect) {
        if let Some(frame) = self.frames.last_mut() {
            frame.expect = expect;
        }
    }

    fn missing_value(&mut self) {
        self.builder.leaf(Kind::Scalar, Style::Plain, Span::at(self.previous_end));
    }

    fn colon(&mut self, token: Token) {
        match self.frames.last().map(|frame| (frame.kind, frame.expect)) {
            Some((Kind::Mapping, Expect::Colon)) => self.set_expect(Expect::Value),
            Some((Kind::Mapping, Expect::Member)) => {
                self.fault(token.span, "a key is missing before this colon");
                self.builder.leaf(Kind::Scalar, Style::Plain, Span::at(token.span.start));
                self.set_expect(Expect::Value);
            }
            Some((Kind::Sequence, Expect::Comma)) => {
                self.fault(token.span, "a list has no keys; write this as a mapping in braces");
                self.set_expect(Expect::Member);
            }
            _ => self.fault(token.span, "nothing here takes a colon"),
        }
        self.previous_end = token.span.end;
    }

    fn comma(&mut self, token: Token) {
        match self.frames.last().map(|frame| frame.expect) {
            None => self.fault(token.span, "nothing stands before this comma"),
            Some(Expect::Member) => self.fault(token.span, "nothing stands before this comma"),
            Some(Expect::Colon | Expect::Value) => self.finish_member(),
            Some(Expect::Comma) => {}
        }
        self.set_expect(Expect::Member);
        self.previous_end = token.span.end;
    }

    /// Gives a key without a value an empty one.
    fn finish_member(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        let end = Span::at(self.previous_end);
        match frame.expect {
            Expect::Colon => {
                self.fault(self.last_byte(end), "a colon and a value are missing after this key")
            }
            Expect::Value => self.fault(self.last_byte(end), "a value is missing after this colon"),
            Expect::Member | Expect::Comma => return,
        }
        self.missing_value();
        self.set_expect(Expect::Comma);
    }

    /// The last character before `end`: where a squiggle for something missing is seen.
    fn last_byte(&self, end: Span) -> Span {
        let before = self.text.get(..end.start as usize).unwrap_or_default();
        let width = before.chars().next_back().map_or(0, char::len_utf8) as u32;
        Span::new(end.start - width, end.start)
    }

    /// A scalar or an opening bracket: a key, a value or an item. False when a limit ends the reading.
    fn content(&mut self, token: Token) -> bool {
        self.close_list_before_key(token);
        if let Some(frame) = self.frames.last_mut()
            && token.first_on_line
            && frame.member_indent.is_none()
        {
            frame.member_indent = Some(token.indent);
        }
        self.prepare_for(token);
        match self.frames.last().map(|frame| (frame.kind, frame.expect)) {
            Some((Kind::Mapping, Expect::Member)) => self.key(token),
            _ => self.value(token),
        }
    }

    /// An unfinished list before a line `"key":` ends there.
    fn close_list_before_key(&mut self, token: Token) {
        let [.., outer, frame] = self.frames.as_slice() else { return };
        let in_list = frame.kind == Kind::Sequence && outer.kind == Kind::Mapping;
        let is_text = matches!(token.kind, TokenKind::Text(_));
        if in_list && is_text && token.first_on_line && self.lexer.before_colon() {
            self.close_unfinished(self.frames.len() - 1);
        }
    }

    /// Brings the innermost collection into a state that takes content: supplies missing commas, colons, values.
    fn prepare_for(&mut self, token: Token) {
        let Some(frame) = self.frames.last() else { return };
        let is_text = matches!(token.kind, TokenKind::Text(_));
        let expect = frame.expect;
        if matches!(expect, Expect::Colon | Expect::Value)
            && is_text
            && token.first_on_line
            && self.lexer.before_colon()
        {
            self.finish_member();
            self.set_expect(Expect::Member);
        } else if expect == Expect::Colon {
            self.fault(token.span, "a colon is missing before this value");
            self.set_expect(Expect::Value);
        } else if expect == Expect::Comma {
            self.fault(self.last_byte(Span::at(self.previous_end)), "a comma is missing after this");
            self.set_expect(Expect::Member);
        }
    }

    fn key(&mut self, token: Token) -> bool {
        let style = match token.kind {
            TokenKind::Text(style) => style,
            TokenKind::Word => {
                self.fault(token.span, "JSON writes keys in double quotes");
                Style::Plain
            }
            _ => {
                self.fault(token.span, "a key is missing before this value");
                self.builder.leaf(Kind::Scalar, Style::Plain, Span::at(token.span.start));
                self.set_expect(Expect::Value);
                return self.value(token);
            }
        };
        self.builder.leaf(Kind::Scalar, style, token.span);
        self.set_expect(Expect::Colon);
        self.previous_end = token.span.end;
        true
    }

    fn value(&mut self, token: Token) -> bool {
        if self.builder.tree.root().is_none() {
            self.builder.tree.document_spans.push(token.span);
        }
        match token.kind {
            TokenKind::Open(kind) => return self.open(kind, token),
            TokenKind::Text(style) => self.builder.leaf(Kind::Scalar, style, token.span),
            _ => self.word(token),
        };
        self.set_expect(Expect::Comma);
        self.previous_end = token.span.end;
        true
    }

    fn word(&mut self, token: Token) -> crate::tree::NodeId {
        let word = token.span.slice(self.text);
        if !is_json_word(word) {
            let message = match word {
                "True" | "TRUE" | "False" | "FALSE" | "None" | "NULL" | "Null" => {
                    "JSON writes `true`, `false` and `null` in small letters"
                }
                _ => "this is no number and no literal; JSON writes text in double quotes",
            };
            self.fault(token.span, message);
        }
        self.builder.leaf(Kind::Scalar, Style::Plain, token.span)
    }

    fn open(&mut self, kind: Kind, token: Token) -> bool {
        if self.frames.len() >= self.limits.depth as usize {
            let message = format!("nested deeper than {} levels; the rest is not read", self.limits.depth);
            self.builder.error(ErrorKind::Limit, token.span, message);
            self.close_silently(0);
            return false;
        }
        self.set_expect(Expect::Comma);
        self.builder.open(kind, Style::Flow, token.span.start);
        self.frames.push(Frame {
            kind,
            expect: Expect::Member,
            open: token.span,
            line_start: token.line_start,
            indent: token.indent,
            member_indent: None,
        });
        self.previous_end = token.span.end;
        true
    }

    fn close(&mut self, kind: Kind, token: Token) {
        let Some(level) = self.level_closed_by(kind, token) else {
            let bracket = token.span.slice(self.text);
            self.bracket_fault(token.span, format!("nothing is open here that `{bracket}` could close"));
            return;
        };
        self.close_unfinished(level + 1);
        self.finish_member();
        self.frames.pop();
        self.builder.close(token.span.end);
        self.previous_end = token.span.end;
    }

    /// Which open collection a closing bracket is meant for.
    fn level_closed_by(&self, kind: Kind, token: Token) -> Option<usize> {
        let top = self.frames.last()?;
        let fits = |frame: &Frame| frame.kind == kind;
        if !self.follow_indentation {
            return fits(top).then_some(self.frames.len() - 1);
        }
        if token.first_on_line {
            let aligned = self.frames.iter().rposition(|frame| fits(frame) && frame.indent == token.indent);
            if aligned.is_some() {
                return aligned;
            }
        }
        if fits(top) {
            let too_early = self.frames.len() == 1 && !self.lexer.at_end();
            return (!too_early).then_some(self.frames.len() - 1);
        }
        // A bracket that does not fit is one too many, unless what it would have to skip was opened on this line
        // and is not closed right behind it.
        let skips = top.line_start == token.line_start && !self.lexer.before_close(top.kind);
        skips.then(|| self.frames.iter().rposition(fits)).flatten()
    }

    /// Closes what a line's indentation shows to be unfinished.
    fn close_by_indentation(&mut self, token: Token) {
        if matches!(token.kind, TokenKind::Close(_)) {
            return;
        }
        let Some(owner) = self.frames.iter().rposition(|frame| frame.indent < token.indent) else { return };
        let belongs = self.frames.get(owner).is_some_and(|frame| frame.member_indent == Some(token.indent));
        if belongs && owner + 1 < self.frames.len() {
            self.close_unfinished(owner + 1);
        }
    }

    /// Closes all collections from `level` on, with one fault at the innermost.
    fn close_unfinished(&mut self, level: usize) {
        let Some(innermost) = self.frames.last().copied() else { return };
        let count = self.frames.len().saturating_sub(level);
        if count == 0 {
            return;
        }
        let bracket = innermost.open.slice(self.text);
        let message = match count {
            1 => format!("this `{bracket}` is never closed"),
            2 => format!("this `{bracket}` is never closed, nor is the one around it"),
            _ => format!("this `{bracket}` is never closed, nor are the {} around it", count - 1),
        };
        self.bracket_fault(innermost.open, message);
        self.close_silently(level);
    }

    fn close_silently(&mut self, level: usize) {
        while self.frames.len() > level {
            let expect = self.frames.last().map(|frame| frame.expect);
            if matches!(expect, Some(Expect::Colon | Expect::Value)) {
                self.missing_value();
            }
            self.frames.pop();
            self.builder.close(self.previous_end);
        }
    }

    /// Something follows the one value of the file: said once, then only comments are collected.
    fn after_root(&mut self, token: Token) {
        match token.kind {
            TokenKind::Close(_) => {
                self.bracket_fault(token.span, "nothing is open here that this could close")
            }
            _ => self.fault(token.span, "a file holds one value; this is behind its end"),
        }
        while self.lexer.next().kind != TokenKind::End {}
    }
}

/// Whether a word without quotes is a value of JSON.
fn is_json_word(word: &str) -> bool {
    matches!(word, "true" | "false" | "null") || is_json_number(word)
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_json_number(word: &str) -> bool {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests;
