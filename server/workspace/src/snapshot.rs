//! An immutable view of everything that is known, cheap to clone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_model::{Commands, Registry};

use crate::agents;
use crate::classify::Class;
use crate::commands;
use crate::document::Document;
use crate::layout::Layout;
use crate::settings::Settings;

/// Open documents over files on disk, registry, commands, settings, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Inner {
    pub(crate) roots: Arc<Vec<PathBuf>>,
    pub(crate) disk: Arc<BTreeMap<PathBuf, Arc<Document>>>,
    pub(crate) open: BTreeMap<PathBuf, Arc<Document>>,
    /// Files that documents lead to and that are not ours, or ignored: they are there, and not read.
    pub(crate) linked: Arc<BTreeSet<PathBuf>>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) commands: Arc<Commands>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) generation: u64,
    pub(crate) problems: Arc<Vec<Problem>>,
}

/// Something outside documents that the user should know: a fault in a settings file, a folder that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub path: PathBuf,
    /// Byte range in it, where it is a file with a fault.
    pub span: Option<divisi_syntax::Span>,
    /// Line and column of its beginning, both from 1, the column in characters.
    pub line_and_column: Option<(u32, u32)>,
    /// Whether a setting that bears on what a run may do could not be read: nothing is run until it is mended.
    pub forbids_runs: bool,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Problem {
    /// `path`, which stands for the file, and where in it: `divisi.toml:3:9`.
    pub fn place(&self, path: impl std::fmt::Display) -> String {
        match self.line_and_column {
            Some((line, column)) => format!("{path}:{line}:{column}"),
            None => path.to_string(),
        }
    }
}

impl Snapshot {
    /// Whether both are of the same moment.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The workspace folders.
    pub fn roots(&self) -> &[PathBuf] {
        &self.inner.roots
    }

    /// The workspace folder that holds `path`: the innermost.
    pub fn root_of(&self, path: &Path) -> Option<&Path> {
        self.inner
            .roots
            .iter()
            .filter(|root| path.starts_with(root))
            .max_by_key(|root| root.as_os_str().len())
            .map(PathBuf::as_path)
    }

    /// The document at `path`: the open one, else the one on disk.
    pub fn document(&self, path: &Path) -> Option<&Arc<Document>> {
        self.inner.open.get(path).or_else(|| self.inner.disk.get(path))
    }

    /// Whether a file that a document leads to ([`crate::links`]) is there, read or not.
    pub fn has_linked(&self, path: &Path) -> bool {
        self.document(path).is_some() || self.inner.linked.contains(path)
    }

    /// All documents of ours, by path: those on disk, then the open ones in their place.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        let open = &self.inner.open;
        let disk = self.inner.disk.values().filter(|document| !open.contains_key(&document.path));
        disk.chain(open.values()).filter(|document| document.class != Class::None)
    }

    /// The documents whose DAG is called `name`, by path.
    pub fn dags_by_name(&self, name: &str) -> Vec<&Arc<Document>> {
        self.documents().filter(|document| document.dag_name().is_some_and(|own| own == name)).collect()
    }

    /// The agents.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.inner.registry
    }

    /// The slash commands and skills.
    pub fn commands(&self) -> &Arc<Commands> {
        &self.inner.commands
    }

    /// The settings.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.inner.settings
    }

    /// Faults outside documents.
    pub fn problems(&self) -> &[Problem] {
        &self.inner.problems
    }

    /// The same, had an editor this text for `path`: to look at what a change would bring.
    #[must_use]
    pub fn with_text(&self, path: &Path, text: String) -> Self {
        let version = self.document(path).and_then(|document| document.version).unwrap_or_default();
        let document = Arc::new(Document::open(path.to_owned(), version, text, &self.inner.layout));
        let touches_agents = !agents::same_agent(self.document(path), Some(&document));
        let touches_commands = !commands::same_command(self.document(path), Some(&document));
        let mut changed = self.clone();
        Arc::make_mut(&mut changed.inner).open.insert(path.to_owned(), document);
        if touches_agents {
            let registry = Arc::new(agents::registry(changed.documents(), &self.inner.layout));
            Arc::make_mut(&mut changed.inner).registry = registry;
        }
        if touches_commands {
            let commands = Arc::new(commands::table(changed.documents(), &self.inner.layout));
            Arc::make_mut(&mut changed.inner).commands = commands;
        }
        changed
    }

    /// Grows with each change.
    pub fn generation(&self) -> u64 {
        self.inner.generation
    }
}
