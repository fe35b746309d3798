//! What the rules about agents, commands, skills and prose look at.

use std::borrow::Cow;
use std::cell::OnceCell;

use divisi_model::AgentFile;
use divisi_syntax::{Kind, NodeId, Span, Spanned, Tree};
use divisi_workspace::{Content, Document, Markdown, Snapshot};

use crate::mentions::{self, NamedAgent};

/// A document with front matter, or with a text that names things. An agent in TOML is one without front matter.
pub(crate) struct MarkdownContext<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) document: &'a Document,
    pub(crate) markdown: &'a Markdown,
    named_agents: OnceCell<Vec<NamedAgent<'a>>>,
}

/// A key of the front matter with its value.
pub(crate) struct FrontEntry<'a> {
    pub(crate) key: NodeId,
    pub(crate) name: Cow<'a, str>,
    /// Aliases are followed.
    pub(crate) value: NodeId,
}

impl<'a> MarkdownContext<'a> {
    /// `None` where the document is nothing of that kind.
    pub(crate) fn new(snapshot: &'a Snapshot, document: &'a Document) -> Option<Self> {
        let markdown = document.markdown.as_deref()?;
        Some(Self { snapshot, document, markdown, named_agents: OnceCell::new() })
    }

    /// The agents that the document names.
    pub(crate) fn named_agents(&self) -> &[NamedAgent<'a>] {
        self.named_agents.get_or_init(|| mentions::in_markdown(self.snapshot, self.document, self.markdown))
    }

    /// The document's text.
    pub(crate) fn text(&self) -> &'a str {
        &self.document.text
    }

    /// The agent, if it is one.
    pub(crate) fn agent(&self) -> Option<&'a AgentFile> {
        match &self.document.content {
            Content::Agent(agent) => Some(agent),
            _ => None,
        }
    }

    /// The tree of the front matter and its mapping.
    pub(crate) fn front(&self) -> Option<(&'a Tree, NodeId)> {
        let tree = &self.markdown.front.as_ref()?.tree;
        let root = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping)?;
        Some((tree, root))
    }

    /// Where a node of the front matter stands.
    pub(crate) fn span(&self, node: NodeId) -> Span {
        self.front().map_or(Span::default(), |(tree, _)| tree.span(node))
    }

    /// Where `key` is written in the front matter.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        let (tree, root) = self.front()?;
        tree.entry(root, key).map(|(key, _)| tree.span(key))
    }

    /// The text of `key` in the front matter, without its quotes; none where it is missing, empty or no scalar.
    pub(crate) fn text_of(&self, key: &str) -> Option<Spanned<String>> {
        let (tree, root) = self.front()?;
        let decoded = tree.decoded(tree.get(root, key)?).filter(|decoded| !decoded.text.is_empty())?;
        let span = decoded.source_span(Span::new(0, decoded.text.len() as u32));
        Some(Spanned::new(decoded.text, span))
    }

    /// The keys of the front matter that are written, in their order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = FrontEntry<'a>> + use<'a> {
        let front = self.front().into_iter();
        front.flat_map(|(tree, root)| {
            tree.entries(root).filter(|(key, _)| !tree.is_missing(*key)).filter_map(|(key, value)| {
                Some(FrontEntry { key, name: tree.str(key)?, value: tree.resolve(value) })
            })
        })
    }
}
