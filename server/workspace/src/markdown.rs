//! What a Markdown document of ours holds: front matter, and a text that names things.

use std::sync::Arc;

use divisi_model::mention::{front_matter_mentions, mentions};
use divisi_model::{CommandFile, Mention};
use divisi_syntax::{Limits, Span, Tree, front_matter, yaml};

/// An agent, a command, a skill, or prose.
#[derive(Debug)]
pub struct Markdown {
    /// The front matter, if there is one.
    pub front: Option<Front>,
    /// The text after it.
    pub body: Span,
    /// What front matter and text name, in the order of their places; no two overlap.
    pub mentions: Box<[Mention]>,
    /// What the front matter of a command or a skill says of it; of other documents the keys of the same names.
    pub command: CommandFile,
}

/// Front matter, read tolerantly.
#[derive(Debug)]
pub struct Front {
    /// Its tree; spans are those of the file.
    pub tree: Arc<Tree>,
    /// Its YAML, between the marks.
    pub region: Span,
    /// The first mark.
    pub open: Span,
    /// The second mark; missing where the front matter is never closed.
    pub close: Option<Span>,
}

impl Markdown {
    /// Reads a whole file.
    pub(crate) fn read(text: &Arc<str>) -> Self {
        let Some(parts) = front_matter(text) else {
            let body = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
            let mentions = mentions(text, body).into_boxed_slice();
            return Self { front: None, body, mentions, command: CommandFile::default() };
        };
        let tree = yaml::parse_region(Arc::clone(text), parts.yaml, Limits::default());
        let mut found = front_matter_mentions(&tree, parts.yaml);
        found.extend(mentions(text, parts.body));
        let command = CommandFile::read(&tree);
        let front = Front { tree: Arc::new(tree), region: parts.yaml, open: parts.open, close: parts.close };
        Self { front: Some(front), body: parts.body, mentions: found.into_boxed_slice(), command }
    }
}
