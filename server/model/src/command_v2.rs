//! The command-v2 dialect: tree to [`Dag`].

use divisi_syntax::{NodeId, Tree};

use crate::dag::Dag;

/// Whether the document looks like command-v2: a mapping with `phases`, a list whose items have `agents`.
pub fn is_command_v2(_tree: &Tree) -> bool {
    false
}

/// Lowers a command-v2 document.
pub fn lower(_tree: &Tree, _root: NodeId) -> Option<Dag> {
    None
}
