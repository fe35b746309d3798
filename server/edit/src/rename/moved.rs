//! A file gets another name: the paths that lead to it.

use std::path::{Path, PathBuf};

use divisi_analysis::Edit;
use divisi_analysis::occurrences::{Entity, Form, Occurrence, agents, occurrences};
use divisi_syntax::Span;
use divisi_workspace::lexical::{clean, relative};
use divisi_workspace::{Content, Document, Snapshot};

use super::owner::split_file_name;
use crate::change::Change;

/// A file, or a folder with all in it, that is about to get another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Absolute path now.
    pub from: PathBuf,
    /// Absolute path afterwards.
    pub to: PathBuf,
}

impl Moved {
    fn apply(&self, path: &Path) -> Option<PathBuf> {
        let below = path.strip_prefix(&self.from).ok()?;
        Some(if below.as_os_str().is_empty() { self.to.clone() } else { self.to.join(below) })
    }
}

/// What has to change in the workspace so that every path still leads where it led: paths to what is moved, and
/// relative paths in it. Edits name files as they are called before the move.
pub fn moved(snapshot: &Snapshot, moves: &[Moved]) -> Change {
    let place = |path: &Path| moves.iter().find_map(|it| it.apply(path));
    let mut steps = Vec::new();
    for document in snapshot.documents().filter(|document| snapshot.root_of(&document.path).is_some()) {
        if !may_be_concerned(document, moves) {
            continue;
        }
        let found = occurrences(snapshot, document);
        let edits: Vec<Edit> = found.iter().filter_map(|it| edit(snapshot, document, it, &place)).collect();
        if !edits.is_empty() {
            steps.extend(Change::of_file(document.path.clone(), edits).steps);
        }
    }
    Change { steps }
}

/// Reading a document closely takes time: only where it moves itself, or the name of a moved file stands in it.
fn may_be_concerned(document: &Document, moves: &[Moved]) -> bool {
    let holds_name = |it: &Moved| {
        let name = it.from.file_name().and_then(|name| name.to_str());
        // `agents/reviewer.md` names the file by its stem.
        let stem = split_file_name(&it.from).map(|(stem, _)| stem);
        stem.or(name).is_none_or(|name| document.text.contains(name))
    };
    let has_paths = !matches!(document.content, Content::None | Content::Unreadable(_));
    has_paths && moves.iter().any(|it| document.path.starts_with(&it.from) || holds_name(it))
}

fn edit(
    snapshot: &Snapshot,
    document: &Document,
    occurrence: &Occurrence,
    place: &impl Fn(&Path) -> Option<PathBuf>,
) -> Option<Edit> {
    match (&occurrence.entity, occurrence.form) {
        (Entity::File(target), Form::Path) => path_edit(snapshot, document, occurrence, target, place),
        (Entity::Agent { .. }, Form::Stem) => stem_edit(snapshot, document, occurrence, place),
        _ => None,
    }
}

fn path_edit(
    snapshot: &Snapshot,
    document: &Document,
    occurrence: &Occurrence,
    target: &Path,
    place: &impl Fn(&Path) -> Option<PathBuf>,
) -> Option<Edit> {
    let moved = place(target);
    if moved.is_none() && snapshot.document(target).is_none() {
        return None;
    }
    let written = occurrence.span.slice(&document.text);
    let folder = document.path.parent()?;
    let base = if clean(&folder.join(written)) == target {
        let here = place(&document.path).unwrap_or_else(|| document.path.clone());
        here.parent()?.to_owned()
    } else {
        snapshot.root_of(&document.path)?.to_owned()
    };
    let new = relative(&base, moved.as_deref().unwrap_or(target))?;
    let new = if written.starts_with("./") && !new.starts_with("../") { format!("./{new}") } else { new };
    // A path that is written in another way, and leads there all the same, stays.
    let is_same = clean(&base.join(written)) == clean(&base.join(&new));
    // Nobody could tell where it ends.
    let is_plain = new.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    (!is_same && is_plain).then_some(Edit { span: occurrence.span, text: new })
}

/// `.claude/agents/reviewer.md`: the file's name, or where it goes to another folder all of the path.
fn stem_edit(
    snapshot: &Snapshot,
    document: &Document,
    occurrence: &Occurrence,
    place: &impl Fn(&Path) -> Option<PathBuf>,
) -> Option<Edit> {
    let written = occurrence.span.slice(&document.text);
    let is_named = |path: &Path| split_file_name(path).is_some_and(|(stem, _)| stem == written);
    let mut files =
        agents(snapshot, &occurrence.entity).into_iter().filter_map(|agent| agent.path.as_deref());
    let from = files.find(|path| is_named(path))?;
    let to = place(from)?;
    if to.parent() == from.parent() {
        let (stem, _) = split_file_name(&to)?;
        return Some(Edit { span: occurrence.span, text: stem.to_owned() });
    }
    let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let before = document.text.get(..occurrence.span.start as usize)?;
    let after = document.text.get(occurrence.span.end as usize..)?;
    let start = before.trim_end_matches(is_path).len();
    let end = occurrence.span.end as usize + ".md".len();
    let root = snapshot.root_of(&document.path)?;
    let whole = document.text.get(start..end).filter(|_| after.starts_with(".md"))?;
    let leads_there = clean(&root.join(whole)) == from;
    let text = relative(root, &to).filter(|_| leads_there)?;
    Some(Edit { span: Span::new(start as u32, end as u32), text })
}
