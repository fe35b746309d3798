//! What a Markdown document of ours holds: front matter, and a text that names things.

use std::sync::Arc;

use divisi_model::mention::{front_matter_mentions, mentions};
use divisi_model::{CommandFile, Front, Mention, Tool};
use divisi_syntax::Span;

use crate::classify::Class;

/// An agent, a command, a skill, or prose.
#[derive(Debug)]
pub struct Markdown {
    /// The front matter, if there is one.
    pub front: Option<Front>,
    /// The text after it.
    pub body: Span,
    /// What front matter and text name, in the order of their places; no two overlap.
    pub mentions: Box<[Mention]>,
    /// What a command's or a skill's file says of it; none for other documents.
    pub command: Option<CommandFile>,
}

impl Markdown {
    /// Reads a whole file of `tool`.
    pub(crate) fn read(class: Class, tool: Tool, text: &Arc<str>) -> Self {
        let front = Front::read(tool, text);
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let body = front.as_ref().map_or(whole, |front| front.body);
        let mut found =
            front.as_ref().map_or_else(Vec::new, |front| front_matter_mentions(&front.tree, front.region));
        found.extend(mentions(text, body));
        let is_command = matches!(class, Class::Command | Class::Skill);
        let command = is_command.then(|| CommandFile::read(text, front.as_ref()));
        Self { front, body, mentions: found.into_boxed_slice(), command }
    }
}
