//! From a place in a file to its row in the table of keys. `$0` marks the place.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a helper fails the test")]

use std::sync::Arc;

use divisi_model::keys::{self, Role, native};
use divisi_syntax::yaml;

/// `object.key type`, with a `?` behind the key where the place is the key itself.
fn place(marked: &str) -> String {
    let offset = marked.find("$0").unwrap();
    let text = marked.replacen("$0", "", 1);
    let tree = yaml::parse(Arc::from(text));
    let node = tree.node_at(offset as u32).unwrap();
    let place = keys::at(&native::DAG, &tree, tree.root().unwrap(), node).unwrap();
    let object = place.object.map_or("-", |object| object.name);
    let key = place.key.map_or("-", |key| key.name);
    let mark = if place.role == Role::Key { "?" } else { "" };
    let ty = format!("{:?}", place.ty);
    let ty = ty.split(['(', ' ']).next().unwrap_or_default();
    format!("{object}.{key}{mark} {ty}")
}

#[test]
fn rows_are_found() {
    let cases = [
        ("na$0me: x\n", "DAG.name? String"),
        ("name: x$0\n", "DAG.name String"),
        ("unkn$0own: x\n", "DAG.-? Any"),
        ("nodes:\n  - id: a$0\n", "node.id NodeId"),
        ("nodes:\n  - id: a\n    needs: [b$0]\n", "node.depends_on NodeRef"),
        ("nodes:\n  a:\n    time$0out: 1m\n", "node in a map.timeout? Duration"),
        ("nodes:\n  a$0: {}\n", "DAG.nodes? Object"),
        ("nodes:\n  - id: a\n    retry: { backoff: line$0ar }\n", "retry.backoff Enum"),
        ("nodes:\n  - id: a\n    outputs: { x: { file: y$0 } }\n", "output.file Path"),
        ("nodes:\n  - id: a\n    inputs: { x: y$0 }\n", "node.inputs OneOf"),
        ("nodes:\n  - id: a\n    run: [x, y$0]\n", "node.run Template"),
        ("args: { a: { default: { b: c$0 } } }\n", "arg.default Any"),
        ("phases: [{ id: a, nodes: [b$0] }]\n", "phase.nodes NodeRef"),
        ("env: { A: { from_env: B$0 } }\n", "environment variable.from_env String"),
    ];
    for (text, expected) in cases {
        assert_eq!(place(text), expected, "{text}");
    }
}

#[test]
fn nothing_outside_the_root() {
    let tree = yaml::parse(Arc::from("divisi: { name: x }\nother: y\n"));
    let root = tree.root().unwrap();
    let (divisi, other) = (tree.get(root, "divisi").unwrap(), tree.get(root, "other").unwrap());
    assert!(keys::at(&native::DAG, &tree, divisi, other).is_none());
    let name = tree.get(divisi, "name").unwrap();
    assert_eq!(keys::at(&native::DAG, &tree, divisi, name).unwrap().key.unwrap().name, "name");
}

/// Each key has a text for people, and its aliases clash with nothing.
#[test]
fn the_table_is_sound() {
    let objects = [
        &native::DAG,
        &native::NODE,
        &native::DEFAULTS,
        &native::RETRY,
        &native::COMPENSATE,
        &keys::agent::FRONT_MATTER,
    ];
    for object in objects {
        for (index, key) in object.keys.iter().enumerate() {
            assert!(!key.doc.is_empty() && !key.applies.is_empty(), "{}.{}", object.name, key.name);
            for name in key.aliases.iter().chain([&key.name]) {
                let first =
                    object.keys.iter().position(|other| other.name == *name || other.aliases.contains(name));
                assert_eq!(first, Some(index), "{}.{name}", object.name);
            }
        }
    }
    assert_eq!(native::NODE.keys[0].name, "id");
    assert!(native::NODE_IN_MAP.key("id").is_none());
}
