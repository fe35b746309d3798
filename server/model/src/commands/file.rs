//! What the file of a command or a skill says of it, as Claude Code reads it.
//!
//! Every rule here is proved against the program itself: docs/decisions/0013-loader-oracle.md.

use std::sync::Arc;

use divisi_syntax::{Kind, NodeId, ScalarValue, Spanned, Tree};

use crate::agent::content;
use crate::front::{Fault, Front, Understood};

/// What the file of a command or a skill says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommandFile {
    /// `name`, which Claude Code reads for skills only.
    pub name: Option<Spanned<String>>,
    /// `description`, else the first line of the text.
    pub description: Option<String>,
    /// `argument-hint`.
    pub argument_hint: Option<String>,
    /// `user-invocable: false`: it is no slash command, and only the model uses it.
    pub hidden: bool,
    /// Whether Claude Code cannot read the front matter: then it ignores all of its keys.
    pub unreadable: bool,
}

impl CommandFile {
    /// Reads the file; `front` is the front matter of `text`.
    pub fn read(text: &Arc<str>, front: Option<&Front>) -> Self {
        let Some(front) = front else { return Self::without_keys(text) };
        let understood = Understood::new(text, front);
        if let Some(Fault::Unreadable { .. }) = understood.fault {
            // Front matter that is never closed is part of the text.
            let body = front.close.map_or(text.as_ref(), |_| front.body.slice(text));
            return Self { unreadable: true, ..Self::without_keys(body) };
        }
        let first_line = || first_line(front.body.slice(text));
        let tree = understood.tree.as_ref();
        let Some(root) = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping) else {
            return Self { description: first_line(), ..Self::default() };
        };
        let scalar = |key: &str| content(tree, tree.resolve(tree.get(root, key)?));
        let hidden = tree.get(root, "user-invocable").and_then(|value| tree.scalar(value));
        Self {
            name: scalar("name").map(|name| Spanned::new(name.value, understood.original(name.span))),
            description: scalar("description").map(|description| description.value).or_else(first_line),
            argument_hint: tree.get(root, "argument-hint").and_then(|hint| argument_hint(tree, hint)),
            hidden: hidden == Some(ScalarValue::Bool(false)),
            unreadable: false,
        }
    }

    fn without_keys(text: &str) -> Self {
        Self { description: first_line(text), ..Self::default() }
    }
}

/// A list is shown with its items between commas; a mapping says nothing.
fn argument_hint(tree: &Tree, hint: NodeId) -> Option<String> {
    let hint = tree.resolve(hint);
    if tree.kind(hint) != Kind::Sequence {
        return content(tree, hint).map(|hint| hint.value);
    }
    let items: Vec<String> = tree.items(hint).filter_map(|item| Some(content(tree, item)?.value)).collect();
    (!items.is_empty()).then(|| items.join(","))
}

/// The first line with anything in it; a heading without its marks.
fn first_line(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let bare = line.trim_start_matches('#');
    let heading = bare.strip_prefix([' ', '\t']).filter(|_| bare.len() < line.len());
    Some(heading.map_or(line, str::trim).to_owned())
}
