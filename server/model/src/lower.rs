//! The native format: tree to [`Dag`].

use divisi_syntax::{NodeId, Tree};

use crate::dag::Dag;

/// Lowers the mapping `root` (the document's root, or the value of `divisi:` in a command).
pub fn lower(_tree: &Tree, _root: NodeId) -> Option<Dag> {
    None
}
