//! Formatting: indentation, spaces around marks, blank lines. Comments, the order of keys, quotes and line breaks
//! inside of values stay as they are.
//!
//! A formatted text says the same as before: it is read again and compared before anything is given out.

mod comments;
mod flow;
mod json;
mod lines;
mod on_type;
mod same;
mod yaml;

use std::fmt;

use divisi_analysis::Edit;
use divisi_syntax::{ErrorKind, Limits, Span, Tree, jsonc, yaml as yaml_syntax};
use divisi_workspace::{Class, Document};

use crate::change::apply;
use lines::Lines;

pub use on_type::after_line_break;

/// Columns of one level.
const STEP: u32 = 2;

/// Why a document is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is not a DAG file of ours: Markdown and files of other tools have their own formatters.
    NotOurs,
    /// It has faults; their first, which must be mended first.
    Faults {
        /// Where.
        span: Span,
        /// What is wrong.
        message: String,
    },
    /// It would not say the same afterwards (a form that this formatter does not know).
    WouldChangeMeaning,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOurs => formatter.write_str("it is no DAG file"),
            Self::Faults { message, .. } => write!(formatter, "it has a fault: {message}"),
            Self::WouldChangeMeaning => {
                formatter.write_str("it holds a form that would not mean the same afterwards")
            }
        }
    }
}

/// The edits that format `document`; none where it is well formatted. In order, not overlapping.
pub fn format(document: &Document) -> Result<Vec<Edit>, Refusal> {
    if !matches!(document.class, Class::DagYaml | Class::DagJson) {
        return Err(Refusal::NotOurs);
    }
    let tree = read(document, &document.text);
    if let Some(fault) = tree.errors().iter().find(|error| error.kind != ErrorKind::Unsupported) {
        return Err(Refusal::Faults { span: fault.span, message: fault.message.clone() });
    }
    let mut lines = Lines::new(&document.text, &document.lines);
    let is_placed =
        if tree.is_json() { json::place(&tree, &mut lines) } else { yaml::place(&tree, &mut lines) };
    if is_placed.is_none() {
        return Err(Refusal::WouldChangeMeaning);
    }
    let edits = lines.edits(&tree);
    let formatted = read(document, &apply(&document.text, &edits));
    if same::says_the_same(&tree, &formatted) { Ok(edits) } else { Err(Refusal::WouldChangeMeaning) }
}

/// Those of [`format()`]'s edits that touch the lines of `range`.
pub fn format_range(document: &Document, range: Span) -> Result<Vec<Edit>, Refusal> {
    let first = document.lines.line(range.start);
    let last = document.lines.line(range.end);
    // A range that ends at the start of a line does not mean that line.
    let ends_before = last > first && document.lines.line_start(last) == range.end;
    let last = if ends_before { last - 1 } else { last };
    let mut edits = format(document)?;
    edits.retain(|edit| {
        let line = document.lines.line(edit.span.start);
        first <= line && line <= last
    });
    let formatted = read(document, &apply(&document.text, &edits));
    let tree = read(document, &document.text);
    // A part alone may be worse than nothing: a list half of which has moved.
    if same::says_the_same(&tree, &formatted) { Ok(edits) } else { Err(Refusal::WouldChangeMeaning) }
}

fn read(document: &Document, text: &str) -> Tree {
    match document.class {
        Class::DagJson => jsonc::parse(text.into(), Limits::default()),
        _ => yaml_syntax::parse(text.into()),
    }
}
