//! Ids that our format takes: where the original's do not fit, the nearest that do and are free.

use std::collections::{HashMap, HashSet};

use divisi_model::{Dag, is_node_id};

/// The new id of each node whose own does not fit.
pub(super) fn mended(dag: &Dag) -> HashMap<&str, String> {
    let mut taken: HashSet<String> = dag.nodes.iter().map(|node| node.id.value.clone()).collect();
    let mut mended = HashMap::new();
    for node in &dag.nodes {
        let id = node.id.value.as_str();
        if id.is_empty() || is_node_id(id) || mended.contains_key(id) {
            continue;
        }
        let near = near(id);
        let counted = (2..).map(|count| format!("{near}-{count}"));
        let free = std::iter::once(near.clone()).chain(counted).find(|new| !taken.contains(new));
        let new = free.unwrap_or(near);
        taken.insert(new.clone());
        mended.insert(id, new);
    }
    mended
}

/// The id with `-` for what it may not hold; a letter or `_` goes first.
fn near(id: &str) -> String {
    let mut near = String::with_capacity(id.len());
    for c in id.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => near.push(c),
            _ if near.ends_with('-') => {}
            _ => near.push('-'),
        }
    }
    let near = near.trim_matches('-');
    let begins = near.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins { near.to_owned() } else { format!("_{near}") }
}
