//! Which names of an expression are references, and how far each path reaches.

use super::lexer::{Token, TokenKind};
use super::{Form, Reference, Rewrite, Scanner, Segment};
use crate::span::Span;

/// Whether it is a word of the expression language; never a reference where a path could start.
pub(super) fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "if"
            | "else"
            | "true"
            | "false"
            | "none"
            | "True"
            | "False"
            | "None"
            | "recursive"
            | "as"
            | "import"
    )
}

/// A path and the index of the token behind it.
struct Path<'a> {
    segments: Vec<Segment<'a>>,
    dynamic: bool,
    end: u32,
    next: usize,
}

impl<'a> Scanner<'a> {
    /// Collects the references of an expression, and rewrites the names that MiniJinja could not read.
    pub(super) fn references(&mut self, tokens: &[Token<'a>]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if !starts_path(tokens, at) {
                // A name behind a call or an index: no reference, but perhaps one that needs brackets.
                self.rewrite_attribute(tokens, at);
                at += 1;
                continue;
            }
            let path = self.path(tokens, at);
            for attribute in at..path.next {
                self.rewrite_attribute(tokens, attribute);
            }
            at = path.next;
            self.push_reference(token.span.start, path, tokens);
        }
    }

    /// Reads a path whose first name is `tokens[first]`.
    fn path(&mut self, tokens: &[Token<'a>], first: usize) -> Path<'a> {
        let mut path = Path { segments: Vec::new(), dynamic: false, end: 0, next: first };
        path.extend(tokens.get(first), first + 1);
        loop {
            let Some(token) = tokens.get(path.next) else { return path };
            match (token.kind, token.text) {
                (TokenKind::Dot, _) => match attribute_after(tokens, path.next) {
                    Some(name) => path.extend(Some(name), path.next + 2),
                    None => {
                        self.error(token.span, "a name is missing after this dot");
                        let span = Span::at(token.span.end);
                        path.segments.push(Segment { name: "", span });
                        path.end = span.end;
                        path.next += 1;
                        return path;
                    }
                },
                (TokenKind::Open, "[") => match subscript_after(tokens, path.next) {
                    Some((segment, end, next)) => {
                        path.segments.push(segment);
                        path.end = end;
                        path.next = next;
                    }
                    None => {
                        path.dynamic = true;
                        return path;
                    }
                },
                _ => return path,
            }
        }
    }

    fn push_reference(&mut self, start: u32, path: Path<'a>, tokens: &[Token<'a>]) {
        let Path { mut segments, dynamic, mut end, next } = path;
        if tokens.get(next).is_some_and(|token| token.text == "(") {
            // What is called is a function, or a method of what stands before it.
            segments.pop();
            end = segments.last().map_or(end, |segment| segment.span.end);
        }
        let Some(first) = segments.first() else { return };
        let local = self.blocks.binds(first.name);
        let span = Span::new(start, end);
        self.template.references.push(Reference { span, segments, local, dynamic });
    }

    /// Turns `.a-b` into `["a-b"]`.
    fn rewrite_attribute(&mut self, tokens: &[Token<'a>], at: usize) {
        let Some(dot) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return };
        let Some(name) = tokens.get(at) else { return };
        if dot.kind == TokenKind::Dot && name.kind == TokenKind::Name && !is_plain(name.text) {
            let span = Span::new(dot.span.start, name.span.end);
            self.rewrites.push(Rewrite { span, form: Form::Subscript(name.text) });
        }
    }
}

impl<'a> Path<'a> {
    fn extend(&mut self, name: Option<&Token<'a>>, next: usize) {
        if let Some(token) = name {
            self.segments.push(Segment { name: token.text, span: token.span });
            self.end = token.span.end;
        }
        self.next = next;
    }
}

/// Whether MiniJinja reads the name after a dot.
fn is_plain(name: &str) -> bool {
    let ascii = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let index = name.bytes().all(|byte| byte.is_ascii_digit());
    ascii && (index || !name.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the token is a name that begins a path: no attribute, filter, test, keyword or keyword argument.
fn starts_path(tokens: &[Token<'_>], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).and_then(|index| tokens.get(index));
    let Some(token) = tokens.get(at) else { return false };
    if token.kind != TokenKind::Name || is_keyword(token.text) {
        return false;
    }
    let previous = before(1).map(|token| (token.kind, token.text));
    match previous {
        Some((TokenKind::Dot | TokenKind::Pipe, _)) => return false,
        Some((TokenKind::Name, "is")) => return false,
        Some((TokenKind::Name, "not")) if before(2).is_some_and(|token| token.text == "is") => return false,
        _ => {}
    }
    tokens.get(at + 1).is_none_or(|next| next.kind != TokenKind::Assign)
}

/// The name after the dot `tokens[dot]`. A keyword counts only right behind it, so that `nodes. and x` is unfinished.
fn attribute_after<'t, 'a>(tokens: &'t [Token<'a>], dot: usize) -> Option<&'t Token<'a>> {
    let name = tokens.get(dot + 1).filter(|token| token.kind == TokenKind::Name)?;
    let adjacent = tokens.get(dot)?.span.end == name.span.start;
    (adjacent || !is_keyword(name.text)).then_some(name)
}

/// `["name"]` from the bracket on, also unfinished: the name, the end, the next token.
fn subscript_after<'a>(tokens: &[Token<'a>], open: usize) -> Option<(Segment<'a>, u32, usize)> {
    let text = tokens.get(open + 1)?;
    let TokenKind::Text { closed } = text.kind else { return None };
    let inside = Span::new(text.span.start + 1, text.span.end - u32::from(closed));
    let name = text.text.get(1..text.text.len() - usize::from(closed))?;
    if name.contains('\\') {
        return None;
    }
    let segment = Segment { name, span: inside };
    match tokens.get(open + 2) {
        Some(close) if close.text == "]" => Some((segment, inside.end, open + 3)),
        Some(_) => None,
        None => Some((segment, inside.end, open + 2)),
    }
}
