//! The worktree and the repository around a workspace. No git is started.

use std::fs;
use std::path::{Path, PathBuf};

/// Where a workspace lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The top of the working tree; without git the workspace itself.
    pub(super) worktree: PathBuf,
    /// Git's common directory, which all worktrees of a repository share; without git the workspace itself.
    pub(super) repository: PathBuf,
    /// The workspace within the worktree.
    inside: PathBuf,
}

impl Place {
    pub(super) fn of(workspace: &Path) -> Self {
        let workspace = workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
        let found = workspace.ancestors().find_map(|top| Some((top.to_owned(), git_folder(top)?)));
        let (worktree, git) = found.unwrap_or_else(|| (workspace.clone(), workspace.clone()));
        let inside = workspace.strip_prefix(&worktree).unwrap_or(Path::new("")).to_owned();
        let repository = common_folder(&git);
        Self { worktree, repository: repository.canonicalize().unwrap_or(repository), inside }
    }

    /// A glob of the workspace as one of the worktree.
    pub(super) fn in_worktree(&self, glob: &str) -> String {
        if self.inside.as_os_str().is_empty() {
            return glob.to_owned();
        }
        format!("{}/{glob}", self.inside.display())
    }
}

/// `.git` of a repository; of a worktree or a submodule the folder that its file names.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let link = fs::read_to_string(&git).ok()?;
    Some(top.join(link.strip_prefix("gitdir:")?.trim()))
}

fn common_folder(git: &Path) -> PathBuf {
    let common = fs::read_to_string(git.join("commondir"));
    common.map_or_else(|_| git.to_owned(), |common| git.join(common.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worktrees_share_their_repository_and_not_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("main/.git/worktrees/other")).unwrap();
        fs::create_dir_all(root.join("main/sub")).unwrap();
        fs::create_dir_all(root.join("other")).unwrap();
        fs::write(root.join("other/.git"), "gitdir: ../main/.git/worktrees/other\n").unwrap();
        fs::write(root.join("main/.git/worktrees/other/commondir"), "../..\n").unwrap();
        let (main, other) = (Place::of(&root.join("main/sub")), Place::of(&root.join("other")));
        assert_eq!(main.repository, other.repository);
        assert_eq!(main.worktree, root.join("main"));
        assert_eq!(other.worktree, root.join("other"));
        assert_eq!(main.in_worktree("a/*.md"), "sub/a/*.md");
    }

    #[test]
    fn without_git_the_workspace_stands_alone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let place = Place::of(&root);
        assert_eq!((place.worktree, place.repository), (root.clone(), root));
    }
}
