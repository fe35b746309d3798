//! Which documents the given paths mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_workspace::{Class, Content, Document, Snapshot};

use crate::failure::Failure;
use crate::{root, workspace};

/// The documents of a call, each with its workspace, and what could not be read.
pub struct Selection {
    /// What is to be looked at.
    pub documents: Vec<(Snapshot, Arc<Document>)>,
    /// What could not be read, is none of ours, or is wrong in settings.
    pub failures: Vec<Failure>,
}

/// Finds the documents that `paths` mean; the current workspace's where no path is given. Each workspace is read once.
pub fn select(paths: &[PathBuf]) -> Result<Selection, Failure> {
    let mut selection = Selection { documents: Vec::new(), failures: Vec::new() };
    for (root, wanted) in by_root(paths, &mut selection.failures)? {
        let files: Vec<PathBuf> = wanted.iter().filter(|path| path.is_file()).cloned().collect();
        let snapshot = workspace::read_with(&root, &files);
        selection.take_problems(&snapshot);
        selection.take_documents(&snapshot, &wanted);
        selection.take_strangers(&snapshot, &files);
    }
    Ok(selection)
}

fn by_root(
    paths: &[PathBuf],
    failures: &mut Vec<Failure>,
) -> Result<BTreeMap<PathBuf, Vec<PathBuf>>, Failure> {
    let mut roots: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    if paths.is_empty() {
        let root = root::absolute(&root::current()?)?;
        roots.insert(root.clone(), vec![root]);
    }
    for path in paths {
        match root::absolute(path) {
            Ok(path) => roots.entry(root::root_of(&path)).or_default().push(path),
            Err(failure) => failures.push(failure),
        }
    }
    Ok(roots)
}

impl Selection {
    /// Faults in settings files bear on every finding.
    fn take_problems(&mut self, snapshot: &Snapshot) {
        for problem in snapshot.problems() {
            self.failures.push(Failure::new(workspace::described(problem)));
        }
    }

    fn take_documents(&mut self, snapshot: &Snapshot, wanted: &[PathBuf]) {
        for document in snapshot.documents() {
            if !wanted.iter().any(|path| document.path.starts_with(path)) {
                continue;
            }
            match &document.content {
                Content::Unreadable(reason) => self.failures.push(unreadable(&document.path, reason)),
                Content::None => {}
                _ => self.documents.push((snapshot.clone(), Arc::clone(document))),
            }
        }
    }

    /// Files that were named and are none of ours: silence would look like praise.
    fn take_strangers(&mut self, snapshot: &Snapshot, files: &[PathBuf]) {
        for file in files {
            let is_ours = snapshot.document(file).is_some_and(|document| document.class != Class::None);
            if !is_ours {
                self.failures.push(stranger(file));
            }
        }
    }
}

fn unreadable(path: &Path, reason: &str) -> Failure {
    Failure::new(format!("{} cannot be read: {reason}", root::shown(path)))
}

fn stranger(path: &Path) -> Failure {
    Failure::new(format!("{} is not a file that divisi checks", root::shown(path))).help(
        "it checks *.dag.yaml, *.dag.yml, *.dag.json, files under .claude/, and what [files] in divisi.toml names",
    )
}
