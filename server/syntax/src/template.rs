//! The tolerant template scanner.
//!
//! MiniJinja evaluates templates; this scanner reads them for checks,
//! completion and rename, with spans, also where they are unfinished. What it
//! takes for a tag is what MiniJinja takes for one, with three exceptions:
//! names with hyphens, `{#`, which is plain text here, and tags without an end,
//! which reach to the end of their line.

mod blocks;
mod grammar;
mod lexer;
mod parts;
mod paths;

use crate::span::Span;
use blocks::Blocks;
use lexer::{Fault, Token, lex_region, lex_tag};
pub use parts::{Part, parts};

/// A template text cut into pieces. Spans are offsets into the scanned text;
/// [`Decoded::source_span`](crate::Decoded::source_span) leads back to the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template<'a> {
    /// `{{ … }}`, `{% … %}`, in order.
    pub tags: Vec<Tag>,
    /// Every path that starts at a name: `nodes.a.outputs.b`, `args.x`, `item`.
    /// Names of functions, filters, tests and keyword arguments are none.
    pub references: Vec<Reference<'a>>,
    /// Unclosed tags, texts and blocks, empty expressions, missing names, values and operators, characters without a
    /// meaning, in order.
    pub errors: Vec<TemplateError>,
}

/// One tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// With its braces; to the end of its line when unfinished.
    pub span: Span,
    /// Between the braces.
    pub inner: Span,
    /// `{%` rather than `{{`.
    pub statement: bool,
    /// Whether its closing braces are there.
    pub closed: bool,
}

/// A path inside an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'a> {
    /// From the first name to the end of the last.
    pub span: Span,
    /// The names in order; the last may be empty where the cursor stands after a dot.
    /// `nodes["a-b"].outputs` gives the same segments as `nodes.a-b.outputs`.
    pub segments: Vec<Segment<'a>>,
    /// Whether its first name is bound by `{% for %}`, `{% set %}` and the like in the template itself.
    pub local: bool,
    /// Whether the path goes on with something that is only known when it is evaluated: `args.list[index]`.
    pub dynamic: bool,
}

/// One name of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it stands, without quotes and brackets.
    pub span: Span,
}

/// A fault in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Where.
    pub span: Span,
    /// What is wrong and what to do.
    pub message: String,
}

/// Scans a text with tags (prompts, elements of argv).
pub fn scan(text: &str) -> Template<'_> {
    Scanner::over(text).template
}

/// Scans a bare expression (`when`, `for_each`). It has no tags.
pub fn scan_expression(text: &str) -> Template<'_> {
    Scanner::over_expression(text).template
}

/// The text as MiniJinja reads it: names after a dot that it could not read (with hyphens after `nodes.`, `args.`,
/// `inputs.`, `outputs.`, `item.`) become `["…"]`, and `{#` is no comment. The same text, otherwise.
pub fn to_minijinja(text: &str) -> String {
    Scanner::over(text).rewritten()
}

/// [`to_minijinja`] for a bare expression.
pub fn expression_to_minijinja(text: &str) -> String {
    Scanner::over_expression(text).rewritten()
}

/// A piece of the text that MiniJinja gets in another form.
#[derive(Debug)]
struct Rewrite<'a> {
    span: Span,
    form: Form<'a>,
}

#[derive(Debug)]
enum Form<'a> {
    /// For `{#`, which would open a comment: an expression that gives it.
    CommentMark,
    /// For `.a-b`, which would be a subtraction: `["a-b"]`.
    Subscript(&'a str),
}

