//! Names in the environment variables by which values reach programs: `$DIVISI_ARG_SCOPE`, `$DIVISI_INPUT_X_FILE`.

use divisi_model::variables::{arg_variable, input_variable};
use divisi_syntax::Span;

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Arg,
    Input,
}

/// A variable in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Variable<'a> {
    pub(super) holds: Holds,
    /// Behind the prefix, as far as letters of variables go: `SCOPE`.
    pub(super) part: &'a str,
    /// Where that part stands.
    pub(super) span: Span,
}

/// Every variable of ours that `text` mentions.
pub(super) fn variables(text: &str) -> impl Iterator<Item = Variable<'_>> {
    let prefixes = [(Holds::Arg, arg_variable("")), (Holds::Input, input_variable(""))];
    prefixes.into_iter().flat_map(move |(holds, prefix)| {
        let starts: Vec<usize> = text.match_indices(&prefix).map(|(at, _)| at).collect();
        starts.into_iter().filter_map(move |at| {
            let is_inside_word = text.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let start = at + prefix.len();
            let rest = text.get(start..)?;
            let length =
                rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let part = rest.get(..length).filter(|part| !part.is_empty() && !is_inside_word)?;
            let span = Span::new(start as u32, (start + length) as u32);
            Some(Variable { holds, part, span })
        })
    })
}

impl Variable<'_> {
    /// Where the part for `name` stands, if this is its variable. A large input is passed as a file, whose variable
    /// has an ending of its own.
    pub(super) fn names(&self, name: &str) -> Option<Span> {
        let full = match self.holds {
            Holds::Arg => arg_variable(name),
            Holds::Input => input_variable(name),
        };
        let is_exact = full.ends_with(self.part) && full.len() == self.prefix_length() + self.part.len();
        if is_exact {
            return Some(self.span);
        }
        let stem = self.part.strip_suffix("_FILE").filter(|_| self.holds == Holds::Input)?;
        let is_file = full.ends_with(stem) && full.len() == self.prefix_length() + stem.len();
        is_file.then(|| Span::new(self.span.start, self.span.start + stem.len() as u32))
    }

    fn prefix_length(&self) -> usize {
        match self.holds {
            Holds::Arg => arg_variable("").len(),
            Holds::Input => input_variable("").len(),
        }
    }
}
