//! Where something is named in the whole workspace.

use std::path::Path;
use std::sync::Arc;

use divisi_workspace::{Document, Snapshot};
use memchr::{memchr2_iter, memmem};

use super::{Entity, Occurrence, occurrences};

/// The places in one document that name one thing.
#[derive(Debug, Clone)]
pub struct Uses {
    /// The document.
    pub document: Arc<Document>,
    /// Sorted by place; not empty.
    pub occurrences: Vec<Occurrence>,
}

/// Every place that names `entity`, by document. Only documents in which its name stands at all are read closely.
pub fn references(snapshot: &Snapshot, entity: &Entity) -> Vec<Uses> {
    if let Some(path) = entity.document() {
        return snapshot
            .document(path)
            .and_then(|document| uses(snapshot, document, entity))
            .into_iter()
            .collect();
    }
    let search = Search::new(entity);
    let is_own = |document: &Document| entity.owner() == Some(&document.path);
    let candidates = snapshot.documents().filter(|it| is_own(it) || search.may_be_in(it));
    candidates.filter_map(|document| uses(snapshot, document, entity)).collect()
}

fn uses(snapshot: &Snapshot, document: &Arc<Document>, entity: &Entity) -> Option<Uses> {
    let mut occurrences = occurrences(snapshot, document);
    occurrences.retain(|occurrence| occurrence.entity == *entity);
    (!occurrences.is_empty()).then(|| Uses { document: Arc::clone(document), occurrences })
}

/// What every text that names an entity holds.
enum Search {
    /// This name in any case and with any separators. ASCII, in small letters, without separators; not empty.
    Loose(Vec<u8>),
    /// This text as it is.
    Exact(Box<memmem::Finder<'static>>),
    /// Nothing that is known beforehand.
    Anything,
}

impl Search {
    fn new(entity: &Entity) -> Self {
        match entity {
            Entity::Agent { name, .. } | Entity::Command { name } | Entity::Skill { name } => {
                let bare = last_part(name);
                match bare.is_ascii() && !bare.is_empty() {
                    true => Self::Loose(bare.as_bytes().to_vec()),
                    false => Self::Anything,
                }
            }
            Entity::File(path) => file_name(path).map_or(Self::Anything, Self::exact),
            // Whoever passes an argument to a DAG names its file.
            Entity::Arg { document, .. } => file_name(document).map_or(Self::Anything, Self::exact),
            _ => Self::Anything,
        }
    }

    fn exact(text: &str) -> Self {
        Self::Exact(Box::new(memmem::Finder::new(text.as_bytes()).into_owned()))
    }

    fn may_be_in(&self, document: &Document) -> bool {
        let text = document.text.as_bytes();
        match self {
            Self::Loose(name) => holds_loosely(text, name),
            Self::Exact(finder) => finder.find(text).is_some(),
            Self::Anything => true,
        }
    }
}

/// A plugin's own files name its agents without the plugin.
fn last_part(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// Whether `name` stands in `text` in any case and with separators anywhere inside.
fn holds_loosely(text: &[u8], name: &[u8]) -> bool {
    let Some((first, rest)) = name.split_first() else { return true };
    memchr2_iter(*first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at + 1..).is_some_and(|after| continues(after, rest)))
}

fn continues(text: &[u8], name: &[u8]) -> bool {
    let mut text = text.iter();
    name.iter().all(|wanted| {
        let next = text.by_ref().find(|byte| !matches!(byte, b'-' | b'_' | b' '));
        next.is_some_and(|byte| byte.to_ascii_lowercase() == *wanted)
    })
}
