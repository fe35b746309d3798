//! What a check says.

use std::path::PathBuf;

use divisi_syntax::Span;
use divisi_workspace::settings::Severity;

/// One thing that is wrong or worth knowing, at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable name, e.g. `missing-dependency`.
    pub code: &'static str,
    /// After settings.
    pub severity: Severity,
    /// Where, in the checked document; on one line.
    pub span: Span,
    /// What is wrong and what to do.
    pub message: String,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// Mends, the best first.
    pub fixes: Vec<Fix>,
    /// Shown faded (nothing needs it).
    pub unnecessary: bool,
}

/// Another place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// `None`: the same document.
    pub path: Option<PathBuf>,
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// A mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// In the imperative: "Change to `code-reviewer`".
    pub title: String,
    /// What to change in the checked document; not overlapping, in order.
    pub edits: Vec<Edit>,
    /// Keeps the meaning, so that it may be applied without a look.
    pub safe: bool,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes.
    pub text: String,
}
