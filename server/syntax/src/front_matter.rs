//! The YAML block between two `---` lines at the top of a Markdown file.

use crate::span::Span;

/// Where the parts of a Markdown file with front matter stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrontMatter {
    /// The opening `---` without its line end.
    pub open: Span,
    /// The YAML between the marks, without both.
    pub yaml: Span,
    /// The closing `---`; `None` when it was never closed (then `yaml` reaches to the end).
    pub close: Option<Span>,
    /// Everything after the closing line.
    pub body: Span,
}

/// Finds the front matter of `text`: only when its very first line (after a BOM) is `---`.
pub fn front_matter(_text: &str) -> Option<FrontMatter> {
    None
}
