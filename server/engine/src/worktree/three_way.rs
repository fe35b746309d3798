//! What a merge will write: for each path that the copy changed, whether the workspace still has what the copy was made
//! from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::changes::{Change, Entry};
use super::git::{Git, GitError};

/// What becomes of the paths that a copy changed.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Paths that get new content, or go.
    pub(super) writes: BTreeMap<String, Option<Entry>>,
    /// Paths that both sides changed so that no program can decide; each with the reason.
    pub(super) conflicts: Vec<String>,
}

/// Compares path by path. `theirs`: from the base to the copy's result; `ours`: from the base to the workspace now.
pub(super) fn three_way(
    git: &Git,
    scratch: &Path,
    theirs: &BTreeMap<String, Change>,
    ours: &BTreeMap<String, Change>,
) -> Result<Outcome, GitError> {
    let mut outcome = Outcome::default();
    for (path, change) in theirs {
        let here = ours.get(path).map_or(&change.before, |ours| &ours.after);
        let is_submodule = [&change.before, &change.after].into_iter().flatten().any(Entry::is_submodule);
        if is_submodule {
            outcome.conflicts.push(format!("{path} (a submodule)"));
        } else if *here == change.before {
            outcome.writes.insert(path.clone(), change.after.clone());
        } else if *here != change.after {
            match merged(git, scratch, change, here.as_ref())? {
                Ok(entry) => drop(outcome.writes.insert(path.clone(), Some(entry))),
                Err(reason) => outcome.conflicts.push(format!("{path} ({reason})")),
            }
        }
    }
    Ok(outcome)
}

/// One file out of three, or why there is none.
fn merged(
    git: &Git,
    scratch: &Path,
    change: &Change,
    here: Option<&Entry>,
) -> Result<Result<Entry, &'static str>, GitError> {
    let (base, there, here) = match (&change.before, &change.after, here) {
        (Some(base), Some(there), Some(here)) => (base, there, here),
        (None, Some(_), Some(_)) => return Ok(Err("added on both sides")),
        (_, None, _) => return Ok(Err("deleted in the copy, changed in the workspace")),
        (_, _, None) => return Ok(Err("changed in the copy, deleted in the workspace")),
    };
    if ![base, there, here].into_iter().all(Entry::is_file) {
        return Ok(Err("no regular file on both sides"));
    }
    // Of the two modes that a file can have, the one that somebody chose.
    let mode = if here.mode == base.mode { &there.mode } else { &here.mode };
    let object = if here.object == base.object || here.object == there.object {
        there.object.clone()
    } else if there.object == base.object {
        here.object.clone()
    } else {
        match merge_contents(git, scratch, [here, base, there])? {
            Some(object) => object,
            None => return Ok(Err("the same lines changed on both sides")),
        }
    };
    Ok(Ok(Entry { mode: mode.clone(), object }))
}

/// Merges contents line by line; none where that is not possible.
fn merge_contents(git: &Git, scratch: &Path, versions: [&Entry; 3]) -> Result<Option<String>, GitError> {
    let names = ["workspace", "base", "copy"];
    fs::create_dir_all(scratch).map_err(GitError::file(scratch))?;
    let mut arguments = vec!["merge-file".to_owned(), "-p".to_owned(), "-q".to_owned()];
    for (entry, name) in versions.into_iter().zip(names) {
        let content = git.bytes(&["cat-file", "blob", &entry.object])?;
        let path = scratch.join(name);
        fs::write(&path, content).map_err(GitError::file(&path))?;
        arguments.push(path.to_string_lossy().into_owned());
    }
    let output = git.output(&arguments, &[])?;
    if !output.status.success() {
        return Ok(None);
    }
    let object = git.fed(&["hash-object", "-w", "--stdin"], &output.stdout)?;
    Ok(Some(String::from_utf8_lossy(&object).trim().to_owned()))
}
