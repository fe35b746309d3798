//! How a name is written at one place, so that another can be put there.

use divisi_syntax::{Span, Spanned};

/// The way a name stands in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// It is a whole scalar of YAML or JSON; the quote around it, if there is one, lies outside the span.
    Scalar {
        /// `"` or `'`.
        quote: Option<char>,
    },
    /// It is a part of a scalar: `quality` in `from: quality.findings`.
    Part,
    /// `*alias`: it is written elsewhere, and what is written there counts here.
    Alias,
    /// A scalar in a form that is seldom used for names (a block, one with escapes), its marks included.
    Block,
    /// After a dot of a template, or in its brackets and quotes.
    Attribute,
    /// The part of an environment variable that stands for it: `SCOPE` in `$DIVISI_ARG_SCOPE`.
    Variable,
    /// A word of a text.
    Word,
    /// A path that leads to the file that is named.
    Path,
    /// The path of a file without its ending, which is also the name: `agents/reviewer.md`.
    Stem,
}

/// Where the name itself stands, without quotes, and how it is written.
pub(super) fn of_scalar(text: &str, name: &Spanned<String>) -> (Span, Form) {
    let raw = name.span.slice(text);
    if raw == name.value {
        return (name.span, Form::Scalar { quote: quote_around(text, name.span) });
    }
    if raw.starts_with('*') {
        return (name.span, Form::Alias);
    }
    for quote in ['"', '\''] {
        let inside = raw.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if inside.is_some_and(|inside| inside == name.value) {
            let span = Span::new(name.span.start + 1, name.span.end - 1);
            return (span, Form::Scalar { quote: Some(quote) });
        }
    }
    (name.span, Form::Block)
}

/// The quote that stands on both sides of `span`.
pub(super) fn quote_around(text: &str, span: Span) -> Option<char> {
    let before = text.get(..span.start as usize)?.chars().next_back()?;
    let after = text.get(span.end as usize..)?.chars().next()?;
    (before == after && matches!(before, '"' | '\'')).then_some(before)
}
