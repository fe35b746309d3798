//! Mends that keep two nodes from touching the same files at the same time.

use divisi_model::{LockMode, Node, Work};

use crate::context::Context;
use crate::edits;
use crate::finding::{Edit, Fix};
use crate::overlaps::{Overlap, Shared};

/// Makes `node` wait for `other`: an item more in a list in brackets, or an entry of its own.
pub(crate) fn wait_for(context: &Context<'_>, node: u32, other: u32) -> Option<Edit> {
    let node = context.node(node);
    let other = &context.node(other).id.value;
    let key = node.depends_on_key.as_ref().map_or("depends_on", |key| key.value.as_str());
    edits::add_item(context.tree, &context.document.lines, node.tree, key, other)
}

/// "Let `node` wait for `other`". Neither waits for the other yet, so that both ways make no cycle.
pub(crate) fn order(context: &Context<'_>, node: u32, other: u32) -> Option<Fix> {
    let edit = wait_for(context, node, other)?;
    let title = format!("Let `{}` wait for `{}`", context.node(node).id.value, context.node(other).id.value);
    Some(Fix { title, edits: vec![edit], safe: false })
}

/// One exclusive lock for both: one that the first node holds already, else a new one with a name after the file.
pub(crate) fn lock(context: &Context<'_>, overlap: &Overlap) -> Option<Fix> {
    let (first, second) = (context.node(overlap.first.node), context.node(overlap.second.node));
    let (name, holders) = match (own_lock(context, first), own_lock(context, second)) {
        (Some(name), _) => (name.to_owned(), vec![second]),
        (None, Some(name)) => (name.to_owned(), vec![first]),
        (None, None) => (name_after(&overlap.shared), vec![first, second]),
    };
    let is_taken = |node: &&Node| node.locks.iter().any(|lock| lock.name.value == name);
    if holders.iter().any(is_taken)
        || context.dag.locks.iter().any(|listed| listed.name.value == name && listed.capacity.is_some())
    {
        return None;
    }
    let add = |node: &Node| edits::add_item(context.tree, &context.document.lines, node.tree, "locks", &name);
    Some(Fix { title: format!("Hold the lock `{name}` in both"), edits: all(holders, add)?, safe: false })
}

/// Copies of the workspace for those of `nodes` that have none.
pub(crate) fn worktrees(context: &Context<'_>, nodes: &[u32]) -> Option<Fix> {
    let nodes: Vec<&Node> =
        nodes.iter().map(|node| context.node(*node)).filter(|node| !node.in_worktree).collect();
    let can = |node: &&Node| matches!(node.work, Some(Work::Agent(_) | Work::Run(_) | Work::Command(_)));
    if nodes.is_empty() || !nodes.iter().all(can) {
        return None;
    }
    let title = match nodes.as_slice() {
        [node] => format!("Run `{}` in a worktree", node.id.value),
        _ => "Run both in worktrees".to_owned(),
    };
    let add = |node: &Node| {
        let is_written = context.tree.get(node.tree, "isolation").is_some();
        let (tree, lines) = (context.tree, &context.document.lines);
        (!is_written).then(|| edits::add_entry(tree, lines, node.tree, "isolation", "worktree")).flatten()
    };
    Some(Fix { title, edits: all(nodes, add)?, safe: false })
}

/// A lock that the node holds alone.
fn own_lock<'a>(context: &Context<'_>, node: &'a Node) -> Option<&'a str> {
    let has_units = |name: &str| {
        context.dag.locks.iter().any(|listed| listed.name.value == name && listed.capacity.is_some())
    };
    let mut alone = node.locks.iter().filter(|lock| lock.mode != Some(LockMode::Shared));
    alone.find(|lock| !has_units(&lock.name.value)).map(|lock| lock.name.value.as_str())
}

/// `REVIEW.md` is kept by the lock `review`, `src/**` by `src`.
fn name_after(shared: &Shared) -> String {
    let path = match shared {
        Shared::All(path) => path.as_str(),
        Shared::Example(path) => path.rsplit_once('/').map_or("", |(folder, _)| folder),
    };
    let mut names = path.split('/').filter(|name| !name.contains(['*', '?', '[', '{']));
    let last = names.next_back().unwrap_or_default();
    let stem = last.split('.').find(|part| !part.is_empty()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = stem.chars().map(plain).collect();
    let name = name.trim_matches('-');
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name.to_owned() } else { "files".to_owned() }
}

/// The edits in all nodes, in the order of the text; none where one cannot be made.
fn all<'a>(
    nodes: impl IntoIterator<Item = &'a Node>,
    edit: impl Fn(&'a Node) -> Option<Edit>,
) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = nodes.into_iter().map(edit).collect::<Option<_>>()?;
    edits.sort_by_key(|edit| edit.span.start);
    Some(edits)
}
