//! How a plan grows in the run: the instances of a `for_each` group whose items were not known before (ENGINE,
//! section 10).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::environment::as_text;
use crate::plan::{PlanExpansion, PlanNode, PlanScope, PlanWork, StoredPlan};

/// Instances that a node may have where it says nothing.
pub const MAX_ITEMS: u32 = 1_000;

/// One item of a `for_each` node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// KEY of `id[KEY]`.
    pub key: String,
    /// `item`.
    pub item: Value,
}

/// The items that a list gives, each with its key.
///
/// # Errors
/// More than `limit`, or a key that stands twice; text for people.
pub fn items(list: Vec<Value>, limit: u32) -> Result<Vec<Item>, String> {
    if list.len() > limit as usize {
        return Err(format!("`for_each` gives {} items, and {limit} is the limit", list.len()));
    }
    let items: Vec<Item> = list.into_iter().map(|item| Item { key: key_of(&item), item }).collect();
    let mut seen = std::collections::BTreeSet::new();
    match items.iter().find(|item| !seen.insert(&item.key)) {
        Some(Item { key, .. }) => {
            Err(format!("`for_each` gives the key {key} twice; give each item a `key` of its own"))
        }
        None => Ok(items),
    }
}

/// `item.key`, the item itself where it is a word, else a hash of it.
fn key_of(item: &Value) -> String {
    let written = match item {
        Value::Object(fields) => {
            fields.get("key").filter(|key| !key.is_object() && !key.is_array() && !key.is_null())
        }
        Value::Array(_) | Value::Null => None,
        scalar => Some(scalar),
    };
    match written.map(as_text).filter(|key| !key.is_empty()) {
        Some(key) => key,
        None => blake3::hash(item.to_string().as_bytes()).to_hex().chars().take(8).collect(),
    }
}

/// The parts of a plan to which instances are added.
#[derive(Debug)]
pub(crate) struct Growing<'a> {
    pub(crate) nodes: &'a mut Vec<PlanNode>,
    pub(crate) scopes: &'a mut Vec<PlanScope>,
}

impl StoredPlan {
    /// Gives a group its instances, one for each of `items`, in their order. An instance that it had before and whose
    /// key is among them stays; others are listed no more, so that indices stay what they are.
    pub fn grow(&mut self, group: usize, items: &[Item]) {
        Growing { nodes: &mut self.nodes, scopes: &mut self.scopes }.grow(group, items);
    }
}

impl Growing<'_> {
    /// See [`StoredPlan::grow`].
    pub(crate) fn grow(&mut self, group: usize, items: &[Item]) {
        let Some(PlanNode { path, expansion: Some(expansion), .. }) = self.nodes.get(group).cloned() else {
            return;
        };
        let had: HashMap<String, usize> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.group == Some(group))
            .map(|(index, node)| (node.path.clone(), index))
            .collect();
        let mut instances = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let path = format!("{path}[{}]", item.key);
            let instance = had.get(&path).copied();
            let instance = instance.unwrap_or_else(|| self.add_instance(group, &expansion, &path));
            if let Some(node) = self.nodes.get_mut(instance) {
                node.item = Some(item.item.clone());
                node.index = Some(position);
            }
            instances.push(instance);
        }
        if let Some(node) = self.nodes.get_mut(group) {
            node.work = PlanWork::Group { children: instances };
        }
    }

    fn add_instance(&mut self, group: usize, expansion: &PlanExpansion, path: &str) -> usize {
        let shift = Shift { nodes: self.nodes.len(), scopes: self.scopes.len() };
        for (position, template) in expansion.instance.iter().enumerate() {
            let mut node = template.clone();
            node.path = format!("{path}{}", node.path);
            if position == 0 {
                node.group = Some(group);
                shift.inside(&mut node);
            } else {
                shift.whole(&mut node);
            }
            self.nodes.push(node);
        }
        self.scopes.extend(expansion.scopes.iter().cloned().map(|mut scope| {
            scope.prefix = format!("{path}{}", scope.prefix);
            scope
        }));
        shift.nodes
    }
}

/// Moves a list of nodes behind others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    /// How many nodes stand before them.
    pub(crate) nodes: usize,
    /// How many scopes.
    pub(crate) scopes: usize,
}

impl Shift {
    /// A node all of whose indices count within the list.
    pub(crate) fn whole(self, node: &mut PlanNode) {
        node.scope += self.scopes;
        node.group = node.group.map(|group| group + self.nodes);
        let before = node.dependencies.iter_mut().chain(&mut node.after);
        before.for_each(|before| *before += self.nodes);
        self.inputs(node);
        self.inside(node);
        // The instances to come are nodes beside this one.
        if let Some(instance) = node.expansion.as_mut().and_then(|expansion| expansion.instance.first_mut()) {
            instance.scope += self.scopes;
            self.inputs(instance);
        }
    }

    /// The same for nodes of which some belong to the DAG around: their scope, 0, stays.
    pub(crate) fn beside(self, node: &mut PlanNode) {
        let is_outer = node.scope == 0;
        self.whole(node);
        if is_outer {
            node.scope = 0;
            if let Some(instance) =
                node.expansion.as_mut().and_then(|expansion| expansion.instance.first_mut())
            {
                instance.scope = 0;
            }
        }
    }

    /// The first node of the list, which belongs to what is around: only what it holds moves.
    pub(crate) fn inside(self, node: &mut PlanNode) {
        match &mut node.work {
            PlanWork::Group { children } => children.iter_mut().for_each(|child| *child += self.nodes),
            PlanWork::Dag { children, scope, exports } => {
                children.iter_mut().for_each(|child| *child += self.nodes);
                exports.values_mut().for_each(|child| *child += self.nodes);
                *scope += self.scopes;
            }
            _ => {}
        }
    }

    fn inputs(self, node: &mut PlanNode) {
        if let Some(cache) = &mut node.cache {
            cache.named.iter_mut().for_each(|named| *named += self.nodes);
        }
        for (source, _) in node.inputs.iter_mut().filter_map(|input| input.from.as_mut()) {
            *source += self.nodes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_items() {
        let cases = [
            (serde_json::json!("eu"), "eu"),
            (serde_json::json!(3), "3"),
            (serde_json::json!(true), "true"),
            (serde_json::json!({"key": "a", "x": 1}), "a"),
            (serde_json::json!({"key": 7}), "7"),
        ];
        for (item, key) in cases {
            assert_eq!(key_of(&item), key);
        }
        for item in [serde_json::json!({"x": 1}), serde_json::json!([1]), serde_json::json!(""), Value::Null]
        {
            assert_eq!(key_of(&item).len(), 8, "{item}");
        }
    }
}