struct Scanner<'a> {
    text: &'a str,
    template: Template<'a>,
    /// In order.
    rewrites: Vec<Rewrite<'a>>,
    blocks: Blocks<'a>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, template: Template::default(), rewrites: Vec::new(), blocks: Blocks::default() }
    }

    fn over(text: &'a str) -> Self {
        let mut scanner = Self::new(text);
        let mut at = 0;
        while let Some((start, mark)) = next_mark(text, at) {
            at = match mark {
                b'#' => scanner.comment_mark(start),
                b'%' => scanner.raw_block(start).unwrap_or_else(|| scanner.tag(start, true)),
                _ => scanner.tag(start, false),
            };
        }
        scanner.finish();
        scanner
    }

    fn over_expression(text: &'a str) -> Self {
        let mut scanner = Self::new(text);
        let all = Span::new(0, text.len() as u32);
        let written = text.trim_start();
        if written.starts_with("{{") {
            let start = (text.len() - written.len()) as u32;
            scanner.error(Span::new(start, start + 2), "an expression is written here without `{{` and `}}`");
        } else if written.is_empty() {
            scanner.error(all, "an expression is missing");
        }
        let (tokens, faults) = lex_region(text, all);
        scanner.faults(&faults);
        scanner.expression(&tokens, 0);
        scanner.finish();
        scanner
    }

    fn finish(&mut self) {
        for (span, keyword) in self.blocks.unclosed() {
            self.error(span, format!("`{{% {keyword} %}}` is never closed by `{{% end{keyword} %}}`"));
        }
        self.template.errors.sort_by_key(|error| (error.span.start, error.span.end));
    }

    fn rewritten(&self) -> String {
        let mut out = String::with_capacity(self.text.len() + 16 * self.rewrites.len());
        let mut at = 0;
        for rewrite in &self.rewrites {
            out.push_str(Span::new(at, rewrite.span.start).slice(self.text));
            match rewrite.form {
                Form::CommentMark => out.push_str(r##"{{ "{#" }}"##),
                Form::Subscript(name) => out.extend(["[\"", name, "\"]"]),
            }
            at = rewrite.span.end;
        }
        out.push_str(Span::new(at, self.text.len() as u32).slice(self.text));
        out
    }

    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.template.errors.push(TemplateError { span, message: message.into() });
    }

    fn faults(&mut self, faults: &[Fault]) {
        for fault in faults {
            self.error(fault.span, fault.message);
        }
    }

    /// `{#` opens a comment in MiniJinja, and is plain text here (`${#list}` in a shell's prompt).
    fn comment_mark(&mut self, start: usize) -> usize {
        let span = Span::new(start as u32, start as u32 + 2);
        self.rewrites.push(Rewrite { span, form: Form::CommentMark });
        start + 2
    }

    /// `{% raw %}…{% endraw %}`: what is inside is text. Returns where scanning goes on; none for other statements.
    fn raw_block(&mut self, start: usize) -> Option<usize> {
        let open_end = basic_tag(self.text, start, "raw")?;
        self.push_tag(start, open_end, true);
        let mut at = open_end;
        while let Some(offset) = self.text.get(at..).and_then(|rest| rest.find("{%")) {
            if let Some(end) = basic_tag(self.text, at + offset, "endraw") {
                self.push_tag(at + offset, end, true);
                return Some(end);
            }
            at += offset + 2;
        }
        let open = Span::new(start as u32, open_end as u32);
        self.error(open, "`{% raw %}` is never closed by `{% endraw %}`");
        Some(self.text.len())
    }

    fn push_tag(&mut self, start: usize, end: usize, statement: bool) {
        let inner = Span::new(start as u32 + 2, end as u32 - 2);
        self.template.tags.push(Tag {
            span: Span::new(start as u32, end as u32),
            inner,
            statement,
            closed: true,
        });
    }

    /// One tag from its opening braces on; returns where scanning goes on.
    fn tag(&mut self, start: usize, statement: bool) -> usize {
        let told = self.template.errors.len();
        let closing = if statement { *b"%}" } else { *b"}}" };
        let inner_start =
            start + 2 + usize::from(matches!(self.text.as_bytes().get(start + 2), Some(b'-' | b'+')));
        let (tag, tokens) = match lex_tag(self.text, inner_start, closing) {
            Ok(found) => {
                let span = Span::new(start as u32, found.end as u32);
                let inner = Span::new(inner_start as u32, found.inner_end as u32);
                (Tag { span, inner, statement, closed: true }, found.tokens)
            }
            Err(fault) => {
                let tag = broken_tag(self.text, start, inner_start, statement);
                let (tokens, faults) = lex_region(self.text, tag.inner);
                self.blame_broken_tag(&tag, fault, &faults);
                (tag, tokens)
            }
        };
        self.template.tags.push(tag);
        if tokens.is_empty() && tag.closed {
            let what = if statement { "a statement" } else { "an expression" };
            self.error(tag.span, format!("{what} is missing between these braces"));
        }
        if statement {
            self.statement(&tokens, tag.span);
        } else if tag.closed {
            self.expression(&tokens, told);
        } else {
            self.references(&tokens);
        }
        tag.span.end as usize
    }

    /// The references of an expression, and its grammar where nothing else is wrong with it: `told` errors stand
    /// before it.
    fn expression(&mut self, tokens: &[Token<'a>], told: usize) {
        self.references(tokens);
        if self.template.errors.len() == told {
            self.faults(grammar::fault(tokens).as_slice());
        }
    }

    fn blame_broken_tag(&mut self, tag: &Tag, first: Fault, faults: &[Fault]) {
        let open = Span::new(tag.span.start, tag.span.start + 2);
        let (mark, closing) = if tag.statement { ("{%", "%}") } else { ("{{", "}}") };
        if !tag.closed {
            self.error(open, format!("this `{mark}` is never closed by `{closing}`"));
        } else if let [fault, ..] = faults {
            self.error(fault.span, fault.message);
        } else if !first.message.is_empty() && tag.inner.contains(first.span) {
            self.error(first.span, first.message);
        } else {
            self.error(open, "the brackets or quotes of this tag do not match");
        }
    }
}

