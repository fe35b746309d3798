//! Completion.

mod agents;
mod commands;
mod context;
mod documentation;
mod files;
mod foreign;
mod keys;
mod mentions;
mod nodes;
mod references;
mod snippet;
mod values;

use std::sync::Arc;

use divisi_model::keys::Role;
use divisi_syntax::{Kind, Span};
use divisi_workspace::{Document, Snapshot};

use crate::cursor::{Attempt, Cursor, is_alone_on_line};
use crate::expression::{self, Tags};
use context::Context;

pub use documentation::Documentation;

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// The name of an agent.
    Agent,
    /// The name of a slash command or a skill.
    Command,
    /// The path of a file.
    File,
    /// The id of a node.
    Node,
    /// A key of the format.
    Key,
    /// One of the values that a key takes.
    Value,
    /// A name that a template can use.
    Variable,
    /// An output of a node.
    Output,
    /// A text with stops to fill in.
    Snippet,
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown in the list.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// One short line beside the label.
    pub detail: Option<String>,
    /// A few words at the right edge: where it comes from, why it stands last.
    pub note: Option<String>,
    /// Explanation.
    pub documentation: Option<Documentation>,
    /// What of the text it replaces; on one line, and the cursor stands in it.
    pub replace: Span,
    /// What is put there.
    pub insert: String,
    /// Whether `insert` holds stops (`$1`, `${2:name}`, `$0`), and its lines after the first are to be indented
    /// like the line where it begins.
    pub snippet: bool,
    /// Proposals are shown in the order of this text.
    pub sort: String,
    /// What the typed text is compared with, where it is not the label.
    pub filter: Option<String>,
}

impl Completion {
    /// A proposal that puts its label there. Of two proposals the one with the smaller `rank` is the better.
    fn new(kind: CompletionKind, label: impl Into<String>, replace: Span, rank: usize) -> Self {
        let label = label.into();
        Self {
            kind,
            detail: None,
            note: None,
            documentation: None,
            replace,
            insert: label.clone(),
            snippet: false,
            sort: format!("{rank:04} {label}"),
            filter: None,
            label,
        }
    }
}

/// What could be written at `offset`, the best first; inside a character its start counts. Works in unfinished text,
/// too.
pub fn complete(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Vec<Completion> {
    let offset = (0..=offset).rev().find(|at| document.text.is_char_boundary(*at as usize)).unwrap_or(0);
    let mut completions = propose(snapshot, document, offset);
    completions.sort_by(|a, b| a.sort.cmp(&b.sort));
    completions
}

fn propose(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Vec<Completion> {
    if let Some(completions) = mentions::complete(snapshot, document, offset) {
        return completions;
    }
    let word = Cursor::new(document, offset, Attempt::Word);
    if let Some(completions) = word.as_ref().and_then(|cursor| at_word(snapshot, cursor)) {
        return completions;
    }
    if !is_alone_on_line(&document.text, offset) {
        return Vec::new();
    }
    let mut completions = Vec::new();
    if let Some(cursor) = Cursor::new(document, offset, Attempt::Key) {
        completions.extend(keys::missing_colon(&cursor));
        completions.extend(snippet::in_item(&cursor));
    }
    if let Some(cursor) = Cursor::new(document, offset, Attempt::Item) {
        completions.extend(snippet::new_item(&cursor));
    }
    completions
}

/// Proposals for the word as it stands; `None` where it may still become a key or an item.
fn at_word(snapshot: &Snapshot, cursor: &Cursor) -> Option<Vec<Completion>> {
    if let Some(path) = path_at(cursor) {
        return Some(references::complete(&Context::new(snapshot, cursor), &path));
    }
    if let Some(path) = foreign::path_at(cursor) {
        return Some(foreign::complete(&Context::new(snapshot, cursor), &path));
    }
    if cursor.place.role == Role::Key {
        return keys::complete(cursor);
    }
    let takes_scalars = cursor.place.ty.scalar_alternatives().next().is_some();
    if !takes_scalars {
        return None;
    }
    if !cursor.is_word() {
        return Some(Vec::new());
    }
    let values = values::complete(&Context::new(snapshot, cursor));
    let takes_keys = cursor.place.ty.for_collection(Kind::Mapping).is_some();
    (!values.is_empty() || !takes_keys).then_some(values)
}

/// The path of a template that is being typed.
fn path_at(cursor: &Cursor) -> Option<expression::Path> {
    let tree = &cursor.parsed.tree;
    let start = tree.span(cursor.scalar).start;
    if let Some(tags) = expression::templates(&cursor.place.ty) {
        return expression::path_at(tree.text(), start, cursor.mark, tags);
    }
    // An unquoted value that begins with `{{` is a mapping to YAML; what is meant is clear.
    let line = start - cursor.column(start) as u32;
    let written = Span::new(line, cursor.mark.start).slice(tree.text());
    let is_braced = written.contains(": {{") && cursor.style() == divisi_syntax::Style::Plain;
    is_braced.then(|| expression::path_at(tree.text(), line, cursor.mark, Tags::Needed))?
}
