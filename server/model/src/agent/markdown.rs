//! An agent in front matter and prompt, for the tools that read YAML as it is written.

use std::sync::Arc;

use divisi_syntax::strict::check_yaml;
use divisi_syntax::{
    FrontMatter, Kind, Limits, NodeId, ScalarValue, Span, Spanned, SyntaxError, Tree, front_matter, yaml,
};

use super::{AgentFile, Load, Tool, tools};

/// A Markdown file of an agent.
pub(super) struct Markdown {
    /// None where the file has no front matter.
    pub(super) parts: Option<FrontMatter>,
    tree: Tree,
    root: Option<NodeId>,
    /// Why a strict reader refuses the front matter.
    pub(super) fault: Option<SyntaxError>,
    body: Span,
}

impl Markdown {
    pub(super) fn read(text: &Arc<str>) -> Self {
        let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
        let Some(parts) = front_matter(text) else {
            let tree = Tree::empty(Arc::clone(text), false);
            return Self { parts: None, tree, root: None, fault: None, body: whole };
        };
        let tree = yaml::parse_region(Arc::clone(text), parts.yaml, Limits::default());
        let root = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping);
        let fault = check_yaml(text, parts.yaml).into_iter().next();
        Self { parts: Some(parts), tree, root, fault, body: parts.body }
    }

    /// Where something is said that concerns the whole front matter.
    pub(super) fn opening(&self) -> Span {
        self.parts.as_ref().map_or(Span::default(), |parts| parts.open)
    }

    /// Whether the front matter holds anything but a mapping.
    pub(super) fn is_no_mapping(&self) -> bool {
        self.root.is_none() && self.tree.root().is_some_and(|root| !self.tree.is_missing(root))
    }

    /// The keys, each with its value; aliases followed.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Spanned<String>, NodeId)> + '_ {
        let entries = self.root.into_iter().flat_map(|root| self.tree.entries(root));
        entries.filter_map(|(key, value)| {
            let name = Spanned::new(self.tree.str(key)?.into_owned(), self.tree.span(key));
            Some((name, self.tree.resolve(value)))
        })
    }

    /// The value of `key`; none where it is missing or `null`.
    pub(super) fn value(&self, key: &str) -> Option<NodeId> {
        let value = self.tree.resolve(self.tree.get(self.root?, key)?);
        (self.tree.scalar(value) != Some(ScalarValue::Null)).then_some(value)
    }

    /// Where `key` is written.
    pub(super) fn key_span(&self, key: &str) -> Span {
        let entry = self.root.and_then(|root| self.tree.entry(root, key));
        entry.map_or_else(|| self.opening(), |(key, _)| self.tree.span(key))
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The text of `key`; none where it is missing, empty or no scalar.
    pub(super) fn text(&self, key: &str) -> Option<Spanned<String>> {
        tools::content(&self.tree, self.value(key)?)
    }

    /// The agent; its name is `by_path` where the front matter gives none.
    pub(super) fn agent(&self, tool: Tool, by_path: &str, load: Load) -> AgentFile {
        let by_path = || Spanned::new(by_path.to_owned(), Span::default());
        AgentFile {
            tool,
            name: Some(self.text("name").unwrap_or_else(by_path)),
            description: self.text("description"),
            tools: self.value("tools").and_then(|value| tools::read(&self.tree, value)),
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
