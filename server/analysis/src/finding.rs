//! What a check says.

use std::path::PathBuf;

use divisi_syntax::Span;
use divisi_workspace::settings::Severity;

use crate::codes::Code;

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

impl Finding {
    /// A finding with the code's default severity and nothing else.
    pub fn new(code: &Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code: code.name,
            severity: code.severity,
            span,
            message: message.into(),
            related: Vec::new(),
            fixes: Vec::new(),
            unnecessary: false,
        }
    }

    /// With a severity of its own, for where the rule is less sure.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With another place in the same document.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { path: None, span, message: message.into() });
        self
    }

    /// With a place in another document.
    #[must_use]
    pub fn related_in(mut self, path: PathBuf, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { path: Some(path), span, message: message.into() });
        self
    }

    /// With a mend, if there is one.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fixes.extend(fix.into());
        self
    }

    /// Shown faded.
    #[must_use]
    pub fn unnecessary(mut self) -> Self {
        self.unnecessary = true;
        self
    }
}

impl Fix {
    /// A mend by one replacement, which somebody should look at.
    pub fn new(title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, text: text.into() }], safe: false }
    }

    /// It keeps the meaning.
    #[must_use]
    pub fn safe(mut self) -> Self {
        self.safe = true;
        self
    }
}
