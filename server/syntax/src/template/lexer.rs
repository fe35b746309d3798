//! Template expressions to tokens, as MiniJinja cuts them, hyphenated names aside.

use crate::span::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name, a keyword, or what stands after a dot.
    Name,
    /// A number.
    Number,
    /// A quoted text, with its quotes.
    Text {
        /// Whether its second quote is there.
        closed: bool,
    },
    /// `.`
    Dot,
    /// `|`
    Pipe,
    /// `=`, not `==`.
    Assign,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    /// Any other operator.
    Operator,
}

/// One token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
    pub(super) text: &'a str,
}

/// A fault in an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    pub(super) span: Span,
    pub(super) message: &'static str,
}

/// The tokens of a tag that ends where it should.
#[derive(Debug)]
pub(super) struct ClosedTag<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    /// End of what stands between the braces.
    pub(super) inner_end: usize,
    /// Behind the braces.
    pub(super) end: usize,
}

/// Reads the inside of a tag from `start` on up to its `closing` braces, which count only outside of texts and
/// brackets. A new tag inside, an unclosed text or a strange character is the fault of a tag that is not finished.
pub(super) fn lex_tag(text: &str, start: usize, closing: [u8; 2]) -> Result<ClosedTag<'_>, Fault> {
    let mut lexer = Lexer::new(text, start, text.len());
    loop {
        lexer.skip_space();
        let end = match lexer.rest().as_bytes() {
            [b'-' | b'+', first, second, ..] if [*first, *second] == closing => Some(lexer.at + 3),
            [first, second, ..] if [*first, *second] == closing => Some(lexer.at + 2),
            [] | [b'{', b'{' | b'%', ..] => {
                return Err(Fault { span: Span::at(lexer.at as u32), message: "" });
            }
            _ => None,
        };
        if let Some(end) = end.filter(|_| lexer.depth == 0) {
            return Ok(ClosedTag { inner_end: lexer.at, tokens: lexer.tokens, end });
        }
        if let Some(fault) = lexer.token() {
            return Err(fault);
        }
    }
}

/// Reads everything in `region`, whatever it is.
pub(super) fn lex_region(text: &str, region: Span) -> (Vec<Token<'_>>, Vec<Fault>) {
    let end = (region.end as usize).min(text.len());
    let mut lexer = Lexer::new(text, region.start as usize, end);
    let mut faults = Vec::new();
    loop {
        lexer.skip_space();
        if lexer.rest().is_empty() {
            break;
        }
        faults.extend(lexer.token());
    }
    if lexer.depth > 0 {
        faults.push(Fault { span: region, message: "a bracket in this expression is never closed" });
    }
    (lexer.tokens, faults)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    tokens: Vec<Token<'a>>,
    depth: usize,
}

/// Tokens of the usual tag: `nodes.ID.outputs.NAME`.
const USUAL_TOKENS: usize = 8;

