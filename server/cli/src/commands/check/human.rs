//! Findings for people: what, where, why, what to do.

use std::path::Path;

use divisi_analysis::{Finding, Related, Severity};
use divisi_answers::findings::{Checked, Summary};

use crate::excerpt::Source;
use crate::output::{ERROR, FAINT, GOOD, NOTE, Output, STRONG, WARNING, count, paint};

pub(super) fn print(checked: &[Checked], summary: Summary, output: &mut Output) {
    let all =
        checked.iter().flat_map(|checked| checked.findings.iter().map(move |finding| (checked, finding)));
    for (checked, finding) in all {
        output.line(lines(checked, finding).join("\n"));
        output.line("");
    }
    output.line(total(summary));
}

fn lines(checked: &Checked, finding: &Finding) -> Vec<String> {
    let (style, word) = severity(finding.severity);
    let title = paint(style, format!("{word}[{}]", finding.code));
    let mut lines = vec![format!("{title}: {}", paint(STRONG, &finding.message))];
    lines.extend(source(checked).excerpt("-->", '^', style, finding.span));
    for related in &finding.related {
        lines.extend(related_lines(checked, finding, related));
    }
    for fix in &finding.fixes {
        lines.push(format!("  {}: {}", paint(NOTE, "help"), fix.title));
    }
    lines
}

fn related_lines(checked: &Checked, finding: &Finding, related: &Related) -> Vec<String> {
    let note = format!("  {}: {}", paint(FAINT, "note"), related.message);
    let mut lines = vec![note];
    match &related.path {
        // The finding's own excerpt stands right above: a cycle begins where its finding is.
        None if related.span == finding.span => {}
        None => lines.extend(source(checked).excerpt(":::", '-', FAINT, related.span)),
        Some(path) => lines.extend(elsewhere(checked, path, related)),
    }
    lines
}

fn elsewhere(checked: &Checked, path: &Path, related: &Related) -> Vec<String> {
    match checked.snapshot.document(path) {
        Some(document) => Source { path, text: &document.text, lines: &document.lines }.excerpt(
            ":::",
            '-',
            FAINT,
            related.span,
        ),
        None => vec![format!("  ::: {}", crate::root::shown(path))],
    }
}

fn source(checked: &Checked) -> Source<'_> {
    let document = &checked.document;
    Source { path: &document.path, text: &document.text, lines: &document.lines }
}

fn severity(severity: Severity) -> (anstyle::Style, &'static str) {
    match severity {
        Severity::Error => (ERROR, "error"),
        Severity::Warning => (WARNING, "warning"),
        Severity::Information => (NOTE, "information"),
        Severity::Hint | Severity::Off => (FAINT, "hint"),
    }
}

/// `7 files: 1 error, 2 warnings`, `7 files: no findings`, or `nothing to check`.
fn total(summary: Summary) -> String {
    if summary.files == 0 {
        return "nothing to check".to_owned();
    }
    let files = count(summary.files, "file");
    let counts = [(summary.errors, "error", ERROR), (summary.warnings, "warning", WARNING)];
    let mut parts: Vec<String> = counts
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, word, style)| paint(style, count(number, word)))
        .collect();
    if summary.information > 0 {
        parts.push(format!("{} for information", summary.information));
    }
    if summary.hints > 0 {
        parts.push(count(summary.hints, "hint"));
    }
    if parts.is_empty() {
        return format!("{files}: {}", paint(GOOD, "no findings"));
    }
    format!("{files}: {}", parts.join(", "))
}
