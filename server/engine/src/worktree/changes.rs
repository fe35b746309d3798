//! What differs between two trees, path by path. A renamed file is one that went and one that came.

use std::collections::BTreeMap;

use super::git::{Git, GitError};

/// What a tree has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// As git writes it: `100644`, `100755`, `120000` (a symbolic link), `160000` (a submodule).
    pub(super) mode: String,
    /// Name of the object.
    pub(super) object: String,
}

impl Entry {
    pub(super) fn is_file(&self) -> bool {
        self.mode.starts_with("100")
    }

    pub(super) fn is_submodule(&self) -> bool {
        self.mode == "160000"
    }
}

/// One path that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) before: Option<Entry>,
    pub(super) after: Option<Entry>,
}

/// All paths in which two trees differ.
pub(super) fn changes(git: &Git, from: &str, to: &str) -> Result<BTreeMap<String, Change>, GitError> {
    let arguments = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", from, to];
    let unreadable = || GitError::Unreadable { command: "diff-tree".to_owned() };
    let raw = git.bytes(&arguments)?;
    let mut fields = raw.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    let mut found = BTreeMap::new();
    while let Some(header) = fields.next() {
        let path = fields.next().ok_or_else(unreadable)?;
        let path = String::from_utf8(path.to_vec())
            .map_err(|_| GitError::Path(String::from_utf8_lossy(path).into_owned()))?;
        let change = std::str::from_utf8(header).ok().and_then(change).ok_or_else(unreadable)?;
        found.insert(path, change);
    }
    Ok(found)
}

/// `:100644 100755 OBJECT OBJECT M`.
fn change(header: &str) -> Option<Change> {
    let mut words = header.strip_prefix(':')?.split(' ');
    let (mode_before, mode_after) = (words.next()?, words.next()?);
    let (before, after) = (words.next()?, words.next()?);
    let entry = |mode: &str, object: &str| {
        let is_there = mode != "000000";
        is_there.then(|| Entry { mode: mode.to_owned(), object: object.to_owned() })
    };
    Some(Change { before: entry(mode_before, before), after: entry(mode_after, after) })
}
