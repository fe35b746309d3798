//! The mutable side: one owner applies changes and hands out snapshots.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::agents;
use crate::commands;
use crate::discover::{self, Found};
use crate::document::Document;
use crate::layout::Layout;
use crate::links;
use crate::places::Places;
use crate::settings::{self, PROJECT_FILE, Settings};
use crate::snapshot::{Inner, Problem, Snapshot};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Change {
    /// An editor opened a file.
    Opened {
        /// Absolute path.
        path: PathBuf,
        /// The editor's version.
        version: i32,
        /// Its text.
        text: String,
    },
    /// An editor changed an open file; the whole new text.
    Edited {
        /// Absolute path.
        path: PathBuf,
        /// The editor's version.
        version: i32,
        /// Its text.
        text: String,
    },
    /// An editor closed a file: what is on disk counts again.
    Closed {
        /// Absolute path.
        path: PathBuf,
    },
    /// Files on disk were made, changed or removed.
    Disk {
        /// Absolute paths.
        paths: Vec<PathBuf>,
    },
    /// A person named these files: they are read even where `.gitignore` leaves them out.
    Named {
        /// Absolute paths.
        paths: Vec<PathBuf>,
    },
    /// Workspace folders were replaced; everything is walked anew.
    Roots {
        /// Absolute paths.
        roots: Vec<PathBuf>,
    },
    /// The editor's settings changed.
    EditorSettings {
        /// As JSON; unknown keys are ignored, faults become problems.
        settings: serde_json::Value,
    },
}

/// Owns what is known.
#[derive(Debug, Default)]
pub struct Workspace {
    places: Places,
    editor: serde_json::Value,
    layout: Arc<Layout>,
    snapshot: Snapshot,
    setting_problems: Vec<Problem>,
    walk_problems: Vec<Problem>,
}

