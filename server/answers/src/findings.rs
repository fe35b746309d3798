//! What is found in files.

use std::fmt;
use std::sync::Arc;

use divisi_analysis::{Finding, Severity};
use divisi_syntax::Encoding;
use divisi_workspace::{Document, Snapshot};
use serde::Serialize;

use crate::root;

/// The findings of one document.
#[derive(Debug)]
pub struct Checked {
    /// The workspace around it.
    pub snapshot: Snapshot,
    /// The document.
    pub document: Arc<Document>,
    /// In the order of their places.
    pub findings: Vec<Finding>,
}

/// How many findings there are of each severity, in how many files.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files that were checked.
    pub files: usize,
    /// Of severity error.
    pub errors: usize,
    /// Of severity warning.
    pub warnings: usize,
    /// Of severity information.
    pub information: usize,
    /// Of severity hint.
    pub hints: usize,
}

/// Checks documents, each in its workspace.
pub fn check(documents: Vec<(Snapshot, Arc<Document>)>) -> Vec<Checked> {
    let check = |(snapshot, document)| {
        let findings = divisi_analysis::check(&snapshot, &document);
        Checked { snapshot, document, findings }
    };
    documents.into_iter().map(check).collect()
}

impl Summary {
    /// Counts.
    pub fn of(checked: &[Checked]) -> Self {
        let mut summary = Self { files: checked.len(), ..Self::default() };
        for finding in checked.iter().flat_map(|checked| &checked.findings) {
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Information => summary.information += 1,
                Severity::Hint => summary.hints += 1,
                Severity::Off => {}
            }
        }
        summary
    }
}

impl fmt::Display for Summary {
    /// `files: 7, errors: 1, warnings: 2, information: 0, hints: 0`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, errors, warnings, information, hints } = self;
        write!(
            f,
            "files: {files}, errors: {errors}, warnings: {warnings}, information: {information}, hints: {hints}"
        )
    }
}

/// A finding in plain lines, for agents: place, code, message, the line of the file, what mends it. Places count from 1,
/// columns in characters.
///
/// ```text
/// review.dag.yaml:4:17: error[missing-dependency]: there is no node `analysis`
///   |     depends_on: [analysis]
///   fix: Change to `analyse`
/// ```
pub fn told(checked: &Checked, finding: &Finding) -> String {
    let document = &checked.document;
    let at = document.lines.position(&document.text, finding.span.start, Encoding::Utf32);
    let (file, line, column) = (root::shown(&document.path), at.line + 1, at.column + 1);
    let severity = word(finding.severity);
    let mut text = format!("{file}:{line}:{column}: {severity}[{}]: {}\n", finding.code, finding.message);
    text.push_str(&format!("  | {}\n", source(document, at.line)));
    for related in &finding.related {
        text.push_str(&format!("  note: {}\n", related.message));
    }
    for fix in &finding.fixes {
        text.push_str(&format!("  fix: {}\n", fix.title));
    }
    text
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information => "information",
        Severity::Hint | Severity::Off => "hint",
    }
}

/// Longer lines are cut, in characters: a minified file must not flood whoever reads.
const WIDTH: usize = 200;

fn source(document: &Document, line: u32) -> String {
    let (start, end) = (document.lines.line_start(line), document.lines.line_start(line + 1));
    let text = document.text.get(start as usize..end as usize).unwrap_or_default();
    divisi_analysis::describe::cut(text.trim_end(), WIDTH)
}
