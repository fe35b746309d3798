//! `isolation: worktree`: what copies of the workspace are made from, and what they get beside it.

use std::path::{Path, PathBuf};

use divisi_model::Node;
use divisi_syntax::Spanned;

use super::Faults;
use crate::plan::{PlanRepository, PlanWorktree};
use crate::worktree::{find_repository, is_below};

/// What the copy of a node gets although git ignores it.
pub(super) fn plan_worktree(node: &Node) -> PlanWorktree {
    let globs = |globs: &[Spanned<String>]| globs.iter().map(|glob| glob.value.clone()).collect();
    PlanWorktree { copy: globs(&node.worktree_copies), link: globs(&node.worktree_links) }
}

/// Refuses what leads out of the workspace.
pub(super) fn check_globs(node: &Node, faults: &mut Faults) {
    for glob in node.worktree_copies.iter().chain(&node.worktree_links) {
        if !is_below(&glob.value) {
            faults.add(glob.span, format!("{} does not lead to something in the workspace", glob.value));
        }
    }
}

/// What stands for the repository in a plan that nobody runs.
pub(super) fn assumed(workspace: &Path) -> PlanRepository {
    PlanRepository { top: workspace.to_owned(), prefix: PathBuf::new() }
}

/// The repository around the workspace, which a node needs.
pub(super) fn repository(
    workspace: &Path,
    id: &Spanned<String>,
    faults: &mut Faults,
) -> Option<PlanRepository> {
    find_repository(workspace)
        .map_err(|why| {
            faults.add(id.span, format!("{} works on a copy of the workspace, but {why}", id.value))
        })
        .ok()
}
