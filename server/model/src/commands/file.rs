//! What the front matter of a command or a skill says of it.

use divisi_syntax::{Kind, NodeId, Spanned, Tree};

use crate::agent::content;

/// The keys of a command's or a skill's file that others ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandFile {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `description`.
    pub description: Option<String>,
    /// `argument-hint`.
    pub argument_hint: Option<String>,
}

impl CommandFile {
    /// Reads the front matter's tree.
    pub fn read(tree: &Tree) -> Self {
        let Some(root) = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping) else {
            return Self::default();
        };
        let scalar = |key: &str| content(tree, tree.get(root, key)?);
        let hint = tree.get(root, "argument-hint").map(|value| tree.resolve(value));
        // `[file] [focus]` is a list, and then a fault, to YAML; the tool shows the line as it is.
        let is_list = |value: &NodeId| tree.kind(*value) != Kind::Scalar;
        let line = |value| tree.text().get(tree.span(value).start as usize..)?.lines().next();
        let hint_as_written = || hint.filter(is_list).and_then(line).map(|line| line.trim().to_owned());
        Self {
            name: scalar("name"),
            description: scalar("description").map(|description| description.value),
            argument_hint: scalar("argument-hint").map(|hint| hint.value).or_else(hint_as_written),
        }
    }
}
