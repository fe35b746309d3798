//! What the keys of an agent say.

use divisi_syntax::{Kind, NodeId, ScalarValue, Span, Spanned, Tree};

use super::tools;

/// A value where the loader wants a text.
#[derive(Default)]
pub(super) enum Value {
    /// Left out, or nothing behind the key.
    #[default]
    Missing,
    Text(Spanned<String>),
    /// A number, a list, and so on; with what a number looks like.
    NoText(Spanned<String>),
}

impl Value {
    fn read(tree: &Tree, value: NodeId) -> Self {
        if let Some(text) = tools::text(tree, value) {
            let end = u32::try_from(text.text.len()).unwrap_or(u32::MAX);
            let span = text.source_span(Span::new(0, end));
            return if text.text.is_empty() {
                Self::Missing
            } else {
                Self::Text(Spanned::new(text.text, span))
            };
        }
        if matches!(tree.scalar(value), Some(ScalarValue::Null)) {
            return Self::Missing;
        }
        let span = tree.span(value);
        Self::NoText(Spanned::new(span.slice(tree.text()).to_owned(), span))
    }

    pub(super) fn text(&self) -> Option<Spanned<String>> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Missing | Self::NoText(_) => None,
        }
    }

    fn moved(self, place: impl Fn(Span) -> Span) -> Self {
        match self {
            Self::Missing => Self::Missing,
            Self::Text(text) => Self::Text(Spanned::new(text.value, place(text.span))),
            Self::NoText(text) => Self::NoText(Spanned::new(text.value, place(text.span))),
        }
    }
}

/// The keys that decide whether and how an agent loads.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) name: Value,
    pub(super) description: Value,
    pub(super) tools: Option<Vec<Spanned<String>>>,
    pub(super) model: Value,
    /// Where `hooks` holds something else than a mapping.
    hooks_fault: Option<Span>,
}

impl Keys {
    /// Reads them from the tolerant tree of the front matter.
    pub(super) fn read(tree: &Tree) -> Self {
        let Some(root) = tree.root().filter(|root| tree.kind(*root) == Kind::Mapping) else {
            return Self::default();
        };
        let value = |key: &str| value(tree, root, key);
        let text = |key: &str| value(key).map_or(Value::Missing, |value| Value::read(tree, value));
        let hooks = value("hooks");
        Self {
            name: text("name"),
            description: text("description"),
            tools: value("tools").and_then(|value| tools::read(tree, value)),
            model: text("model"),
            hooks_fault: hooks.filter(|hooks| !may_be_hooks(tree, *hooks)).map(|hooks| tree.span(hooks)),
        }
    }

    /// The same keys with their places moved.
    pub(super) fn moved(self, place: impl Fn(Span) -> Span) -> Self {
        let tools = self
            .tools
            .map(|tools| tools.into_iter().map(|tool| Spanned::new(tool.value, place(tool.span))).collect());
        Self {
            name: self.name.moved(&place),
            description: self.description.moved(&place),
            tools,
            model: self.model.moved(&place),
            hooks_fault: self.hooks_fault.map(place),
        }
    }

    /// A plugin's agent may be called by a number.
    pub(super) fn name_in_plugin(&self) -> Option<Spanned<String>> {
        match &self.name {
            Value::Missing => None,
            Value::Text(name) | Value::NoText(name) => Some(name.clone()),
        }
    }

    /// Why the loader drops an agent with these keys; `open` is where something missing is reported.
    pub(super) fn why_dropped(&self, open: Span) -> Option<(Span, &'static str)> {
        match &self.name {
            Value::Missing => return Some((open, "it has no `name`: add one to the front matter")),
            Value::NoText(name) => return Some((name.span, "its `name` is no text: put it in quotes")),
            Value::Text(name) if name.starts_with('-') => {
                return Some((name.span, "its name starts with `-`: begin with a letter"));
            }
            Value::Text(name) if name.contains(':') => {
                return Some((name.span, "its name holds `:`, which only plugins' agents may: use `-`"));
            }
            Value::Text(_) => {}
        }
        match &self.description {
            Value::Missing => {
                Some((open, "it has no `description`: say in the front matter when it should be used"))
            }
            Value::NoText(description) => {
                Some((description.span, "its `description` is no text: put it in quotes"))
            }
            Value::Text(_) => {
                self.hooks_fault.map(|span| (span, "its `hooks` are no mapping of events to lists"))
            }
        }
    }
}

/// The value of `key`: of two keys of one name the last, else what a merge (`<<: *base` or a list of them) brings first.
fn value(tree: &Tree, mapping: NodeId, key: &str) -> Option<NodeId> {
    let last = |key: &str| {
        let named = |id: NodeId| tree.str(id).is_some_and(|name| name == key);
        tree.entries(mapping).filter(|(name, _)| named(*name)).last().map(|(_, value)| tree.resolve(value))
    };
    last(key).or_else(|| {
        let merged = last("<<")?;
        let bases = std::iter::once(merged).chain(tree.items(merged)).map(|base| tree.resolve(base));
        bases.into_iter().find_map(|base| tree.get(base, key)).map(|value| tree.resolve(value))
    })
}

/// The loader knows the whole schema of hooks; this is the part of it that no version will change.
fn may_be_hooks(tree: &Tree, hooks: NodeId) -> bool {
    match tree.kind(hooks) {
        Kind::Mapping => true,
        Kind::Scalar => matches!(tree.scalar(hooks), Some(ScalarValue::Null)),
        _ => false,
    }
}
