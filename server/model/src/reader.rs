//! Lenient reading of a tree by the table of keys, with a bound on what aliases and defaults can cost.

use std::cell::Cell;
use std::time::Duration;

use divisi_syntax::{Kind, NodeId, ScalarValue, Span, Spanned, Tree};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use crate::dag::Text;
use crate::duration;
use crate::keys::{Key, Object};

/// Steps for each node of the tree. A file without aliases is read with far fewer.
const STEPS_PER_NODE: usize = 16;
/// Steps beyond that, for small files that use aliases and defaults a lot.
pub(crate) const FREE_STEPS: usize = 250_000;

/// Nodes of a DAG beyond this are left out: one takes about a kilobyte, and five bytes of text are enough for one.
pub(crate) const MOST_NODES: usize = 200_000;

/// Reads values out of a tree; what does not fit is `None`.
///
/// Every entry and item that is visited costs a step. Without aliases the steps cannot run out; with them, a file
/// could otherwise ask for the square of its size.
pub(crate) struct Reader<'t> {
    pub(crate) tree: &'t Tree,
    steps: Cell<usize>,
}

/// One entry of a mapping whose key is known.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) key: &'static Key,
    pub(crate) key_node: NodeId,
    pub(crate) value: NodeId,
}

/// The entries of a mapping whose keys are known, in file order; of doubles the first counts.
pub(crate) struct Fields(Vec<Field>);

impl Fields {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    /// The entry with that canonical name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.key.name == name)
    }

    /// The value of the entry with that canonical name.
    pub(crate) fn get(&self, name: &str) -> Option<NodeId> {
        self.field(name).map(|field| field.value)
    }
}

impl<'t> Reader<'t> {
    pub(crate) fn new(tree: &'t Tree) -> Self {
        let steps = tree.len().saturating_mul(STEPS_PER_NODE).saturating_add(FREE_STEPS);
        Self { tree, steps: Cell::new(steps) }
    }

    /// Takes `steps` from what is left; `false` when there are not enough (then nothing is left).
    pub(crate) fn spend(&self, steps: usize) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    /// What `read` makes of the first `most` items; where there are more, it counts as if the steps ran out.
    pub(crate) fn at_most<T, U>(
        &self,
        most: usize,
        items: impl Iterator<Item = T>,
        read: impl Fn(T) -> U,
    ) -> Vec<U> {
        let mut read_items = Vec::new();
        for item in items {
            if read_items.len() == most {
                self.steps.set(0);
                break;
            }
            read_items.push(read(item));
        }
        read_items
    }

    /// Whether the steps ran out, so that something was left unread.
    pub(crate) fn exhausted(&self) -> bool {
        self.steps.get() == 0
    }

    /// Keys and values of a mapping or of an alias to one.
    pub(crate) fn entries(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        self.tree.entries(self.tree.resolve(id)).take_while(|_| self.spend(1))
    }

    /// Items of a sequence or of an alias to one.
    pub(crate) fn items(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.tree.items(self.tree.resolve(id)).take_while(|_| self.spend(1))
    }

    /// The entries of a mapping that `object` knows.
    pub(crate) fn fields(&self, id: NodeId, object: &'static Object) -> Fields {
        // Most mappings have few keys.
        let mut fields: Vec<Field> = Vec::with_capacity(8);
        for (key_node, value) in self.entries(id) {
            let Some(key) = self.tree.str(key_node).and_then(|name| object.key(&name)) else { continue };
            if fields.iter().all(|field| !std::ptr::eq(field.key, key)) {
                fields.push(Field { key, key_node, value });
            }
        }
        Fields(fields)
    }

