//! Where a run takes place: the folder whose settings, agents, trust and `.divisi/` count for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_workspace::root::root_of;
use divisi_workspace::{Change, Document, Places, Snapshot, Workspace};

/// The root of a run of the DAG at `path`, by the rule of the command line, so that a run is the same from both.
///
/// Never above the folder that the editor opened: that is what its user looks at and trusts.
pub(crate) fn root(snapshot: &Snapshot, places: &Places, path: &Path) -> PathBuf {
    let nearest = root_of(path, places.home.as_deref());
    match snapshot.root_of(path) {
        Some(folder) if !nearest.starts_with(folder) => folder.to_owned(),
        _ => nearest,
    }
}

/// Where runs of the known DAGs take place.
pub(crate) fn roots(snapshot: &Snapshot, places: &Places) -> BTreeSet<PathBuf> {
    let dags = snapshot.documents().filter(|document| document.dag().is_some());
    let of_dags = dags.map(|document| root(snapshot, places, &document.path));
    of_dags.chain(snapshot.roots().iter().cloned()).collect()
}

/// What counts at `root`, and the document as the editor has it. Reads the disk where `root` is a folder within the
/// editor's own (an example, a package) with settings of its own.
pub(crate) fn at(
    root: &Path,
    snapshot: Snapshot,
    document: Arc<Document>,
    places: Places,
    settings: Option<serde_json::Value>,
) -> (Snapshot, Arc<Document>) {
    if snapshot.roots().iter().any(|known| known == root) {
        return (snapshot, document);
    }
    let mut workspace = Workspace::with_places(vec![root.to_owned()], places);
    if let Some(settings) = settings {
        workspace.apply(Change::EditorSettings { settings });
    }
    workspace.scan();
    workspace.apply(Change::Opened {
        path: document.path.clone(),
        version: document.version.unwrap_or_default(),
        text: document.text.to_string(),
    });
    let snapshot = workspace.snapshot();
    let document = snapshot.document(&document.path).cloned().unwrap_or(document);
    (snapshot, document)
}
