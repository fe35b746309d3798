//! Findings in SARIF 2.1.0, the OASIS standard that code scanning services read.

use std::path::Path;

use divisi_analysis::{Code, Finding, Fix, Related, Severity, codes};
use divisi_answers::findings::Checked;
use divisi_syntax::{Encoding, Span};
use divisi_workspace::Document;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::Output;
use crate::root;

pub(super) fn print(checked: &[Checked], output: &mut Output) -> Result<(), Failure> {
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|checked| checked.findings.iter().map(move |finding| result(checked, finding)))
        .collect();
    output.json(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "divisi",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes::all().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    }))
}

fn rule(code: &Code) -> Value {
    let mut rule = json!({
        "id": code.name,
        "shortDescription": { "text": code.summary },
        "help": { "text": code.fix },
        "defaultConfiguration": { "level": level(code.severity) },
    });
    if !code.explanation.is_empty() {
        rule["fullDescription"] = json!({ "text": code.explanation });
    }
    rule
}

fn result(checked: &Checked, finding: &Finding) -> Value {
    let document = &checked.document;
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": { "text": finding.message },
        "locations": [location(document, finding.span)],
    });
    if let Some(index) = codes::all().position(|code| code.name == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    let related: Vec<Value> =
        finding.related.iter().map(|related| related_location(checked, related)).collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    let fixes: Vec<Value> = finding.fixes.iter().map(|it| fix(document, it)).collect();
    if !fixes.is_empty() {
        result["fixes"] = json!(fixes);
    }
    result
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
        Severity::Off => "none",
    }
}

fn location(document: &Document, span: Span) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(&document.path), "region": region(document, span) } })
}

fn related_location(checked: &Checked, related: &Related) -> Value {
    let path = related.path.as_deref().unwrap_or(&checked.document.path);
    let document = match &related.path {
        None => Some(&checked.document),
        Some(path) => checked.snapshot.document(path),
    };
    let mut location = match document {
        Some(document) => location(document, related.span),
        None => json!({ "physicalLocation": { "artifactLocation": artifact(path) } }),
    };
    location["message"] = json!({ "text": related.message });
    location
}

fn fix(document: &Document, fix: &Fix) -> Value {
    let replacement = |edit: &divisi_analysis::Edit| json!({ "deletedRegion": region(document, edit.span), "insertedContent": { "text": edit.text } });
    let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{ "artifactLocation": artifact(&document.path), "replacements": replacements }],
    })
}

/// Lines and columns from 1, columns in UTF-16 units; the end is the column after the last.
fn region(document: &Document, span: Span) -> Value {
    let place = |offset| document.lines.position(&document.text, offset, Encoding::Utf16);
    let (start, end) = (place(span.start), place(span.end));
    json!({
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    })
}

/// The path as a relative URI reference, as services expect it from a run at the repository's root.
fn artifact(path: &Path) -> Value {
    json!({ "uri": uri(&root::shown(path)) })
}

/// Escapes what a URI's path may not hold.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@!$&'()*+,;=".contains(&byte);
    let escape =
        |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let path = if std::path::MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace('\\', "/") };
    path.bytes().map(escape).collect()
}