impl<'a> Lexer<'a> {
    fn new(text: &'a str, start: usize, end: usize) -> Self {
        Self { text, at: start, end, tokens: Vec::with_capacity(USUAL_TOKENS), depth: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes one token; the fault that makes it none.
    fn token(&mut self) -> Option<Fault> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        if self.is_attribute() && is_name_char(first) {
            self.push(TokenKind::Name, attribute_length(rest, self.may_hold_hyphens()));
            return None;
        }
        match first {
            '"' | '\'' => return self.quoted(first),
            '(' | '[' | '{' => {
                self.depth += 1;
                self.push(TokenKind::Open, 1);
            }
            ')' | ']' | '}' => {
                self.push(TokenKind::Close, 1);
                let Some(depth) = self.depth.checked_sub(1) else {
                    return Some(self.fault_at_last("nothing is open here that this bracket could close"));
                };
                self.depth = depth;
            }
            '.' => self.push(TokenKind::Dot, 1),
            '|' if !rest.starts_with("||") => self.push(TokenKind::Pipe, 1),
            '0'..='9' => self.push(TokenKind::Number, number_length(rest)),
            _ if first.is_alphabetic() || first == '_' => self.push(TokenKind::Name, name_length(rest)),
            _ => return self.operator(rest, first),
        }
        None
    }

    fn operator(&mut self, rest: &str, first: char) -> Option<Fault> {
        if let Some(fault) = self.foreign_operator(rest) {
            return Some(fault);
        }
        let double = ["==", "!=", "<=", ">=", "**", "//"].iter().any(|operator| rest.starts_with(operator));
        match first {
            _ if double => self.push(TokenKind::Operator, 2),
            '=' => self.push(TokenKind::Assign, 1),
            '+' | '-' | '*' | '/' | '%' | '~' | ',' | ':' | '<' | '>' => self.push(TokenKind::Operator, 1),
            _ => {
                self.push(TokenKind::Operator, first.len_utf8());
                return Some(self.fault_at_last("this character has no meaning in an expression"));
            }
        }
        None
    }

    /// An operator of other languages, for which there is a word here.
    fn foreign_operator(&mut self, rest: &str) -> Option<Fault> {
        let (length, message) = match rest.as_bytes() {
            [b'&', b'&', ..] => (2, "`&&` means nothing here: write `and`"),
            [b'|', b'|', ..] => (2, "`||` means nothing here: write `or`"),
            [b'!', b'=', ..] => return None,
            [b'!', ..] => (1, "`!` means nothing here: write `not`"),
            _ => return None,
        };
        self.push(TokenKind::Operator, length);
        Some(self.fault_at_last(message))
    }

    fn quoted(&mut self, quote: char) -> Option<Fault> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == quote {
                self.push(TokenKind::Text { closed: true }, at + 1);
                return None;
            }
        }
        self.push(TokenKind::Text { closed: false }, rest.len());
        Some(self.fault_at_last("this text has no closing quote"))
    }

    fn fault_at_last(&self, message: &'static str) -> Fault {
        let span = self.tokens.last().map_or(Span::at(self.at as u32), |token| token.span);
        Fault { span, message }
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        let text = self.text.get(start..end).unwrap_or_default();
        self.tokens.push(Token { kind, span: Span::new(start as u32, end as u32), text });
        self.at = end;
    }

    /// Whether the next token stands after a dot.
    fn is_attribute(&self) -> bool {
        self.tokens.last().is_some_and(|token| token.kind == TokenKind::Dot)
    }

    fn may_hold_hyphens(&self) -> bool {
        let [.., owner, _dot] = self.tokens.as_slice() else { return false };
        owner.kind == TokenKind::Name && owns_hyphenated_names(owner.text)
    }
}

/// Whether a name after this one and a dot may hold hyphens.
fn owns_hyphenated_names(name: &str) -> bool {
    matches!(name, "nodes" | "args" | "inputs" | "outputs" | "item")
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_length(rest: &str) -> usize {
    rest.find(|c| !is_name_char(c)).unwrap_or(rest.len())
}

/// Length of a name after a dot. A hyphen belongs to it only between two characters of a name, so that `-}}` is
/// still the end of a tag.
fn attribute_length(rest: &str, hyphens: bool) -> usize {
    let mut length = name_length(rest);
    if !hyphens {
        return length;
    }
    loop {
        let after = rest.get(length..).unwrap_or_default();
        let next = after.trim_start_matches('-');
        let part = name_length(next);
        if next.len() == after.len() || part == 0 {
            return length;
        }
        length += after.len() - next.len() + part;
    }
}

/// Length of a number: digits, at most one fraction, an exponent, separators.
fn number_length(rest: &str) -> usize {
    let digits =
        |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let whole = digits(rest);
    let fraction = rest.get(whole..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
    if fraction.starts_with(|c: char| c.is_ascii_digit()) { whole + 1 + digits(fraction) } else { whole }
}
