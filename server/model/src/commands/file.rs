//! What the front matter of a command or a skill says of it.

use divisi_syntax::{Kind, Spanned, Tree};

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
        // `[file] [focus]` is a list to YAML, and shown as it is written.
        let as_written =
            |value| (tree.kind(value) != Kind::Scalar).then(|| tree.span(value).slice(tree.text()));
        Self {
            name: scalar("name"),
            description: scalar("description").map(|description| description.value),
            argument_hint: scalar("argument-hint")
                .map(|hint| hint.value)
                .or_else(|| hint.and_then(as_written).map(str::to_owned)),
        }
    }
}
