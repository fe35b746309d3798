//! Where one document leads to another: `dag` of a node, `divisi` of a command.

use std::path::{Component, Path, PathBuf};

use divisi_model::Work;
use divisi_syntax::Spanned;

use crate::document::{Content, Document};

/// The paths that a document writes, each at its place: `dag` of its nodes in the order of the file, or a command's
/// `divisi`. Empty ones and those with templates are left out.
pub fn written(document: &Document) -> impl Iterator<Item = &Spanned<String>> {
    let nodes = document.dag().map_or(&[][..], |(_, dag)| dag.nodes.as_slice());
    let of_nodes = nodes.iter().filter_map(|node| match &node.work {
        Some(Work::Dag { path, .. }) => Some(path),
        _ => None,
    });
    let of_command = match &document.content {
        Content::Command { link } => link.as_ref(),
        _ => None,
    };
    of_nodes.chain(of_command).filter(|path| !path.value.is_empty() && !path.value.contains("{{"))
}

/// The absolute path, without `.` and `..`, that `written` in the file at `document` means.
pub fn target(document: &Path, written: &str) -> Option<PathBuf> {
    let mut target = document.parent()?.to_owned();
    for component in Path::new(written).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                target.pop();
            }
            other => target.push(other),
        }
    }
    Some(target)
}
