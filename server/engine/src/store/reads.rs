//! Which files a node reads or writes, by its globs.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

use super::digests::Digests;
use super::manifest::Content;
use crate::run_folder::STATE_FOLDER;
use crate::state_folder::tracked_files;

/// `reads: workspace`.
const WORKSPACE: &str = "workspace";

/// Changed files that are named in a message.
const NAMED: usize = 2;

/// Globs of files, relative to the workspace.
#[derive(Debug)]
pub(crate) struct Files {
    wanted: GlobSet,
    unwanted: GlobSet,
    /// Folders under which everything that is wanted stands.
    folders: Vec<String>,
    /// Every file that is the workspace's own.
    whole_workspace: bool,
}

impl Files {
    /// Reads globs; one with `!` takes out what the others put in. A glob names a folder with all that is in it, too.
    pub(crate) fn new<'a>(globs: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let (mut wanted, mut unwanted) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let mut folders = Vec::new();
        let mut whole_workspace = false;
        for written in globs {
            if written == WORKSPACE {
                whole_workspace = true;
                continue;
            }
            let (glob, set) = match written.strip_prefix('!') {
                Some(glob) => (glob, &mut unwanted),
                None => (written, &mut wanted),
            };
            let glob = normal(glob).ok_or_else(|| format!("`{written}` leads out of the workspace"))?;
            if !written.starts_with('!') {
                folders.push(literal_folder(&glob));
            }
            for glob in [glob.clone(), format!("{glob}/**")] {
                let built = GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build();
                set.add(built.map_err(|error| format!("`{written}` is no glob: {error}"))?);
            }
        }
        let build = |set: GlobSetBuilder| set.build().map_err(|error| error.to_string());
        Ok(Self { wanted: build(wanted)?, unwanted: build(unwanted)?, folders, whole_workspace })
    }

    /// Whether a path is meant.
    pub(crate) fn holds(&self, path: &str) -> bool {
        self.wanted.is_match(path) && !self.unwanted.is_match(path)
    }

    /// Paths of all files that are meant, in order.
    pub(crate) fn find(&self, root: &Path) -> io::Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        if self.whole_workspace {
            found.extend(workspace_files(root)?.into_iter().filter(|path| !self.unwanted.is_match(path)));
        }
        for folder in &self.folders {
            let start = root.join(folder);
            if start.symlink_metadata().is_err() {
                continue;
            }
            let files = walk(root, WalkBuilder::new(&start).standard_filters(false))?;
            found.extend(files.into_iter().filter(|path| self.holds(path)));
        }
        Ok(found)
    }
}

/// Without `.` and `..`, relative; none where it leads out.
pub(crate) fn normal(glob: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    if glob.starts_with('/') {
        return None;
    }
    for part in glob.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder above the first part with a wildcard; the path itself where there is none.
fn literal_folder(glob: &str) -> String {
    let is_literal = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
    let literal: Vec<&str> = glob.split('/').take_while(is_literal).collect();
    literal.join("/")
}

/// Git's view: what is tracked, and what is neither tracked nor ignored. Without git, what the ignore files leave.
fn workspace_files(root: &Path) -> io::Result<BTreeSet<String>> {
    let mut walker = WalkBuilder::new(root);
    walker.hidden(false).require_git(false).ignore(false);
    let mut files = walk(root, &mut walker)?;
    let is_there = |path: &String| root.join(path).symlink_metadata().is_ok_and(|file| !file.is_dir());
    files.extend(tracked_files(root).into_iter().filter(is_there));
    Ok(files)
}

/// Files and links, relative to `root`. What cannot be read is not skipped: it might be what changed.
fn walk(root: &Path, walker: &mut WalkBuilder) -> io::Result<BTreeSet<String>> {
    walker.follow_links(false).filter_entry(|entry| {
        let name = entry.file_name();
        entry.depth() == 0 || !(name == ".git" || name == STATE_FOLDER)
    });
    let mut files = BTreeSet::new();
    for entry in walker.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => {
                continue;
            }
            Err(error) => return Err(io::Error::other(error.to_string())),
        };
        if entry.file_type().is_none_or(|kind| kind.is_dir()) {
            continue;
        }
        let Ok(path) = entry.path().strip_prefix(root) else { continue };
        let is_ours = path.components().next().is_some_and(
            |first| matches!(first, Component::Normal(name) if name == STATE_FOLDER || name == ".git"),
        );
        if let (Some(path), false) = (path.to_str(), is_ours) {
            files.insert(path.to_owned());
        }
    }
    Ok(files)
}

/// The list by which reads are compared: a line for each file, with its mode, its digest and its path.
pub(crate) fn list(paths: &BTreeSet<String>, digests: &mut Digests) -> io::Result<String> {
    let mut list = String::new();
    for path in paths {
        match digests.look(path)? {
            Some((Content::File { mode, digest }, _)) => {
                // As git does: whether it can be executed is all that means the same on every machine.
                let mode = if mode & 0o111 == 0 { "file" } else { "program" };
                list.push_str(&format!("{mode} {digest} {path}\n"));
            }
            Some((Content::Link { target }, _)) => {
                let target = blake3::hash(target.as_bytes()).to_hex();
                let behind = digests.behind_link(path);
                list.push_str(&format!("link {target}{behind} {path}\n"));
            }
            Some((Content::Deleted, _)) | None => {}
        }
    }
    Ok(list)
}

/// `reads changed: src/a.rs`, by two lists.
pub(super) fn difference(before: Option<&[u8]>, now: Option<&[u8]>) -> String {
    let (Some(before), Some(now)) = (before, now) else { return "reads changed".to_owned() };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (before, now) = (text(before), text(now));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
    let (before, now) = (lines(&before), lines(&now));
    let path = |line: &String| line.splitn(3, ' ').nth(2).unwrap_or_default().to_owned();
    let changed: BTreeSet<String> = before.symmetric_difference(&now).map(path).collect();
    let named: Vec<&str> = changed.iter().take(NAMED).map(String::as_str).collect();
    let more = match changed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("reads changed: {}{more}", named.join(", "))
}
