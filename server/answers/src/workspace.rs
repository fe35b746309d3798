//! A workspace, read from disk once for one command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::did_you_mean::nearest;
use divisi_workspace::snapshot::Problem;
use divisi_workspace::{Change, Class, Content, Document, Snapshot, Workspace};

use crate::failure::Failure;
use crate::root;

/// Reads the whole workspace at `root`.
pub fn read(root: &Path) -> Snapshot {
    let mut workspace = Workspace::new(vec![root.to_owned()]);
    workspace.scan();
    workspace.snapshot()
}

/// Reads the workspace at `root` and `files` of it, whether discovery would have found them or not.
pub fn read_with(root: &Path, files: &[PathBuf]) -> Snapshot {
    let mut workspace = Workspace::new(vec![root.to_owned()]);
    workspace.scan();
    workspace.apply(Change::Named { paths: files.to_vec() });
    workspace.snapshot()
}

/// Whether `path` is a file that divisi checks, wherever discovery looks. Reads it and the settings, and nothing else.
pub fn is_ours(path: &Path) -> bool {
    let Ok(path) = root::absolute(path) else { return false };
    let mut workspace = Workspace::new(vec![root::root_of(&path)]);
    workspace.apply(Change::Named { paths: vec![path.clone()] });
    workspace.snapshot().document(&path).is_some_and(|document| document.class != Class::None)
}

/// The settings that hold at `root`, and their problems; nothing else is read.
pub fn read_settings(root: &Path) -> Snapshot {
    Workspace::new(vec![root.to_owned()]).snapshot()
}

/// One DAG file and the workspace around it.
pub struct Target {
    /// Everything known.
    pub snapshot: Snapshot,
    /// The file.
    pub document: Arc<Document>,
    /// The workspace's root.
    pub root: PathBuf,
}

/// Finds what FILE means: a path to a DAG file, a folder with exactly one in it, or else the unique name of a DAG of
/// this workspace. Where no DAG has that name, the name of its file counts, and a command's slash does not.
pub fn target(file: &str) -> Result<Target, Failure> {
    let path = Path::new(file);
    if path.is_dir() {
        return in_folder(path);
    }
    if path.exists() {
        return at_path(path);
    }
    by_name(file)
}

fn at_path(path: &Path) -> Result<Target, Failure> {
    let path = root::absolute(path)?;
    let root = root::root_of(&path);
    let snapshot = read_with(&root, std::slice::from_ref(&path));
    let document = snapshot.document(&path).cloned().ok_or_else(|| not_a_dag(&path))?;
    check_kind(&document)?;
    Ok(Target { snapshot, document, root })
}

fn in_folder(folder: &Path) -> Result<Target, Failure> {
    let folder = root::absolute(folder)?;
    let root = root::root_of(&folder);
    let snapshot = read(&root);
    let dags: Vec<Arc<Document>> = dags(&snapshot)
        .filter(|document| document.path.parent() == Some(folder.as_path()))
        .cloned()
        .collect();
    let shown = root::shown(&folder);
    match dags.as_slice() {
        [document] => Ok(Target { document: document.clone(), snapshot, root }),
        [] => Err(Failure::new(format!("{shown} is a folder without a DAG file (*.dag.yaml, *.dag.json)"))
            .help("name the file, or make one: divisi new")),
        many => Err(list(
            Failure::new(format!("{shown} is a folder with {} DAG files: name one", many.len())),
            many,
        )),
    }
}

fn by_name(name: &str) -> Result<Target, Failure> {
    let root = root::absolute(&root::current()?)?;
    let snapshot = read(&root);
    let mut named: Vec<Arc<Document>> = snapshot.dags_by_name(name).into_iter().cloned().collect();
    if named.is_empty() {
        named = dags(&snapshot).filter(|document| is_also_called(document, name)).cloned().collect();
    }
    match named.as_slice() {
        [document] => Ok(Target { document: document.clone(), snapshot, root }),
        [] => {
            let all: Vec<Arc<Document>> = dags(&snapshot).cloned().collect();
            let failure = Failure::new(format!("there is no file {name}, and no DAG of that name here"));
            let names: Vec<String> =
                all.iter().flat_map(|document| [self::name(document), stem(document)]).collect();
            let near = nearest(name, names.iter().map(String::as_str));
            let failure =
                near.into_iter().fold(failure, |failure, near| failure.help(format!("did you mean {near}?")));
            Err(list(failure, &all))
        }
        many => {
            Err(list(Failure::new(format!("{} DAGs are called {name}: name the file", many.len())), many))
        }
    }
}

fn is_also_called(document: &Document, name: &str) -> bool {
    stem(document) == name || name.strip_prefix('/').is_some_and(|plain| self::name(document) == plain)
}

/// The name of a document's file without the endings of a DAG file.
fn stem(document: &Document) -> String {
    let file = document.path.file_name().unwrap_or_default().to_string_lossy();
    let without = [".dag.yaml", ".dag.yml", ".dag.json"].iter().find_map(|ending| file.strip_suffix(ending));
    without.unwrap_or(&file).to_owned()
}

fn list(failure: Failure, documents: &[Arc<Document>]) -> Failure {
    if documents.is_empty() {
        return failure.help("make a first DAG: divisi new");
    }
    documents.iter().fold(failure, |failure, document| {
        failure.help(format!("{} ({})", root::shown(&document.path), name(document)))
    })
}

/// All documents that hold a DAG.
pub fn dags(snapshot: &Snapshot) -> impl Iterator<Item = &Arc<Document>> {
    snapshot.documents().filter(|document| document.dag().is_some())
}

/// A problem with its place, on one line.
pub fn described(problem: &Problem) -> String {
    format!("{}: {}", problem.place(root::shown(&problem.path)), problem.message)
}

/// The name of a document's DAG, for people.
pub fn name(document: &Document) -> String {
    document.dag_name().unwrap_or_default()
}

fn check_kind(document: &Document) -> Result<(), Failure> {
    match &document.content {
        Content::Unreadable(reason) => {
            Err(Failure::new(format!("{} cannot be read: {reason}", root::shown(&document.path))))
        }
        Content::Dag { dag: Some(_), .. } => Ok(()),
        Content::Dag { dag: None, .. } => {
            let shown = root::shown(&document.path);
            Err(Failure::new(format!("{shown} holds no DAG: its root is not a mapping"))
                .help(format!("see what is wrong: divisi check {shown}")))
        }
        Content::Command { link: Some(link) } => {
            Err(Failure::new(format!("{} only names its DAG", root::shown(&document.path)))
                .help(format!("name the DAG file itself: {}", linked(document, &link.value))))
        }
        _ => Err(not_a_dag(&document.path)),
    }
}

/// The file that a command names, which it does relative to itself.
fn linked(document: &Document, link: &str) -> String {
    let folder = document.path.parent().unwrap_or(Path::new("/"));
    root::absolute(&folder.join(link)).map_or_else(|_| link.to_owned(), |path| root::shown(&path))
}

fn not_a_dag(path: &Path) -> Failure {
    Failure::new(format!("{} is not a DAG file", root::shown(path))).help(
        "a DAG file is called *.dag.yaml, *.dag.yml or *.dag.json, or is listed under [files] in divisi.toml",
    )
}
