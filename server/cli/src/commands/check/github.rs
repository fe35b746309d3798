//! Findings as workflow commands of GitHub Actions, which shows them beside the changed lines.
//!
//! Source: GitHub's documentation of workflow commands, "Setting an error message".

use divisi_analysis::{Finding, Severity};
use divisi_answers::findings::Checked;
use divisi_syntax::{Encoding, Position};

use crate::output::Output;
use crate::root;

pub(super) fn print(checked: &[Checked], output: &mut Output) {
    for checked in checked {
        for finding in &checked.findings {
            output.line(command(checked, finding));
        }
    }
}

/// `::error file=a.dag.yaml,line=2,endLine=2,col=5,endColumn=9,title=cycle::message`; lines and columns from 1.
fn command(checked: &Checked, finding: &Finding) -> String {
    let document = &checked.document;
    let place = |offset| document.lines.position(&document.text, offset, Encoding::Utf32);
    let (start, end): (Position, Position) = (place(finding.span.start), place(finding.span.end));
    format!(
        "::{} file={},line={},endLine={},col={},endColumn={},title={}::{}",
        level(finding.severity),
        property(&root::shown(&document.path)),
        start.line + 1,
        end.line + 1,
        start.column + 1,
        end.column + 1,
        property(finding.code),
        data(&message(finding)),
    )
}

/// The message with what mends it: an annotation has no buttons.
fn message(finding: &Finding) -> String {
    match finding.fixes.first() {
        Some(fix) => format!("{}\nhelp: {}", finding.message, fix.title),
        None => finding.message.clone(),
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint | Severity::Off => "notice",
    }
}

/// The runner ends a command at a line break.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property a colon and a comma have a meaning, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
