//! Whether programs may run in a workspace folder. Trust is kept outside of the repository, by the user's own hand.

use std::io;
use std::path::Path;

use divisi_workspace::settings::TrustMode;
use divisi_workspace::{Places, TrustStore};
use tracing::warn;

/// What trust is asked for: a folder, and the DAG file in it that would run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) root: &'a Path,
    pub(crate) file: &'a Path,
    pub(crate) mode: TrustMode,
}

/// Whether the user has trusted it before. What cannot be found out is not trusted.
pub(crate) fn is_trusted(places: &Places, subject: Subject<'_>) -> bool {
    let trusted = TrustStore::of_user(places).and_then(|store| match subject.mode {
        TrustMode::Folder => store.is_trusted(subject.root),
        TrustMode::File => store.is_file_trusted(subject.root, subject.file),
    });
    trusted.unwrap_or_else(|error| {
        warn!("trust in {} is unknown: {error}", subject.root.display());
        false
    })
}

/// Keeps that the user trusts it.
pub(crate) fn grant(places: &Places, subject: Subject<'_>) -> io::Result<()> {
    let store = TrustStore::of_user(places)?;
    match subject.mode {
        TrustMode::Folder => store.trust(subject.root),
        TrustMode::File => store.trust_file(subject.root, subject.file),
    }
}
