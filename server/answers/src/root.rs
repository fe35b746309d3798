//! The workspace of this call, and paths as people write them.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The workspace root of `path`, which must exist and be absolute.
pub fn root_of(path: &Path) -> PathBuf {
    divisi_workspace::root::root_of(path, env::home_dir().as_deref())
}

/// The root of the current folder.
pub fn current() -> Result<PathBuf, Failure> {
    Ok(root_of(&current_folder()?))
}

/// The current folder, absolute.
pub fn current_folder() -> Result<PathBuf, Failure> {
    env::current_dir().map_err(|error| Failure::new(format!("the current folder cannot be read: {error}")))
}

/// `path` made absolute and free of links, so that it compares with what discovery finds.
pub fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| Failure::unreadable(path, &error))
}

/// `path` as a person in the current folder would write it.
pub fn shown(path: &Path) -> String {
    let relative = env::current_dir().ok().and_then(|here| path.strip_prefix(here).map(Path::to_owned).ok());
    let shown = relative.as_deref().unwrap_or(path);
    if shown.as_os_str().is_empty() { ".".to_owned() } else { shown.display().to_string() }
}
