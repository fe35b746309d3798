//! Findings for programs. Lines and characters count from 0, characters in UTF-16 units, as in the Language Server
//! Protocol.

use std::path::Path;

use divisi_analysis::{Edit, Finding, Fix, Related, Severity};
use divisi_answers::findings::{Checked, Summary};
use divisi_syntax::{Encoding, LineIndex, Span};
use divisi_workspace::Document;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Output;
use crate::root;

#[derive(Serialize)]
struct Answer<'a> {
    diagnostics: Vec<Diagnostic<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    file: String,
    range: Range,
    severity: Severity,
    code: &'static str,
    message: &'a str,
    related: Vec<RelatedPlace<'a>>,
    fixes: Vec<Mend<'a>>,
}

#[derive(Serialize)]
struct RelatedPlace<'a> {
    file: String,
    /// Absent where the other file is not part of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
    message: &'a str,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<TextEdit<'a>>,
}

#[derive(Serialize)]
struct TextEdit<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    character: u32,
}

pub(super) fn print(checked: &[Checked], summary: Summary, output: &mut Output) -> Result<(), Failure> {
    let diagnostics = checked
        .iter()
        .flat_map(|checked| checked.findings.iter().map(move |finding| diagnostic(checked, finding)))
        .collect();
    output.json(&Answer { diagnostics, summary })
}

fn diagnostic<'a>(checked: &'a Checked, finding: &'a Finding) -> Diagnostic<'a> {
    let document = &checked.document;
    Diagnostic {
        file: root::shown(&document.path),
        range: range_in(document, finding.span),
        severity: finding.severity,
        code: finding.code,
        message: &finding.message,
        related: finding.related.iter().map(|related| related_place(checked, related)).collect(),
        fixes: finding.fixes.iter().map(|fix| mend(document, fix)).collect(),
    }
}

fn related_place<'a>(checked: &'a Checked, related: &'a Related) -> RelatedPlace<'a> {
    let path: &Path = related.path.as_deref().unwrap_or(&checked.document.path);
    let document = match &related.path {
        None => Some(&checked.document),
        Some(path) => checked.snapshot.document(path),
    };
    RelatedPlace {
        file: root::shown(path),
        range: document.map(|document| range_in(document, related.span)),
        message: &related.message,
    }
}

fn mend<'a>(document: &Document, fix: &'a Fix) -> Mend<'a> {
    let edit = |edit: &'a Edit| TextEdit { range: range_in(document, edit.span), text: &edit.text };
    Mend { title: &fix.title, safe: fix.safe, edits: fix.edits.iter().map(edit).collect() }
}

fn range_in(document: &Document, span: Span) -> Range {
    let place = |offset| place(&document.lines, &document.text, offset);
    Range { start: place(span.start), end: place(span.end) }
}

fn place(lines: &LineIndex, text: &str, offset: u32) -> Place {
    let position = lines.position(text, offset, Encoding::Utf16);
    Place { line: position.line, character: position.column }
}
