//! From a node of the tree to its row in the table of keys.

use divisi_syntax::{Kind, NodeId, Tree};

use super::{Key, Object, Ty};

/// What the table of keys says about one node of a tree.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The nearest mapping with known keys that holds the node, or that the node is.
    pub object: Option<&'static Object>,
    /// The row of the nearest known key at or above the node, inside [`Place::object`].
    pub key: Option<&'static Key>,
    /// What may stand here, alternatives included; for a key what its value may be.
    pub ty: Ty,
    /// Whether the node is a key or a value.
    pub role: Role,
}

/// How a node takes part in its collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A key of a mapping.
    Key,
    /// A value of a mapping, an item of a sequence, or the root.
    Value,
}

/// The row for `node`, below the mapping `root` whose keys are those of `format`
/// ([`super::native::DAG`], [`super::command_v2::COMMAND`], [`super::agent::FRONT_MATTER`]).
///
/// `None` for nodes outside `root`. Inside values that the table does not describe, and below unknown keys, the
/// type is [`Ty::Any`]. An alias is not followed: a node is judged where it is written.
pub fn at(format: &'static Object, tree: &Tree, root: NodeId, node: NodeId) -> Option<Place> {
    let mut place = Place { object: Some(format), key: None, ty: Ty::Object(format), role: Role::Value };
    let mut path = path_from(tree, root, node)?;
    let mut parent = root;
    while let Some(child) = path.pop() {
        place = match tree.kind(parent) {
            Kind::Mapping => below_mapping(place, tree, parent, child),
            _ => below_sequence(place),
        };
        parent = child;
    }
    Some(place)
}

/// The nodes from `node` up to, and without, `root`.
fn path_from(tree: &Tree, root: NodeId, node: NodeId) -> Option<Vec<NodeId>> {
    let mut path = Vec::new();
    let mut current = node;
    while current != root {
        path.push(current);
        current = tree.parent(current)?;
    }
    Some(path)
}

fn below_mapping(place: Place, tree: &Tree, mapping: NodeId, child: NodeId) -> Place {
    let Some((key, _)) = tree.entries(mapping).find(|(key, value)| *key == child || *value == child) else {
        return Place { ty: Ty::Any, ..place };
    };
    let role = if key == child { Role::Key } else { Role::Value };
    match place.ty.for_collection(Kind::Mapping) {
        Some(Ty::Object(object)) => {
            let row = tree.str(key).and_then(|name| object.key(&name));
            Place { object: Some(object), key: row, ty: row.map_or(Ty::Any, |row| row.ty), role }
        }
        Some(Ty::Map(of)) => Place { ty: *of, role, ..place },
        _ => Place { ty: Ty::Any, role, ..place },
    }
}

fn below_sequence(place: Place) -> Place {
    let ty = match place.ty.for_collection(Kind::Sequence) {
        Some(Ty::List(of)) => *of,
        _ => Ty::Any,
    };
    Place { ty, role: Role::Value, ..place }
}
