//! `isolation: worktree`: what copies of the workspace are made from, and what they get beside it.

use std::path::Path;

use divisi_model::{Dag, Node};
use divisi_syntax::Spanned;

use super::Faults;
use crate::plan::{PlanRepository, PlanWorktree};
use crate::worktree::{find_repository, is_below};

/// What the copy of a node gets although git ignores it.
pub(super) fn plan_worktree(node: &Node) -> PlanWorktree {
    let globs = |globs: &[Spanned<String>]| globs.iter().map(|glob| glob.value.clone()).collect();
    PlanWorktree { copy: globs(&node.worktree_copies), link: globs(&node.worktree_links) }
}

/// The repository around the workspace, where a node needs one.
pub(super) fn repository(
    dag: &Dag,
    chosen: &[usize],
    workspace: &Path,
    faults: &mut Faults,
) -> Option<PlanRepository> {
    let isolated: Vec<&Node> =
        chosen.iter().filter_map(|index| dag.nodes.get(*index)).filter(|node| node.in_worktree).collect();
    let first = isolated.first()?;
    for node in &isolated {
        for glob in node.worktree_copies.iter().chain(&node.worktree_links) {
            if !is_below(&glob.value) {
                faults.add(glob.span, format!("{} does not lead to something in the workspace", glob.value));
            }
        }
    }
    find_repository(workspace)
        .map_err(|why| {
            let id = &first.id;
            faults.add(id.span, format!("{} works on a copy of the workspace, but {why}", id.value));
        })
        .ok()
}
