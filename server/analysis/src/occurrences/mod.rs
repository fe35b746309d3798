//! Everything that names something, with its place: what navigation, highlighting and renaming are made of.
//!
//! ```text
//! entity    what can be named
//! written   how a name stands in its text
//! dag       names in DAG files
//! variable  names in environment variables of programs
//! mention   names in Markdown and in prompts
//! agent     an agent's own name
//! declaration  where something is made
//! search    where something is named in the whole workspace
//! ```

mod agent;
mod dag;
mod declaration;
mod entity;
mod mention;
mod search;
mod variable;
mod written;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_syntax::{Span, Spanned};
use divisi_workspace::{Class, Content, Document, Snapshot};

pub use declaration::{Place, agents, declarations};
pub use entity::Entity;
pub use search::{Uses, references};
pub use written::Form;

/// One place that names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// Where the name stands, without quotes and marks.
    pub span: Span,
    /// What is named.
    pub entity: Entity,
    /// What the place does.
    pub role: Role,
    /// How the name is written there.
    pub form: Form,
}

/// What a place that names something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It makes the thing, and gives it its name.
    Declaration,
    /// It means the thing.
    Reference,
    /// It probably means the thing: ordinary words of a text.
    Prose,
}

/// Everything that `document` names, sorted by place; no two overlap. Nothing for documents that are not ours.
///
/// The cost is that of reading the document's templates once: some milliseconds for 1,000 nodes.
pub fn occurrences(snapshot: &Snapshot, document: &Arc<Document>) -> Vec<Occurrence> {
    if document.class == Class::None {
        return Vec::new();
    }
    let mut collector = Collector::new(snapshot, document);
    if let Some(markdown) = &document.markdown {
        collector.markdown(markdown);
    }
    match &document.content {
        Content::Dag { tree, dag: Some(dag), .. } => dag::collect(&mut collector, tree, dag),
        Content::Agent(file) => agent::collect(&mut collector, file),
        Content::Command { link: Some(link) } => collector.file(link),
        _ => {}
    }
    collector.finish()
}

/// What is named at `offset`: of two names that touch there, the one that starts there.
pub fn occurrence_at(snapshot: &Snapshot, document: &Arc<Document>, offset: u32) -> Option<Occurrence> {
    let touching = occurrences(snapshot, document).into_iter().filter(|it| it.span.touches(offset));
    touching.max_by_key(|it| it.span.start)
}

/// Gathers the occurrences of one document.
struct Collector<'a> {
    snapshot: &'a Snapshot,
    document: &'a Document,
    /// The document's path, shared by all its entities.
    here: Arc<Path>,
    found: Vec<Occurrence>,
}

impl<'a> Collector<'a> {
    fn new(snapshot: &'a Snapshot, document: &'a Document) -> Self {
        Self { snapshot, document, here: Arc::from(document.path.as_path()), found: Vec::new() }
    }

    fn text(&self) -> &'a str {
        &self.document.text
    }

    fn push(&mut self, span: Span, entity: Entity, role: Role, form: Form) {
        // A name that is not written yet names nothing.
        if !span.is_empty() {
            self.found.push(Occurrence { span, entity, role, form });
        }
    }

    /// A name that is a whole scalar.
    fn scalar(&mut self, name: &Spanned<String>, entity: Entity, role: Role) {
        let (span, form) = written::of_scalar(self.text(), name);
        if !name.value.is_empty() {
            self.push(span, entity, role, form);
        }
    }

    /// A path relative to the document.
    fn file(&mut self, path: &Spanned<String>) {
        if path.value.is_empty() || path.value.contains("{{") {
            return;
        }
        let (span, _) = written::of_scalar(self.text(), path);
        self.push(span, Entity::File(self.path(&path.value)), Role::Reference, Form::Path);
    }

    /// The file that a path relative to the document leads to.
    fn path(&self, path: &str) -> PathBuf {
        let folder = self.here.parent().unwrap_or(&self.here);
        divisi_workspace::lexical::clean(&folder.join(path))
    }

    /// Of several that overlap the one with the most weight stays: a declaration before a reference, and that before
    /// a guess.
    fn finish(mut self) -> Vec<Occurrence> {
        self.found.sort_by_key(|it| (it.span.start, it.role, it.span.end));
        self.found.dedup_by(|later, earlier| {
            let overlap = later.span.start < earlier.span.end;
            if overlap && later.role < earlier.role {
                std::mem::swap(later, earlier);
            }
            overlap
        });
        self.found
    }
}
