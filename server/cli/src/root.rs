//! Where a workspace begins. This is the one place that decides it for the command line.
//!
//! The root of a file or folder is the nearest folder, from itself upwards, that holds `divisi.toml`, `.claude` or
//! `.git`; without any, the folder itself (a file's own folder). `.divisi/` with the runs lies in it, programs run
//! in it, and its `divisi.toml` counts. The user's home folder is passed over where only `.claude` marks it: that one
//! is the user's own configuration, not a project.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

const MARKERS: &[&str] = &["divisi.toml", ".claude", ".git"];

/// The workspace root of `path`, which must exist and be absolute.
pub(crate) fn root_of(path: &Path) -> PathBuf {
    let start = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let home = env::home_dir();
    start.ancestors().find(|folder| is_marked(folder, home.as_deref())).unwrap_or(start).to_owned()
}

fn is_marked(folder: &Path, home: Option<&Path>) -> bool {
    MARKERS.iter().any(|marker| {
        let is_user_configuration = *marker == ".claude" && home == Some(folder);
        !is_user_configuration && folder.join(marker).exists()
    })
}

/// The root of the current folder.
pub(crate) fn current() -> Result<PathBuf, Failure> {
    Ok(root_of(&current_folder()?))
}

/// The current folder, absolute.
pub(crate) fn current_folder() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| Failure::new(format!("the current folder cannot be read: {error}")))
}

/// `path` made absolute and free of links, so that it compares with what discovery finds.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::unreadable(path, &error))
}

/// `path` as a person in the current folder would write it.
pub(crate) fn shown(path: &Path) -> String {
    let relative = env::current_dir().ok().and_then(|here| path.strip_prefix(here).map(Path::to_owned).ok());
    let shown = relative.as_deref().unwrap_or(path);
    if shown.as_os_str().is_empty() { ".".to_owned() } else { shown.display().to_string() }
}
