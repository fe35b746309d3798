//! Takes secrets out of what an attempt left in the run's folder: outputs, declared or not, and the runner's report.

use std::fs;
use std::path::{Path, PathBuf};

use crate::logs::Masker;
use crate::outputs::TEXT_LIMIT;
use crate::run_folder::AttemptFolder;
use crate::runner::{REPORT_LIMIT, RESULT_FILE};

/// Removes the files in which one of `secrets` stands; says so for people, and nothing where none did.
///
/// Files larger than an output or a report may be are not read: no value is taken from them.
pub(super) fn sweep(folder: &AttemptFolder, secrets: &[String]) -> Option<String> {
    if secrets.is_empty() {
        return None;
    }
    let report = folder.path().join(RESULT_FILE);
    let report = remove_if_secret(&report, "$DIVISI_RESULT_FILE", REPORT_LIMIT, secrets);
    let mut remarks = Vec::from_iter(report);
    for path in files_below(folder.outputs()) {
        let below = path.strip_prefix(folder.outputs()).unwrap_or(&path);
        let name = format!("$DIVISI_OUTPUT_DIR/{}", below.display());
        remarks.extend(remove_if_secret(&path, &name, TEXT_LIMIT, secrets));
    }
    (!remarks.is_empty()).then(|| remarks.join("; "))
}

/// The regular files at any depth, by path. Symlinks are not followed: what they lead to is not kept here.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn remove_if_secret(path: &Path, name: &str, limit: u64, secrets: &[String]) -> Option<String> {
    let metadata = fs::symlink_metadata(path).ok().filter(|metadata| metadata.is_file())?;
    if metadata.len() > limit {
        return None;
    }
    match fs::read(path) {
        Ok(bytes) if !Masker::finds(secrets, &bytes) => None,
        Ok(_) => Some(fs::remove_file(path).map_or_else(
            |error| format!("a secret stands in {name}, which could not be removed: {error}"),
            |()| format!("a secret stood in {name}, which was removed"),
        )),
        Err(error) => Some(format!("{name} could not be searched for secrets: {error}")),
    }
}
