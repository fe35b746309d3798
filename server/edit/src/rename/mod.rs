//! Renaming: one thing, everywhere it is named.
//!
//! ```text
//! name     which new names are good, and which are taken
//! owner    whose a thing is: only what is made in the workspace can be renamed
//! write    how the new name stands at each place
//! moved    paths that lead to a file which gets another name
//! ```

mod moved;
mod name;
mod owner;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::occurrences::{Entity, Form, Occurrence, Role, Uses, occurrence_at, references};
use divisi_syntax::{ErrorKind, Span};
use divisi_workspace::{Content, Document, Snapshot};

use crate::change::{Change, FileEdit, Step};

pub use moved::{Moved, moved};

/// Why something is not renamed: one sentence without a full stop, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// Something that can be renamed, at the place where somebody asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renameable {
    /// The name in the text.
    pub span: Span,
    /// What is named.
    pub entity: Entity,
    /// Its name now.
    pub name: String,
}

/// What would be renamed at `offset`; `None` where nothing is named.
///
/// # Errors
/// What is named there cannot be renamed.
pub fn prepare(
    snapshot: &Snapshot,
    document: &Arc<Document>,
    offset: u32,
) -> Result<Option<Renameable>, Refusal> {
    let Some(occurrence) = occurrence_at(snapshot, document, offset) else { return Ok(None) };
    let name = owner::name(snapshot, document, &occurrence)?;
    Ok(Some(Renameable { span: occurrence.span, entity: occurrence.entity, name }))
}

/// What becomes of an agent's file that is called as its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// It gets the new name, too, and so do the paths that lead to it.
    Follow,
    /// It keeps its name.
    Stay,
}

/// The change that gives `entity` the name `new`: everything that names it in the workspace, under whichever spelling;
/// prose that probably means it as edits that need confirming. Empty where it has that name already.
///
/// # Errors
/// It cannot be renamed, or not to that: somebody else's, an invalid or a taken name, a file with faults in it.
pub fn rename(snapshot: &Snapshot, entity: &Entity, new: &str, files: Files) -> Result<Change, Refusal> {
    let own = owner::files(snapshot, entity)?;
    let new = name::checked(snapshot, entity, new)?;
    let moves = if files == Files::Follow { moves(snapshot, &own, new) } else { Vec::new() };
    let must_move = |file: &&owner::AgentFile| {
        !file.is_written && file.name != new && moves.iter().all(|(from, _)| *from != file.path)
    };
    if let Some(file) = own.iter().find(must_move) {
        let path = file.path.display();
        return Err(Refusal::new(format!("this agent is called as its file is: rename the file {path}")));
    }
    let mut steps = Vec::new();
    for uses in references(snapshot, entity) {
        let document = &uses.document;
        if !is_editable(snapshot, entity, &document.path) {
            continue;
        }
        let edits = edits(&uses, new, !moves.is_empty())?;
        if !edits.is_empty() {
            check_faults(document)?;
            steps.push(Step::Edit { path: document.path.clone(), edits });
        }
    }
    steps.extend(moves.into_iter().map(|(from, to)| Step::Rename { from, to }));
    Ok(Change { steps })
}

/// Files of the user and of plugins may name an agent of the workspace; they are not the workspace's.
fn is_editable(snapshot: &Snapshot, entity: &Entity, path: &Path) -> bool {
    snapshot.root_of(path).is_some() || entity.document() == Some(path)
}

fn edits(uses: &Uses, new: &str, is_moved: bool) -> Result<Vec<FileEdit>, Refusal> {
    let mut edits = Vec::new();
    for occurrence in &uses.occurrences {
        if matches!(occurrence.form, Form::Stem if !is_moved) {
            continue;
        }
        let Some(edit) = write::edit(&uses.document, occurrence, new)? else { continue };
        edits.push(FileEdit { edit, confirm: confirmation(occurrence) });
    }
    Ok(edits)
}

fn confirmation(occurrence: &Occurrence) -> Option<String> {
    let is_guess = occurrence.role == Role::Prose;
    is_guess.then(|| format!("Text that probably means the {}", occurrence.entity.kind()))
}

/// In a text with faults a place may be hidden.
fn check_faults(document: &Document) -> Result<(), Refusal> {
    let Content::Dag { tree, .. } = &document.content else { return Ok(()) };
    let Some(fault) = tree.errors().iter().find(|error| error.kind != ErrorKind::Unsupported) else {
        return Ok(());
    };
    let line = document.lines.line(fault.span.start) + 1;
    let file = document.path.file_name().unwrap_or_default().to_string_lossy();
    Err(Refusal::new(format!("{file} has a fault in line {line}: mend it first, a use may be hidden there")))
}

/// The new names of the agent's files, where a file is called as its agent is.
fn moves(snapshot: &Snapshot, files: &[owner::AgentFile], new: &str) -> Vec<(PathBuf, PathBuf)> {
    let mut moves = Vec::new();
    for file in files {
        let Some((stem, ending)) = owner::split_file_name(&file.path) else { continue };
        let to = file.path.with_file_name(format!("{new}{ending}"));
        let is_free = snapshot.document(&to).is_none();
        if stem == file.name && stem != new && is_free {
            moves.push((file.path.clone(), to));
        }
    }
    moves
}
