//! The native format: tree to [`Dag`].
//!
//! Lenient and silent: what does not fit the table of keys is left out, and `divisi-analysis` says so.

mod again;
mod args;
mod defaults;
mod env;
mod node;
mod phases;
mod values;
mod work;

use divisi_syntax::{Kind, NodeId, Tree};

use crate::dag::{Dag, Dialect, Node};
use crate::keys::native;
use crate::reader::{Fields, Reader};

pub use again::lower_again;

/// Lowers the mapping `root` (the document's root, or the value of `divisi:` in a command).
///
/// `None` where it is not a mapping. Takes time linear in the tree's size, whatever aliases ask for.
pub fn lower(tree: &Tree, root: NodeId) -> Option<Dag> {
    let root = tree.resolve(root);
    if tree.kind(root) != Kind::Mapping {
        return None;
    }
    let reader = &Reader::new(tree);
    let fields = reader.fields(root, &native::DAG);
    let mut dag = lower_with(reader, root, &fields, None);
    phases::assign(&dag.phases, &mut dag.nodes);
    Some(dag)
}

/// The DAG whose root has these fields, with `nodes` where they are known already; they are not yet told their phases.
fn lower_with(reader: &Reader<'_>, root: NodeId, fields: &Fields, nodes: Option<Vec<Node>>) -> Dag {
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let defaults = fields.get("defaults").map(|value| defaults::lower(reader, value)).unwrap_or_default();
    let phases = fields.get("phases").map(|value| phases::lower(reader, value)).unwrap_or_default();
    let all =
        || fields.get("nodes").map(|value| node::lower_all(reader, value, &defaults)).unwrap_or_default();
    let nodes = nodes.unwrap_or_else(all);
    Dag {
        dialect: Dialect::Native,
        root,
        name: text("name"),
        description: text("description"),
        args: fields.get("args").map(|value| args::lower(reader, value)).unwrap_or_default(),
        env: fields.get("env").map(|value| env::lower(reader, value)).unwrap_or_default(),
        defaults,
        max_parallel: fields.get("max_parallel").and_then(|value| reader.positive(value)),
        on_failure: fields.get("on_failure").and_then(|value| reader.word(value)),
        context: fields.get("context").map(|value| values::context(reader, value)).unwrap_or_default(),
        budget: defaults::budget(reader, fields, None),
        phases,
        locks: fields.get("locks").map(|value| values::listed_locks(reader, value)).unwrap_or_default(),
        nodes_key: fields.field("nodes").map(|field| reader.span(field.key_node)),
        nodes,
        own_agents: Vec::new(),
        incomplete: reader.exhausted(),
    }
}
