//! Everything that an agent's file says, key by key.

use std::sync::Arc;

use divisi_syntax::{Kind, NodeId, Span, Spanned, Tree};
use serde_json::{Map, Value};
use toml::de::DeTable;

use super::{Tool, claude_code};
use crate::front::{Front, Understood};
use crate::json;
use crate::reader::Reader;

/// Keys of Claude Code that hold names in a list or between commas.
const NAMES: [&str; 2] = ["disallowedTools", "skills"];

/// A key of an agent's file.
#[derive(Debug, Clone, PartialEq)]
pub struct SaidKey {
    /// The key, where it stands.
    pub key: Spanned<String>,
    /// Its value; names between commas are a list.
    pub value: Value,
}

/// The keys of an agent's file as `tool` reads it, each once; none of them where the file cannot be read.
pub fn said(tool: Tool, text: &Arc<str>) -> Vec<SaidKey> {
    if tool == Tool::Codex {
        return in_toml(text);
    }
    let Some(front) = Front::read(tool, text) else { return Vec::new() };
    if tool != Tool::ClaudeCode {
        return in_mapping(tool, &front.tree);
    }
    let understood = Understood::new(text, &front);
    let mut said = in_mapping(tool, &understood.tree);
    for one in &mut said {
        one.key.span = understood.original(one.key.span);
    }
    said
}

fn in_toml(text: &str) -> Vec<SaidKey> {
    let values: Map<String, Value> = toml::from_str(text).unwrap_or_default();
    let (table, _) = DeTable::parse_recoverable(text);
    let place = |key: &str| {
        let name = table.get_ref().keys().find(|name| name.get_ref() == key);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        name.map_or(Span::default(), |name| Span::new(offset(name.span().start), offset(name.span().end)))
    };
    values
        .into_iter()
        .map(|(key, value)| SaidKey { key: Spanned::new(key.clone(), place(&key)), value })
        .collect()
}

fn in_mapping(tool: Tool, tree: &Tree) -> Vec<SaidKey> {
    let mut said = Vec::new();
    let Some(root) = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping) else { return said };
    let reader = Reader::new(tree);
    add(tool, &reader, root, &mut said);
    // What a merge (`<<: *base`, or a list of them) brings stands behind what is written.
    let merged = tree.get(root, "<<").filter(|_| tool == Tool::ClaudeCode);
    if let Some(merged) = merged.map(|merged| tree.resolve(merged)) {
        for base in std::iter::once(merged).chain(tree.items(merged)) {
            add(tool, &reader, tree.resolve(base), &mut said);
        }
    }
    said
}

/// Adds the keys of a mapping that are not there yet; of doubles, which only Claude Code takes, its last one counts.
fn add(tool: Tool, reader: &Reader<'_>, mapping: NodeId, said: &mut Vec<SaidKey>) {
    let before = said.len();
    for (key, value) in reader.entries(mapping) {
        let key = reader.key(key);
        let value = match tool {
            Tool::ClaudeCode if NAMES.contains(&key.value.as_str()) => {
                let names = claude_code::names(reader.tree, value);
                Value::from(names.into_iter().map(|name| name.value).collect::<Vec<_>>())
            }
            _ => json::value(reader, value),
        };
        let known = said.iter_mut().enumerate().find(|(_, one)| one.key.value == key.value);
        match known {
            Some((at, _)) if at < before => {}
            Some((_, one)) => *one = SaidKey { key, value },
            None => said.push(SaidKey { key, value }),
        }
    }
}
