//! An agent in front matter and prompt, for the tools that read YAML as it is written.

use divisi_syntax::strict::check_yaml;
use divisi_syntax::{NodeId, ScalarValue, Span, Spanned, SyntaxError, Tree};

use super::{AgentFile, Load, Tool, tools};
use crate::front::Front;

/// A Markdown file of an agent.
pub(super) struct Markdown<'f> {
    /// None where the file has no front matter.
    pub(super) front: Option<&'f Front>,
    root: Option<(&'f Tree, NodeId)>,
    /// Why a strict reader refuses the front matter.
    pub(super) fault: Option<SyntaxError>,
    body: Span,
}

impl<'f> Markdown<'f> {
    pub(super) fn new(text: &str, front: Option<&'f Front>) -> Self {
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        Self {
            front,
            root: front.and_then(|front| Some((front.tree.as_ref(), front.root()?))),
            fault: front.and_then(|front| check_yaml(text, front.region).into_iter().next()),
            body: front.map_or(whole, |front| front.body),
        }
    }

    /// Where something is said that concerns the whole front matter.
    pub(super) fn opening(&self) -> Span {
        self.front.map_or(Span::default(), |front| front.open)
    }

    /// Whether the front matter holds anything but a mapping.
    pub(super) fn is_no_mapping(&self) -> bool {
        let is_written = |front: &Front| front.tree.root().is_some_and(|root| !front.tree.is_missing(root));
        self.root.is_none() && self.front.is_some_and(is_written)
    }

    /// The keys, each with its value; aliases followed.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Spanned<String>, NodeId)> + use<'f> {
        self.root.into_iter().flat_map(|(tree, root)| {
            tree.entries(root).filter_map(|(key, value)| {
                let name = Spanned::new(tree.str(key)?.into_owned(), tree.span(key));
                Some((name, tree.resolve(value)))
            })
        })
    }

    /// The value of `key` with its tree; none where it is missing or `null`.
    pub(super) fn value(&self, key: &str) -> Option<(&'f Tree, NodeId)> {
        let (tree, root) = self.root?;
        let value = tree.resolve(tree.get(root, key)?);
        (tree.scalar(value) != Some(ScalarValue::Null)).then_some((tree, value))
    }

    /// Where `key` is written.
    pub(super) fn key_span(&self, key: &str) -> Span {
        let entry = self.root.and_then(|(tree, root)| Some(tree.span(tree.entry(root, key)?.0)));
        entry.unwrap_or_else(|| self.opening())
    }

    /// The text of `key`; none where it is missing, empty or no scalar.
    pub(super) fn text(&self, key: &str) -> Option<Spanned<String>> {
        let (tree, value) = self.value(key)?;
        tools::content(tree, value)
    }

    /// The agent; its name is `by_path` where the front matter gives none.
    pub(super) fn agent(&self, tool: Tool, by_path: &str, load: Load) -> AgentFile {
        let by_path = || Spanned::new(by_path.to_owned(), Span::default());
        AgentFile {
            tool,
            name: Some(self.text("name").unwrap_or_else(by_path)),
            description: self.text("description"),
            tools: self.value("tools").and_then(|(tree, value)| tools::read(tree, value)),
            model: self.text("model"),
            load,
            body: self.body,
        }
    }
}

/// The fate of front matter that strict readers refuse, where it is not known what the tool does.
pub(super) fn tolerated(fault: &SyntaxError) -> Load {
    Load::Tolerated { span: fault.span, reason: fault.message.clone() }
}

pub(super) fn dropped(span: Span, reason: impl Into<String>) -> Load {
    Load::Dropped { span, reason: reason.into() }
}
