//! Mentions in front matter: keys that hold names, lists of tools, and the texts between them.

use divisi_syntax::{Decoded, Kind, NodeId, Span, Tree};

use super::markdown::in_order;
use super::{Mention, MentionTarget, Pattern, name, text as running};

/// Keys that list tools, under the names that agents, commands and skills have for them.
const TOOL_KEYS: &[&str] = &["tools", "allowed-tools", "disallowedTools", "disallowed-tools"];

/// Tools whose argument in a list is a name.
const TOOLS: &[(&str, MentionTarget)] = &[
    ("Task(", MentionTarget::Agent),
    ("Agent(", MentionTarget::Agent),
    ("Skill(", MentionTarget::Skill),
    ("SlashCommand(", MentionTarget::Command),
];

/// What the front matter in `region` of `tree`'s text names; in the order of their places, each place once.
pub fn front_matter_mentions(tree: &Tree, region: Span) -> Vec<Mention> {
    let mut found = Vec::new();
    let root = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping);
    for (key, value) in root.into_iter().flat_map(|root| tree.entries(root)) {
        match tree.str(key).as_deref() {
            Some("agent") => found.extend(named(tree, value, MentionTarget::Agent, Pattern::AgentKey)),
            Some("skills") => {
                for value in scalars(tree, value) {
                    found.extend(named(tree, value, MentionTarget::Skill, Pattern::SkillsKey));
                }
            }
            Some(key) if TOOL_KEYS.contains(&key) => {
                for value in scalars(tree, value) {
                    found.extend(tree.decoded(value).iter().flat_map(tools));
                }
            }
            _ => {}
        }
    }
    running::scan(tree.text(), region, &[], &mut found);
    in_order(&mut found);
    found
}

/// The value itself, or the items of a list.
fn scalars(tree: &Tree, value: NodeId) -> impl Iterator<Item = NodeId> {
    let value = tree.resolve(value);
    let own = (tree.kind(value) == Kind::Scalar).then_some(value);
    own.into_iter().chain(tree.items(value).filter(|item| tree.kind(*item) == Kind::Scalar))
}

/// A scalar that is names, separated by commas.
fn named(tree: &Tree, value: NodeId, target: MentionTarget, pattern: Pattern) -> Vec<Mention> {
    let Some(decoded) = tree.decoded(value) else { return Vec::new() };
    let mut start = 0;
    let mut found = Vec::new();
    for part in decoded.text.split(',') {
        let name = part.trim();
        let at = start + (part.len() - part.trim_start().len());
        start += part.len() + 1;
        if name::is_name(name) {
            found.push(mention(&decoded, target, pattern, at, name));
        }
    }
    found
}

/// `Task(x)` and its like in a list of tools.
fn tools(decoded: &Decoded) -> Vec<Mention> {
    let mut found = Vec::new();
    for (tool, target) in TOOLS {
        for (at, _) in decoded.text.match_indices(tool) {
            let is_whole = !decoded.text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let open = at + tool.len();
            let names = running::listed_names(&decoded.text[open..]).filter(|_| is_whole).unwrap_or_default();
            let named = |(at, name)| mention(decoded, *target, Pattern::ToolList, open + at, name);
            found.extend(names.into_iter().map(named));
        }
    }
    found
}

fn mention(decoded: &Decoded, target: MentionTarget, pattern: Pattern, at: usize, name: &str) -> Mention {
    let content = Span::new(at as u32, (at + name.len()) as u32);
    Mention { target, name: name.to_owned(), span: decoded.source_span(content), pattern }
}
