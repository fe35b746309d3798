//! Where a workspace begins. This is the one place that decides it.

use std::path::{Path, PathBuf};

/// What marks a folder as a root, if it is in it.
const MARKERS: &[&str] = &["divisi.toml", ".claude", ".git"];

/// The workspace root of `path`, which must exist and be absolute: the nearest folder, from itself upwards, that holds
/// `divisi.toml`, `.claude` or `.git`; without any, the folder itself (a file's own folder).
///
/// `.divisi/` with the runs lies in it, programs run in it, and its `divisi.toml` counts. `home`, the user's home
/// folder, is passed over where only `.claude` marks it: that one is the user's own configuration, not a project.
pub fn root_of(path: &Path, home: Option<&Path>) -> PathBuf {
    let start = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    start.ancestors().find(|folder| is_marked(folder, home)).unwrap_or(start).to_owned()
}

fn is_marked(folder: &Path, home: Option<&Path>) -> bool {
    MARKERS.iter().any(|marker| {
        let is_user_configuration = *marker == ".claude" && home == Some(folder);
        !is_user_configuration && folder.join(marker).exists()
    })
}
