//! Whether a workspace folder may run programs.

use std::path::Path;

/// Whether the user has trusted the folder before.
pub(crate) fn is_trusted(_root: &Path) -> bool {
    false
}

/// Keeps that the user trusts the folder.
pub(crate) fn grant(_root: &Path) -> Result<(), String> {
    Err("not built".to_owned())
}
