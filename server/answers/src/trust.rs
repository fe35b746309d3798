//! Whether programs may run in a workspace.

use std::io;
use std::path::Path;

use divisi_workspace::settings::TrustMode;
use divisi_workspace::{Places, TrustStore};

use crate::failure::Failure;
use crate::root;

/// The folders that this user trusts.
///
/// # Errors
/// There is no place to keep them.
pub fn store() -> io::Result<TrustStore> {
    TrustStore::of_user(&Places::of_user())
}

/// Whether the user trusts what `mode` asks for: the workspace at `root`, or in it the DAG `file` as it is now.
///
/// # Errors
/// The list of what is trusted cannot be read, or `root` or `file` cannot.
pub fn is_trusted(root: &Path, mode: TrustMode, file: &Path) -> io::Result<bool> {
    match mode {
        TrustMode::Folder => store()?.is_trusted(root),
        TrustMode::File => store()?.is_file_trusted(root, file),
    }
}

/// What is said where `mode` asks for a trust that is not there.
pub fn refusal(root: &Path, mode: TrustMode) -> Failure {
    match mode {
        TrustMode::Folder => Failure::new(format!("{} is not trusted, so nothing was run", root.display()))
            .help(format!("trust it: divisi trust {}", root::shown(root))),
        TrustMode::File => {
            Failure::new("the DAG file is new or has changed since you trusted it, so nothing was run")
                .help("run it once on a terminal and answer `a`; run.trust = \"file\" asks for every change")
        }
    }
}
