//! JSONC text to tokens. Comments and stray white space are set aside on the way.

use crate::span::Span;
use crate::tree::{Kind, Style};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `{` or `[`.
    Open(Kind),
    /// `}` or `]`.
    Close(Kind),
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// A quoted text, quotes included in its span; it ends at its line's end where the quote is missing.
    Text(Style),
    /// A number, a literal, or a text without quotes.
    Word,
    /// The end of the file.
    End,
}

/// Something that JSONC does not allow inside a token or before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: &'static str,
}

/// A token, and how its line begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
    /// Whether nothing but white space stands before it on its line.
    pub(super) first_on_line: bool,
    /// Start of the line it begins on.
    pub(super) line_start: u32,
    /// Width in bytes of the white space its line begins with.
    pub(super) indent: u32,
    /// The first fault in the token or in what was skipped before it.
    pub(super) fault: Option<Fault>,
}

/// Cuts one text into tokens.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line_start: usize,
    /// Set by the first token or comment of the line.
    indent: Option<usize>,
    pub(super) comments: Vec<Span>,
    fault: Option<Fault>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, line_start: at, indent: None, comments: Vec::new(), fault: None }
    }

    /// The next token; [`TokenKind::End`] again and again at the end.
    pub(super) fn next(&mut self) -> Token {
        self.skip_trivia();
        let start = self.at;
        let first_on_line = self.indent.is_none();
        let indent = *self.indent.get_or_insert(start - self.line_start);
        let line_start = self.line_start as u32;
        let kind = self.token_at(start);
        Token {
            kind,
            span: Span::new(start as u32, self.at as u32),
            first_on_line,
            line_start,
            indent: indent as u32,
            fault: self.fault.take(),
        }
    }

    /// Whether the next token is a colon.
    pub(super) fn before_colon(&self) -> bool {
        self.peek_token() == Some(b':')
    }

    /// Whether the next token closes a collection of this kind.
    pub(super) fn before_close(&self, kind: Kind) -> bool {
        self.peek_token() == Some(if kind == Kind::Mapping { b'}' } else { b']' })
    }

    /// Whether no token follows.
    pub(super) fn at_end(&self) -> bool {
        self.peek_token().is_none()
    }

    /// First byte of the next token.
    fn peek_token(&self) -> Option<u8> {
        let mut ahead = Lexer::new(self.text);
        ahead.at = self.at;
        ahead.skip_trivia();
        ahead.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn token_at(&mut self, start: usize) -> TokenKind {
        let Some(byte) = self.peek() else { return TokenKind::End };
        let single = match byte {
            b'{' => TokenKind::Open(Kind::Mapping),
            b'[' => TokenKind::Open(Kind::Sequence),
            b'}' => TokenKind::Close(Kind::Mapping),
            b']' => TokenKind::Close(Kind::Sequence),
            b':' => TokenKind::Colon,
            b',' => TokenKind::Comma,
            b'"' => return self.quoted(b'"', Style::DoubleQuoted),
            b'\'' => return self.quoted(b'\'', Style::SingleQuoted),
            _ => {
                self.at = start + word_length(self.rest());
                return TokenKind::Word;
            }
        };
        self.at += 1;
        single
    }

    /// A quoted text from its opening quote on.
    fn quoted(&mut self, quote: u8, style: Style) -> TokenKind {
        let start = self.at;
        if quote == b'\'' {
            self.blame(start, start + 1, "JSON writes text in double quotes");
        }
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' | b'\r' => break,
                b'\\' => self.escape(),
                _ if byte == quote => {
                    self.at += 1;
                    return TokenKind::Text(style);
                }
                _ => self.at += 1,
            }
        }
        // The comma that ends most lines is not meant as part of the text.
        let written = self.text.get(start..self.at).unwrap_or_default();
        let meant = written.trim_end().trim_end_matches(',').trim_end();
        self.at = start + meant.len().max(1);
        self.fault = None;
        self.blame(start, self.at, "this text has no closing quote");
        TokenKind::Text(style)
    }

    fn escape(&mut self) {
        let start = self.at;
        let rest = self.text.as_bytes().get(start + 1..).unwrap_or_default();
        match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => self.at += 2,
            [b'u', hex @ ..] => {
                let digits = hex.iter().take(4).take_while(|digit| digit.is_ascii_hexdigit()).count();
                self.at += 2 + digits;
                if digits < 4 {
                    self.blame(start, self.at, "`\\u` needs four hexadecimal digits");
                }
            }
            [b'\n' | b'\r', ..] | [] => self.at += 1,
            _ => {
                let escaped = self.rest().chars().nth(1).map_or(0, char::len_utf8);
                self.at += 1 + escaped;
                self.blame(start, self.at, "JSON has no such escape; a backslash itself is written `\\\\`");
            }
        }
    }

    fn skip_trivia(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' | '\r' => {
                    self.at += 1;
                    self.line_start = self.at;
                    self.indent = None;
                }
                ' ' | '\t' => self.at += 1,
                '/' if self.rest().starts_with("//") => self.line_comment(),
                '/' if self.rest().starts_with("/*") => self.block_comment(),
                '#' => {
                    self.blame(self.at, self.at + 1, "a comment starts with `//` in this format");
                    self.line_comment();
                }
                c if c.is_whitespace() || c == '\u{feff}' => {
                    let end = self.at + c.len_utf8();
                    self.blame(self.at, end, "this only looks like a space; replace it by a plain one");
                    self.at = end;
                }
                _ => return,
            }
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.indent.get_or_insert(start - self.line_start);
        let rest = self.rest();
        self.at += memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        self.comments.push(Span::new(start as u32, self.at as u32));
    }

    fn block_comment(&mut self) {
        let start = self.at;
        self.indent.get_or_insert(start - self.line_start);
        let inside = self.text.get(start + 2..).unwrap_or_default();
        match inside.find("*/") {
            Some(length) => self.at = start + 2 + length + 2,
            None => {
                self.at = self.text.len();
                self.blame(start, start + 2, "this comment is never closed by `*/`");
            }
        }
        let comment = self.text.get(start..self.at).unwrap_or_default();
        if let Some(line_end) = memchr::memrchr2(b'\n', b'\r', comment.as_bytes()) {
            self.line_start = start + line_end + 1;
            self.indent = None;
        }
        self.comments.push(Span::new(start as u32, self.at as u32));
    }

    fn blame(&mut self, start: usize, end: usize, message: &'static str) {
        self.fault.get_or_insert(Fault { span: Span::new(start as u32, end as u32), message });
    }
}

/// Length of the word at the start of `rest`; at least one character.
fn word_length(rest: &str) -> usize {
    let mut previous = None;
    for (at, c) in rest.char_indices() {
        let ends = c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '"' | '\'');
        if ends && at > 0 {
            return at;
        }
        if previous == Some('/') && matches!(c, '/' | '*') && at > 1 {
            return at - 1;
        }
        previous = Some(c);
    }
    rest.len()
}