impl Workspace {
    /// A workspace over `roots` (absolute) with the user's own settings and agents; nothing scanned yet.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self::with_places(roots, Places::of_user())
    }

    /// A workspace over `roots` that looks for the user's files at `places`.
    pub fn with_places(roots: Vec<PathBuf>, places: Places) -> Self {
        let mut workspace = Self { places, ..Self::default() };
        workspace.update(|inner| inner.roots = Arc::new(roots));
        workspace.load_settings();
        workspace
    }

    /// Walks the disk anew: the roots, the configured paths, the user's folders. Slow; the server does it in
    /// the background.
    pub fn scan(&mut self) {
        self.load_settings();
        let found = discover::everything(&self.layout);
        let disk = by_path(found.documents);
        self.walk_problems = found.problems;
        self.update(|inner| inner.disk = Arc::new(disk));
        let documents: Vec<Arc<Document>> = self.snapshot.documents().cloned().collect();
        self.look_at_links(&documents);
        self.rebuild_registry();
        self.rebuild_commands();
        self.publish_problems();
    }

    /// Takes a change in.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Opened { path, version, text } | Change::Edited { path, version, text } => {
                self.set_open(path, version, text);
            }
            Change::Closed { path } => self.close(&path),
            Change::Disk { paths } => self.disk_changed(&paths),
            Change::Named { paths } => {
                let read = paths.iter().filter_map(|path| Document::read(path, &self.layout)).map(Arc::new);
                let found = Found { documents: read.collect(), problems: Vec::new() };
                self.replace_on_disk(&paths, found);
            }
            Change::Roots { roots } => {
                self.update(|inner| inner.roots = Arc::new(roots));
                self.scan();
            }
            Change::EditorSettings { settings } => {
                self.editor = settings;
                self.settings_changed();
            }
        }
    }

    /// What is known now.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        self.snapshot.settings()
    }

    /// Makes the next generation; everything that `change` leaves alone is shared with the one before.
    fn update(&mut self, change: impl FnOnce(&mut Inner)) {
        let inner = Arc::make_mut(&mut self.snapshot.inner);
        change(inner);
        inner.generation += 1;
    }

    fn set_open(&mut self, path: PathBuf, version: i32, text: String) {
        if self.snapshot.inner.open.get(&path).is_some_and(|before| before.is_yaml_dag(&self.layout)) {
            self.edit_dag(path, version, text);
            return;
        }
        let document = Arc::new(Document::open(path.clone(), version, text, &self.layout));
        let before = self.snapshot.document(&path);
        let touches_agents = !agents::same_agent(before, Some(&document));
        let touches_commands = !commands::same_command(before, Some(&document));
        self.look_at_links(std::slice::from_ref(&document));
        self.update(|inner| {
            inner.open.insert(path, document);
        });
        self.rebuild(touches_agents, touches_commands);
    }

    /// A DAG is neither an agent nor a command. It is taken out of the snapshot before it is edited: where nobody else
    /// looks at it, nothing of it has to be copied.
    fn edit_dag(&mut self, path: PathBuf, version: i32, text: String) {
        self.update(|inner| {
            if let Some(before) = inner.open.remove(&path) {
                inner.open.insert(path, Arc::new(Document::edited(before, version, text)));
            }
        });
    }

    /// What is on disk counts again, as it is now.
    fn close(&mut self, path: &Path) {
        let (open, on_disk) = (self.snapshot.inner.open.get(path), self.snapshot.inner.disk.get(path));
        let touched_agents = !agents::same_agent(open, on_disk);
        let touched_commands = !commands::same_command(open, on_disk);
        self.update(|inner| {
            inner.open.remove(path);
        });
        self.rebuild(touched_agents, touched_commands);
        self.disk_changed(&[path.to_owned()]);
    }

    fn disk_changed(&mut self, paths: &[PathBuf]) {
        if paths.iter().any(|path| self.is_settings_file(path)) {
            self.settings_changed();
        }
        if paths.iter().any(|path| path.file_name() == Some(OsStr::new("plugin.json"))) {
            // What is a plugin decides the names of all its agents.
            self.scan();
            return;
        }
        let mut found = Found::default();
        for path in paths {
            if path.is_dir() {
                let inside = discover::below(path, &self.layout);
                found.documents.extend(inside.documents);
                found.problems.extend(inside.problems);
            } else if discover::is_wanted(path, false, &self.layout) {
                found.documents.extend(Document::read(path, &self.layout).map(Arc::new));
            }
        }
        self.replace_on_disk(paths, found);
    }

    /// Forgets everything at and below `paths` and takes in what was found there.
    fn replace_on_disk(&mut self, paths: &[PathBuf], found: Found) {
        let before = Arc::clone(&self.snapshot.inner.disk);
        let stale: Vec<PathBuf> = paths.iter().flat_map(|path| at_and_below(&before, path)).collect();
        if !(stale.is_empty() && found.documents.is_empty()) {
            let mut disk = Arc::clone(&before);
            let documents = Arc::make_mut(&mut disk);
            for path in &stale {
                documents.remove(path);
            }
            let found_paths: Vec<PathBuf> =
                found.documents.iter().map(|document| document.path.clone()).collect();
            documents.extend(by_path(found.documents));
            let touched = || stale.iter().chain(&found_paths).map(|path| (before.get(path), disk.get(path)));
            let touches_agents = touched().any(|(old, new)| !agents::same_agent(old, new));
            let touches_commands = touched().any(|(old, new)| !commands::same_command(old, new));
            self.update(|inner| inner.disk = disk);
            self.rebuild(touches_agents, touches_commands);
        }
        let is_stale = |problem: &Problem| paths.iter().any(|path| problem.path.starts_with(path));
        if !found.problems.is_empty() || self.walk_problems.iter().any(is_stale) {
            self.walk_problems.retain(|problem| !is_stale(problem));
            self.walk_problems.extend(found.problems);
            self.publish_problems();
        }
    }

    /// Asks the disk for files that documents lead to and that discovery has not read: it leaves out what is ignored.
    fn look_at_links(&mut self, documents: &[Arc<Document>]) {
        let targets = documents.iter().flat_map(|document| {
            links::written(document).filter_map(|written| links::target(&document.path, &written.value))
        });
        let unread = targets.filter(|target| {
            self.snapshot.root_of(target).is_some() && self.snapshot.document(target).is_none()
        });
        let (there, gone): (Vec<PathBuf>, Vec<PathBuf>) = unread.partition(|target| target.is_file());
        let known = &self.snapshot.inner.linked;
        if there.iter().all(|path| known.contains(path)) && !gone.iter().any(|path| known.contains(path)) {
            return;
        }
        self.update(|inner| {
            let linked = Arc::make_mut(&mut inner.linked);
            linked.extend(there);
            linked.retain(|path| !gone.contains(path));
        });
    }

    fn is_settings_file(&self, path: &Path) -> bool {
        let of_project = path.file_name() == Some(OsStr::new(PROJECT_FILE))
            && path.parent().is_some_and(|folder| self.snapshot.roots().iter().any(|root| root == folder));
        of_project || self.places.config_file().is_some_and(|file| file == path)
    }

    /// Loads the settings anew, and walks anew only where they changed what is searched.
    fn settings_changed(&mut self) {
        let before = Arc::clone(self.snapshot.settings());
        self.load_settings();
        let now = self.snapshot.settings();
        if before.agents != now.agents || before.files != now.files {
            self.scan();
        }
    }

    fn load_settings(&mut self) {
        let roots = Arc::clone(&self.snapshot.inner.roots);
        let (settings, problems) = settings::load(&roots, &self.places, &self.editor);
        self.layout = Arc::new(Layout::new(&roots, &settings, &self.places));
        self.setting_problems = problems;
        let layout = Arc::clone(&self.layout);
        self.update(|inner| {
            inner.settings = Arc::new(settings);
            inner.layout = layout;
        });
        self.publish_problems();
    }

    fn publish_problems(&mut self) {
        let problems: Vec<Problem> =
            self.setting_problems.iter().chain(&self.walk_problems).cloned().collect();
        self.update(|inner| inner.problems = Arc::new(problems));
    }

    fn rebuild(&mut self, agents: bool, commands: bool) {
        if agents {
            self.rebuild_registry();
        }
        if commands {
            self.rebuild_commands();
        }
    }

    fn rebuild_commands(&mut self) {
        let commands = commands::table(self.snapshot.documents(), &self.layout);
        self.update(|inner| inner.commands = Arc::new(commands));
    }

    fn rebuild_registry(&mut self) {
        let registry = agents::registry(self.snapshot.documents(), &self.layout);
        self.update(|inner| inner.registry = Arc::new(registry));
    }
}

fn by_path(documents: Vec<Arc<Document>>) -> BTreeMap<PathBuf, Arc<Document>> {
    documents.into_iter().map(|document| (document.path.clone(), document)).collect()
}

/// The known paths that are `path` or lie below it. Paths sort by their components, so they stand together.
fn at_and_below(disk: &BTreeMap<PathBuf, Arc<Document>>, path: &Path) -> Vec<PathBuf> {
    let from = disk.range(path.to_owned()..).map(|(known, _)| known);
    from.take_while(|known| known.starts_with(path)).cloned().collect()
}
