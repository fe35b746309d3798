//! What a workspace must be so that nodes can work on copies of it.

use std::path::{Path, PathBuf};

use super::git::{Git, GitError};
use crate::plan::PlanRepository;

/// The repository around `workspace`.
///
/// # Errors
/// Text for people: no git, no repository, no commit, or a submodule whose changes no copy could show.
pub fn find_repository(workspace: &Path) -> Result<PlanRepository, String> {
    let git = Git::new(workspace);
    let shown = workspace.display();
    let prefix = match git.line(&["rev-parse", "--show-prefix"]) {
        Ok(prefix) => prefix,
        Err(GitError::Refused { message, .. }) => {
            return Err(format!("{shown} is not inside a working tree of git: {message}"));
        }
        Err(error) => return Err(error.to_string()),
    };
    let above = git.line(&["rev-parse", "--show-cdup"]).map_err(|error| error.to_string())?;
    let top = workspace.join(above).canonicalize().map_err(|error| format!("{shown}: {error}"))?;
    if git.line(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]).is_err() {
        return Err(format!("the git repository {} has no commit yet", top.display()));
    }
    let dirty = dirty_submodules(&git.inside(&top), &top).map_err(|error| error.to_string())?;
    if let Some(first) = dirty.first() {
        return Err(format!(
            "the submodule {first} has changes that are not committed, which a copy would not have"
        ));
    }
    Ok(PlanRepository { top, prefix: PathBuf::from(prefix) })
}

/// Submodules with changes of their own.
fn dirty_submodules(git: &Git, top: &Path) -> Result<Vec<String>, GitError> {
    if !top.join(".gitmodules").exists() {
        return Ok(Vec::new());
    }
    let status = git.bytes(&["status", "--porcelain=v2", "-z", "--ignore-submodules=none"])?;
    let lines = status.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    Ok(lines.filter_map(|line| dirty_submodule(&line)).collect())
}

/// `1 .M S.MU … path`: the path, where content of a submodule was modified or is untracked.
fn dirty_submodule(line: &str) -> Option<String> {
    let mut fields = line.splitn(9, ' ');
    let kind = fields.next()?;
    let submodule = fields.nth(1)?;
    let is_dirty = submodule.starts_with('S') && (submodule.contains('M') || submodule.contains('U'));
    if !is_dirty || !matches!(kind, "1" | "2") {
        return None;
    }
    let rest = fields.nth(5)?;
    // A renamed one has its score before its path.
    let path = if kind == "2" { rest.split_once(' ').map_or(rest, |(_, path)| path) } else { rest };
    Some(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::dirty_submodule;

    #[test]
    fn submodules_are_dirty_by_their_content() {
        let lines = [
            ("1 .M S.M. 160000 160000 160000 aa aa lib/a b", Some("lib/a b")),
            ("1 .M S..U 160000 160000 160000 aa aa sub", Some("sub")),
            ("1 .M SC.. 160000 160000 160000 aa aa sub", None),
            ("1 .M N... 100644 100644 100644 aa aa MU", None),
            ("? SMU", None),
            ("", None),
        ];
        for (line, found) in lines {
            assert_eq!(dirty_submodule(line).as_deref(), found, "{line}");
        }
    }
}