    /// What the node is, aliases followed.
    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.tree.kind(self.tree.resolve(id))
    }

    /// Whether the node is `null` or not written.
    pub(crate) fn is_null(&self, id: NodeId) -> bool {
        matches!(self.tree.scalar(id), Some(ScalarValue::Null))
    }

    /// Where the node is written (of an alias: the alias).
    pub(crate) fn span(&self, id: NodeId) -> Span {
        self.tree.span(id)
    }

    /// The content of a scalar that is not `null`.
    pub(crate) fn string(&self, id: NodeId) -> Option<String> {
        match self.tree.scalar(id)? {
            ScalarValue::Null => None,
            ScalarValue::Str(text) => Some(text.into_owned()),
            ScalarValue::Bool(_) | ScalarValue::Int(_) | ScalarValue::Float(_) => {
                self.tree.str(id).map(|text| text.into_owned())
            }
        }
    }

    /// [`Reader::string`] with its place.
    pub(crate) fn spanned(&self, id: NodeId) -> Option<Spanned<String>> {
        Some(Spanned::new(self.string(id)?, self.span(id)))
    }

    /// A key's text with its place; empty for a key that is no scalar.
    pub(crate) fn key(&self, id: NodeId) -> Spanned<String> {
        let name = self.tree.str(id).map(|name| name.into_owned()).unwrap_or_default();
        Spanned::new(name, self.span(id))
    }

    /// A scalar that is not `null`, as a text with templates.
    pub(crate) fn text(&self, id: NodeId) -> Option<Text> {
        let value = self.string(id)?;
        let tree = self.tree.resolve(id);
        Some(Text { value, tree, span: self.tree.span(tree) })
    }

    pub(crate) fn boolean(&self, id: NodeId) -> Option<bool> {
        match self.tree.scalar(id)? {
            ScalarValue::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn integer(&self, id: NodeId) -> Option<i64> {
        match self.tree.scalar(id)? {
            ScalarValue::Int(value) => Some(value),
            _ => None,
        }
    }

    /// A number, whole or not.
    pub(crate) fn number(&self, id: NodeId) -> Option<f64> {
        match self.tree.scalar(id)? {
            #[expect(clippy::cast_precision_loss, reason = "beyond 2^53 a rounded figure does")]
            ScalarValue::Int(number) => Some(number as f64),
            ScalarValue::Float(number) => Some(number),
            ScalarValue::Null | ScalarValue::Bool(_) | ScalarValue::Str(_) => None,
        }
    }

    /// A whole number from 1 on.
    pub(crate) fn positive(&self, id: NodeId) -> Option<Spanned<u32>> {
        let value = u32::try_from(self.integer(id)?).ok().filter(|value| *value > 0)?;
        Some(Spanned::new(value, self.span(id)))
    }

    pub(crate) fn duration(&self, id: NodeId) -> Option<Spanned<Duration>> {
        let value = duration::parse(&self.tree.str(id)?).ok()?;
        Some(Spanned::new(value, self.span(id)))
    }

    /// A bare number, whole or not, as milliseconds; none beyond [`duration::LONGEST`].
    pub(crate) fn milliseconds(&self, id: NodeId) -> Option<Spanned<Duration>> {
        let value = Duration::try_from_secs_f64(self.number(id)? / 1_000.0).ok()?;
        (value <= duration::LONGEST).then(|| Spanned::new(value, self.span(id)))
    }

    /// The value of `key` in a mapping, also where the table of keys does not describe it.
    pub(crate) fn member(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        let mut entries = self.entries(mapping);
        entries.find(|(name, _)| self.tree.str(*name).is_some_and(|name| name == key)).map(|(_, value)| value)
    }

    /// A word that stands for a value of an enumeration, by its serialised form.
    pub(crate) fn word<T: for<'de> Deserialize<'de>>(&self, id: NodeId) -> Option<Spanned<T>> {
        let word = self.tree.str(id)?;
        let deserializer: StrDeserializer<'_, Error> = word.as_ref().into_deserializer();
        Some(Spanned::new(T::deserialize(deserializer).ok()?, self.span(id)))
    }

    /// The scalars of a sequence, or the one scalar; `null` gives none.
    pub(crate) fn names(&self, id: NodeId) -> Vec<Spanned<String>> {
        match self.kind(id) {
            Kind::Sequence => self.items(id).filter_map(|item| self.spanned(item)).collect(),
            _ => self.spanned(id).into_iter().collect(),
        }
    }
}
