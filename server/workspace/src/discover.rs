//! Walks the roots and the configured search paths for files of ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use ignore::gitignore::Gitignore;
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::agent_places::{AGENT_PLACES, AgentPlace};
use crate::document::Document;
use crate::layout::Layout;
use crate::snapshot::Problem;

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 6] = [".git", ".divisi", "node_modules", "target", ".hg", ".svn"];

/// Folders of Claude Code beside that of its agents.
const OF_CLAUDE: [&str; 2] = [".claude/commands", ".claude/skills"];

/// The folders below `project` that a tool reads whatever `.gitignore` says.
fn read_though_ignored(project: &Path) -> impl Iterator<Item = PathBuf> {
    let of_agents =
        AGENT_PLACES.iter().filter(|place| place.though_ignored).map(|place| place.below(project));
    of_agents.chain(OF_CLAUDE.map(|folder| project.join(folder)))
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) documents: Vec<Arc<Document>>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads everything of ours: the roots, and the folders outside of them that a tool reads.
pub(crate) fn everything(layout: &Arc<Layout>) -> Found {
    let mut found = Found::default();
    for root in &layout.roots {
        walk(root, Rules::Project, layout, &mut found);
        for folder in read_though_ignored(root) {
            walk(&folder, Rules::Tool, layout, &mut found);
        }
    }
    for folder in &layout.tool_folders {
        walk(&folder.path, Rules::Tool, layout, &mut found);
    }
    found
}

/// Reads everything of ours below `folder`, which appeared or changed.
pub(crate) fn below(folder: &Path, layout: &Arc<Layout>) -> Found {
    let mut found = Found::default();
    if is_wanted(folder, true, layout) {
        let rules = if is_read_by_tool(folder, layout) { Rules::Tool } else { Rules::Project };
        walk(folder, rules, layout, &mut found);
        for inner in read_though_ignored(folder) {
            walk(&inner, Rules::Tool, layout, &mut found);
        }
    }
    found
}

/// Whether discovery would have come to `path`: inside a root and not ignored, or in a folder that a tool reads, and
/// no link that leads elsewhere.
pub(crate) fn is_wanted(path: &Path, is_folder: bool, layout: &Layout) -> bool {
    if !stays_inside(path, &allowed_places(layout)) || is_agents_own_link(path) {
        return false;
    }
    if is_read_by_tool(path, layout) {
        return true;
    }
    let Some(root) = layout.root_of(path) else { return false };
    let Ok(below) = path.strip_prefix(root) else { return false };
    let skipped = below.components().any(|part| SKIPPED.iter().any(|name| part.as_os_str() == *name));
    !skipped && !is_ignored(root, path, is_folder)
}

fn is_read_by_tool(path: &Path, layout: &Layout) -> bool {
    layout.tool_folder(path).is_some()
        || layout.roots.iter().any(|root| read_though_ignored(root).any(|folder| path.starts_with(folder)))
}

/// Whether a `.gitignore` or `.ignore` between `root` and `path` names it; the nearest that says anything decides.
fn is_ignored(root: &Path, path: &Path, is_folder: bool) -> bool {
    let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    for folder in folders {
        for name in [".ignore", ".gitignore"] {
            let file = folder.join(name);
            if !file.is_file() {
                continue;
            }
            let (rules, _) = Gitignore::new(&file);
            let verdict = rules.matched_path_or_any_parents(path, is_folder);
            if !verdict.is_none() {
                return verdict.is_ignore();
            }
        }
    }
    false
}

/// How a walk chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    /// As git does: what is ignored is left out, links are not followed.
    Project,
    /// As a tool that reads a folder of its own: everything, through links too, as long as they stay in places that
    /// are searched anyway.
    Tool,
}

/// Reads what is of ours below `folder` on all processors. A folder that is not there is no fault.
fn walk(folder: &Path, rules: Rules, layout: &Arc<Layout>, found: &mut Found) {
    let places = allowed_places(layout);
    if !folder.is_dir() || !stays_inside(folder, &places) {
        return;
    }
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let filters = rules == Rules::Project;
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false).threads(threads).follow_links(rules == Rules::Tool);
    builder.parents(filters).ignore(filters).git_ignore(filters).git_global(filters).git_exclude(filters);
    builder.filter_entry(move |entry| is_entered(entry, &places));

    let (sender, receiver) = mpsc::channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| {
            let item = match entry {
                Ok(entry) => read_entry(&entry, layout).map(Ok),
                Err(error) => problem(&error).map(Err),
            };
            // The receiver lives until all senders are gone.
            if let Some(item) = item
                && sender.send(item).is_err()
            {
                return WalkState::Quit;
            }
            WalkState::Continue
        })
    });
    drop(sender);
    for item in receiver {
        match item {
            Ok(document) => found.documents.push(Arc::new(document)),
            Err(problem) => found.problems.push(problem),
        }
    }
}

/// The real places that links may lead to.
fn allowed_places(layout: &Layout) -> Vec<PathBuf> {
    let folders = layout.tool_folders.iter().map(|folder| &folder.path);
    layout.roots.iter().chain(folders).filter_map(|place| fs::canonicalize(place).ok()).collect()
}

/// Whether what `path` leads to lies in one of `places`.
fn stays_inside(path: &Path, places: &[PathBuf]) -> bool {
    fs::canonicalize(path).is_ok_and(|target| places.iter().any(|place| target.starts_with(place)))
}

/// Whether `path` leads, through a link in a folder of agents, back to what lies in that folder or around it: nobody
/// has two agents because a file can be reached in two ways.
fn is_agents_own_link(path: &Path) -> bool {
    let Some((_, folder)) = AgentPlace::holding(path) else { return false };
    let Ok(home) = fs::canonicalize(folder) else { return false };
    let links = path.ancestors().take_while(|part| *part != folder).filter(|part| part.is_symlink());
    links
        .filter_map(|link| fs::canonicalize(link).ok())
        .any(|target| target.starts_with(&home) || home.starts_with(&target))
}

fn is_entered(entry: &DirEntry, places: &[PathBuf]) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if entry.path_is_symlink() {
        return stays_inside(entry.path(), places) && !is_agents_own_link(entry.path());
    }
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    !(is_folder && SKIPPED.iter().any(|name| entry.file_name() == *name))
}

fn read_entry(entry: &DirEntry, layout: &Layout) -> Option<Document> {
    let is_folder = entry.file_type().is_none_or(|kind| kind.is_dir());
    if is_folder { None } else { Document::read(entry.path(), layout) }
}

/// A folder that cannot be read is told; a loop of links, and a link to what is not there, are only left.
fn problem(error: &ignore::Error) -> Option<Problem> {
    let path = path_of(error)?;
    let reason = error.io_error().filter(|reason| reason.kind() != io::ErrorKind::NotFound)?;
    let message = format!("this folder is left out: {reason}");
    Some(Problem { path: path.to_owned(), span: None, line_and_column: None, forbids_runs: false, message })
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}
