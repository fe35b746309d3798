//! The stable names of findings.

use divisi_workspace::settings::Severity;

/// One code: everything that `docs/diagnostics/` says about it.
#[derive(Debug)]
pub struct Code {
    /// The kebab-case name.
    pub name: &'static str,
    /// Severity where no setting says otherwise. A rule may give a milder one where it is less sure.
    pub severity: Severity,
    /// How much of a document must be well-formed for the finding to be sure.
    pub extent: Extent,
    /// One sentence: what is reported.
    pub summary: &'static str,
    /// When it keeps quiet although it could speak.
    pub silent: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Why it matters; Markdown.
    pub explanation: &'static str,
    /// A document that has the finding, and the same without it.
    pub example: Example,
}

/// How much of a document must be well-formed for a finding to be sure. Beside a fault in the text, what depends on
/// the damaged part keeps quiet: people see the cause, not its consequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Only the place itself.
    Text,
    /// The node around it.
    Node,
    /// The whole document: it speaks about something that is not there.
    Document,
}

/// The example on a code's page.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Path of the document in a workspace.
    pub path: &'static str,
    /// With the finding.
    pub bad: &'static str,
    /// Without it; empty where nothing in the document decides.
    pub good: &'static str,
}

impl Example {
    /// A native DAG file.
    pub(crate) const fn dag(bad: &'static str, good: &'static str) -> Self {
        Self { path: "review.dag.yaml", bad, good }
    }
}

/// All codes, in the order of their names.
pub fn all() -> impl Iterator<Item = &'static Code> {
    crate::rules::RULES.iter().map(|rule| rule.code)
}

/// The code called `name`.
pub fn by_name(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}
