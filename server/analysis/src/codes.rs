//! The stable names of findings.

use divisi_workspace::settings::Severity;

/// One code: name, default severity, when it is silent, how to mend it. The source of `docs/diagnostics/`.
#[derive(Debug)]
pub struct Code {
    /// The kebab-case name.
    pub name: &'static str,
    /// Severity where no setting says otherwise.
    pub severity: Severity,
    /// One sentence: what is reported.
    pub summary: &'static str,
    /// When it keeps quiet although it could speak.
    pub silent: &'static str,
    /// What to do.
    pub fix: &'static str,
}
