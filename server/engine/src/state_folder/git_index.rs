//! Whether git tracks our state, from git's index. No git is started: its configuration may come with the repository
//! and name programs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run_folder::STATE_FOLDER;

/// Bytes of an entry before its name: times, ids, mode, owner, size, object name (SHA-1), flags.
const FIXED: usize = 62;

/// Whether the index of the repository around `root` has an entry below `.divisi/`.
pub(super) fn tracks_state(root: &Path) -> bool {
    let Some((top, git)) = repository(root) else { return false };
    let Ok(index) = fs::read(git.join("index")) else { return false };
    let Ok(inside) = root.strip_prefix(&top) else { return false };
    let prefix = inside.join(STATE_FOLDER).to_string_lossy().into_owned() + "/";
    has_entry_below(&index, prefix.as_bytes())
}

/// Files below `root` that git tracks, relative to it, in the order of the index. Empty where there is no git, or an index
/// of another format.
pub(super) fn tracked_files(root: &Path) -> Vec<String> {
    let Some((top, git)) = repository(root) else { return Vec::new() };
    let Ok(index) = fs::read(git.join("index")) else { return Vec::new() };
    let Ok(inside) = root.strip_prefix(&top) else { return Vec::new() };
    let inside = inside.to_string_lossy();
    let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
    let mut files = Vec::new();
    let read = each_name(&index, |name| {
        files.extend(
            name.strip_prefix(prefix.as_bytes())
                .and_then(|name| std::str::from_utf8(name).ok())
                .map(str::to_owned),
        );
        false
    });
    if read.is_some() { files } else { Vec::new() }
}

/// The top of the working tree around `root`, and its git folder.
fn repository(root: &Path) -> Option<(PathBuf, PathBuf)> {
    root.ancestors().find_map(|top| {
        let git = top.join(".git");
        if git.is_dir() {
            return Some((top.to_owned(), git));
        }
        // A worktree or submodule: a file that names the folder.
        let link = fs::read_to_string(&git).ok()?;
        Some((top.to_owned(), top.join(link.strip_prefix("gitdir:")?.trim())))
    })
}

/// Reads the names of an index of version 2, 3 or 4 (git's `index-format`). One in another format, or with object names
/// of another length, is only searched for the prefix: a false alarm is better than trust.
fn has_entry_below(index: &[u8], prefix: &[u8]) -> bool {
    match names_below(index, prefix) {
        Some(found) => found,
        None => index.windows(prefix.len()).any(|window| window == prefix),
    }
}

/// None where the index is not of the known format.
fn names_below(index: &[u8], prefix: &[u8]) -> Option<bool> {
    each_name(index, |name| name.starts_with(prefix))
}

/// Calls `visit` with every name until it says true; whether it did. None where the index is not of the known format.
fn each_name(index: &[u8], mut visit: impl FnMut(&[u8]) -> bool) -> Option<bool> {
    if index.get(..4)? != b"DIRC" {
        return None;
    }
    let version = number(index, 4)?;
    let count = number(index, 8)?;
    let mut at = 12;
    let mut name: Vec<u8> = Vec::new();
    for _ in 0..count {
        let flags = u16::from_be_bytes([*index.get(at + 60)?, *index.get(at + 61)?]);
        let is_extended = version >= 3 && flags & 0x4000 != 0;
        let start = at + FIXED + if is_extended { 2 } else { 0 };
        at = match version {
            2 | 3 => {
                name = until_nul(index, start)?.to_vec();
                // Padded with 1 to 8 NULs to a multiple of eight bytes.
                at + (start - at + name.len()) / 8 * 8 + 8
            }
            4 => {
                let (cut, used) = variable_number(index.get(start..)?)?;
                name.truncate(name.len().checked_sub(cut)?);
                let rest = until_nul(index, start + used)?;
                name.extend_from_slice(rest);
                start + used + rest.len() + 1
            }
            _ => return None,
        };
        if visit(&name) {
            return Some(true);
        }
    }
    Some(false)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn until_nul(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let rest = bytes.get(start..)?;
    rest.get(..rest.iter().position(|byte| *byte == 0)?)
}

/// The number of bytes to drop from the name before, in the variable-length code of git's pack files ("offset").
fn variable_number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(bytes.first()? & 0x7f);
    let mut used = 1;
    while bytes.get(used - 1)? & 0x80 != 0 {
        value = value.checked_add(1)?.checked_shl(7)? | usize::from(bytes.get(used)? & 0x7f);
        used += 1;
    }
    Some((value, used))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn git(root: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(arguments)
            .current_dir(root);
        assert!(command.output().unwrap().status.success(), "{arguments:?}");
    }

    #[test]
    fn an_index_of_every_version_is_read() {
        for version in ["2", "3", "4"] {
            let dir = tempfile::tempdir().unwrap();
            let root = dir.path();
            git(root, &["init", "-q"]);
            git(root, &["config", "index.version", version]);
            for name in [".c", ".dir/x", "sub/.divisi/runs/a", "z", "sub/a", "sub/b-longer-name"] {
                fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
                fs::write(root.join(name), name).unwrap();
            }
            git(root, &["add", "-A", "-f"]);
            assert!(!tracks_state(root), "version {version}");
            assert!(tracks_state(&root.join("sub")), "version {version}");
            fs::create_dir_all(root.join(".divisi/runs")).unwrap();
            fs::write(root.join(".divisi/runs/x"), "x").unwrap();
            assert!(!tracks_state(root), "version {version}: not added yet");
            git(root, &["add", "-f", "-N", ".divisi"]);
            assert!(tracks_state(root), "version {version}");
        }
    }

    #[test]
    fn no_repository_tracks_nothing_and_a_broken_index_does_no_harm() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".git")).unwrap();
        for index in [&b""[..], b"DIRC", b"DIRC\0\0\0\x02\0\0\xff\xff", b"DIRC\0\0\0\x04\0\0\0\x01abc"] {
            fs::write(dir.path().join(".git/index"), index).unwrap();
            assert!(!tracks_state(dir.path()));
        }
    }
}
