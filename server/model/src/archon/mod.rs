//! The dialect of Archon: `.archon/workflows/**/*.yaml` to [`Dag`].
//!
//! Names of commands and workflows are labels: Archon finds them in folders of its own and among those it comes with.
//! Its nodes are work of its own ([`crate::Work::Foreign`]), which is planned and not run.

pub mod language;
mod node;
mod unit;

use divisi_syntax::{Kind, NodeId, Tree};

use crate::dag::{Dag, Defaults, Dialect};
use crate::keys::archon as keys;
use crate::reader::Reader;

/// Whether the document looks like a workflow: a mapping with `nodes`, or with `name` and `description`.
pub fn is_archon(tree: &Tree) -> bool {
    let Some(root) = tree.root().map(|root| tree.resolve(root)) else { return false };
    let has = |key| tree.get(root, key).is_some();
    tree.kind(root) == Kind::Mapping && (has("nodes") || (has("name") && has("description")))
}

/// Lowers a workflow. `None` where `root` is not a mapping.
pub fn lower(tree: &Tree, root: NodeId) -> Option<Dag> {
    let root = tree.resolve(root);
    if tree.kind(root) != Kind::Mapping {
        return None;
    }
    let reader = &Reader::new(tree);
    let fields = reader.fields(root, &keys::WORKFLOW);
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let nodes = fields.field("nodes");
    Some(Dag {
        name: text("name"),
        description: text("description"),
        defaults: Defaults { model: text("model"), ..Defaults::default() },
        nodes_key: nodes.map(|field| reader.span(field.key_node)),
        nodes: nodes.map(|field| node::lower_all(reader, field.value, 0)).unwrap_or_default(),
        incomplete: reader.exhausted(),
        ..Dag::empty(Dialect::Archon, root)
    })
}
