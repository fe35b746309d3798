//! `worktree: {copy, link}`: files that git ignores and a copy gets nevertheless.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::git::GitError;

/// Folders in which nothing is looked for.
const SKIPPED: [&str; 2] = [".git", ".divisi"];

/// How a file gets into a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Copy,
    Link,
}

/// Brings what matches `glob` below `from` to the same place below `to`, unless something is there already. Returns what
/// was brought, relative to both.
pub(super) fn bring(way: Way, glob: &str, from: &Path, to: &Path) -> Result<Vec<PathBuf>, GitError> {
    let mut brought = Vec::new();
    for path in matches(glob, from)? {
        let (source, target) = (from.join(&path), to.join(&path));
        if fs::symlink_metadata(&target).is_ok() {
            continue;
        }
        let parent = target.parent().unwrap_or(to);
        fs::create_dir_all(parent).map_err(GitError::file(parent))?;
        let done = match way {
            Way::Link => std::os::unix::fs::symlink(&source, &target),
            Way::Copy => copy(&source, &target),
        };
        done.map_err(GitError::file(&target))?;
        brought.push(path);
    }
    Ok(brought)
}

/// What a glob names: the outermost match on each way down.
fn matches(glob: &str, from: &Path) -> Result<Vec<PathBuf>, GitError> {
    let unreadable =
        |_| GitError::Refused { command: "worktree".to_owned(), message: format!("{glob} is no glob") };
    let glob = glob.trim_end_matches('/').trim_start_matches("./");
    let matcher = GlobBuilder::new(glob).literal_separator(true).build().map_err(unreadable)?;
    let matcher = matcher.compile_matcher();
    // A glob names nothing outside of the folder before its first wildcard.
    let plain = Path::new(glob).components().take_while(|part| !has_wildcard(part.as_os_str().to_str()));
    let start: PathBuf = plain.collect();
    let mut found = Vec::new();
    look(&matcher, from, &start, &mut found).map_err(GitError::file(&from.join(&start)))?;
    found.sort();
    Ok(found)
}

fn has_wildcard(part: Option<&str>) -> bool {
    part.is_none_or(|part| part.contains(['*', '?', '[', '{', '\\']))
}

fn look(glob: &GlobMatcher, from: &Path, start: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut next = vec![start.to_owned()];
    while let Some(path) = next.pop() {
        let here = from.join(&path);
        let Ok(metadata) = fs::symlink_metadata(&here) else { continue };
        let is_skipped = path.file_name().is_some_and(|name| SKIPPED.iter().any(|skipped| name == *skipped));
        if is_skipped {
            continue;
        }
        if !path.as_os_str().is_empty() && glob.is_match(&path) {
            found.push(path);
        } else if metadata.is_dir() {
            for entry in fs::read_dir(&here)? {
                next.push(path.join(entry?.file_name()));
            }
        }
    }
    Ok(())
}

/// Files with their modes, links as links, folders with all below.
fn copy(source: &Path, target: &Path) -> io::Result<()> {
    let mut next = vec![(source.to_owned(), target.to_owned())];
    while let Some((source, target)) = next.pop() {
        let kind = fs::symlink_metadata(&source)?.file_type();
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
        } else if kind.is_dir() {
            fs::create_dir(&target)?;
            for entry in fs::read_dir(&source)? {
                let name = entry?.file_name();
                next.push((source.join(&name), target.join(&name)));
            }
        } else if kind.is_file() {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

/// Whether a path leads only downwards.
pub(crate) fn is_below(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(glob: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for file in [".env", "web/.env", "web/node_modules/a/node_modules/b", ".git/.env", "x/y.bin", "z.bin"]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = matches(glob, folder.path()).unwrap();
        found.into_iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_glob_names_the_outermost_match() {
        assert_eq!(found(".env"), [".env"]);
        assert_eq!(found("**/.env"), [".env", "web/.env"]);
        assert_eq!(found("**/node_modules/"), ["web/node_modules"]);
        assert_eq!(found("./web/node_modules"), ["web/node_modules"]);
        assert_eq!(found("*.bin"), ["z.bin"]);
        assert_eq!(found("x/*.bin"), ["x/y.bin"]);
        assert_eq!(found("none"), [""; 0]);
    }

    #[test]
    fn a_path_below_leads_nowhere_else() {
        assert!(is_below("a/b") && is_below("./a") && is_below("**/x"));
        assert!(!is_below("../a") && !is_below("/a") && !is_below("a/../../b") && !is_below(""));
    }
}
