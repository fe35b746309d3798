//! `check`

use std::path::PathBuf;

use divisi_analysis::{Finding, Related, Severity};
use divisi_answers::findings::{Checked, Summary, check, told};
use divisi_answers::root;
use divisi_answers::selection::select;
use divisi_syntax::{Encoding, Span};
use divisi_workspace::Document;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, Tool, input, schema};
use crate::answer::{Answer, more};
use crate::place::Place;
use divisi_answers::failure::Failure;

/// Findings where the caller does not say how many.
const USUAL: usize = 50;
/// More are never told at once.
const MOST: usize = 200;

pub(super) const TOOL: Tool = Tool {
    name: "check",
    title: "Check DAG, agent, command and skill files",
    description: "Finds mistakes in DAG files (*.dag.yaml, *.dag.json), and in the agent, command and skill files \
under .claude/ and of other tools: cycles, missing dependencies, agents that do not exist, wrong keys, nodes that \
write the same files at the same time, front matter that a tool would drop in silence. Each finding has a code, a \
place, what is wrong, and what mends it. Use it after writing or changing such a file, and before running a DAG. It \
only reads. `divisi fix` applies the mends that are marked safe.",
    schema: schema::<Input>,
    effect: Effect::None,
    call,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Input {
    /// Files and folders to check, relative to the root of the workspace. The whole workspace where none is given.
    #[serde(default)]
    paths: Vec<String>,
    /// The most findings to tell, the worst first; 200 at most.
    #[serde(default = "usual")]
    limit: usize,
}

const fn usual() -> usize {
    USUAL
}

#[derive(Serialize)]
struct Output<'a> {
    summary: Summary,
    findings: Vec<Found<'a>>,
    /// Findings beyond the limit.
    left_out: usize,
    /// What could not be read or is not checked, and faults in settings.
    problems: Vec<String>,
}

/// Lines and columns count from 1, columns in characters; the end is the column behind the last.
#[derive(Serialize)]
struct Found<'a> {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    severity: Severity,
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Elsewhere<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Mend<'a>>,
}

#[derive(Serialize)]
struct Elsewhere<'a> {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    message: &'a str,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    /// It keeps the meaning.
    safe: bool,
}

fn call(place: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    let asked: Input = input(arguments)?;
    let selection = select(&paths(place, &asked.paths)?)?;
    let checked = check(selection.documents);
    let summary = Summary::of(&checked);
    let mut found: Vec<(&Checked, &Finding)> = checked
        .iter()
        .flat_map(|checked| checked.findings.iter().map(move |finding| (checked, finding)))
        .collect();
    found.sort_by_key(|(_, finding)| finding.severity);
    let limit = asked.limit.min(MOST);
    let left_out = found.len().saturating_sub(limit);
    found.truncate(limit);
    let problems: Vec<String> = selection.failures.iter().map(Failure::in_full).collect();
    let mut text = String::new();
    for (checked, finding) in &found {
        text.push_str(&told(checked, finding));
    }
    text.push_str(&more(left_out));
    text.push_str(&summary.to_string());
    for problem in &problems {
        text.push_str(&format!("\nproblem: {problem}"));
    }
    let findings = found.into_iter().map(|(checked, finding)| shown(checked, finding)).collect();
    Answer::new(text, &Output { summary, findings, left_out, problems })
}

fn paths(place: &Place, asked: &[String]) -> Result<Vec<PathBuf>, Failure> {
    if asked.is_empty() {
        return Ok(vec![place.root().to_owned()]);
    }
    asked.iter().map(|path| place.inside(path)).collect()
}

fn shown<'a>(checked: &'a Checked, finding: &'a Finding) -> Found<'a> {
    let (start, end) = place_of(&checked.document, finding.span);
    Found {
        file: root::shown(&checked.document.path),
        line: start.0,
        column: start.1,
        end_line: end.0,
        end_column: end.1,
        severity: finding.severity,
        code: finding.code,
        message: &finding.message,
        related: finding.related.iter().map(|related| elsewhere(checked, related)).collect(),
        fixes: finding.fixes.iter().map(|fix| Mend { title: &fix.title, safe: fix.safe }).collect(),
    }
}

fn elsewhere<'a>(checked: &Checked, related: &'a Related) -> Elsewhere<'a> {
    let path = related.path.as_ref().unwrap_or(&checked.document.path);
    let document = checked.snapshot.document(path);
    Elsewhere {
        file: root::shown(path),
        line: document.map(|document| place_of(document, related.span).0.0),
        message: &related.message,
    }
}

fn place_of(document: &Document, span: Span) -> ((u32, u32), (u32, u32)) {
    let place = |offset| {
        let at = document.lines.position(&document.text, offset, Encoding::Utf32);
        (at.line + 1, at.column + 1)
    };
    (place(span.start), place(span.end))
}