/// The extent of a tag that MiniJinja could not read: to the first closing braces on its line, else to the next
/// tag on it, else to its end.
fn broken_tag(text: &str, start: usize, inner_start: usize, statement: bool) -> Tag {
    let closing = if statement { "%}" } else { "}}" };
    let rest = text.get(inner_start..).unwrap_or_default();
    let stops = rest.char_indices().find(|(at, c)| {
        let here = || rest.get(*at..).unwrap_or_default();
        match c {
            '\n' | '\r' => true,
            '{' => here().starts_with("{{") || here().starts_with("{%"),
            '}' | '%' => here().starts_with(closing),
            _ => false,
        }
    });
    let length = stops.map_or(rest.len(), |(at, _)| at);
    let closed = stops.is_some_and(|(_, c)| matches!(c, '}' | '%'));
    let inner = rest.get(..length).unwrap_or_default();
    let inner = if closed { inner.strip_suffix(['-', '+']).unwrap_or(inner) } else { inner };
    let end = inner_start + length + if closed { closing.len() } else { 0 };
    Tag {
        span: Span::new(start as u32, end as u32),
        inner: Span::new(inner_start as u32, (inner_start + inner.len()) as u32),
        statement,
        closed,
    }
}

/// The next `{{`, `{%` or `{#` from `from` on, with its second character.
fn next_mark(text: &str, from: usize) -> Option<(usize, u8)> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes.get(from..)?).find_map(|offset| {
        let second = *bytes.get(from + offset + 1)?;
        matches!(second, b'{' | b'%' | b'#').then_some((from + offset, second))
    })
}

/// End of the tag `{% name %}` at `start`, if that is what stands there.
fn basic_tag(text: &str, start: usize, name: &str) -> Option<usize> {
    let sign = ['-', '+'];
    let rest = text.get(start..)?.strip_prefix("{%")?;
    let rest = rest.strip_prefix(sign).unwrap_or(rest).trim_start();
    let rest = rest.strip_prefix(name)?.trim_start();
    let rest = rest.strip_prefix(sign).unwrap_or(rest).strip_prefix("%}")?;
    Some(text.len() - rest.len())
}

#[cfg(test)]
mod tests;
