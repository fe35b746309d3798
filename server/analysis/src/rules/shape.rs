//! One walk over the tree of a DAG by the table of keys, for all rules about the shape of a file.

use std::borrow::Cow;
use std::collections::HashSet;

use divisi_model::keys::{Key, Object, Ty};
use divisi_syntax::{Kind, NodeId, Tree};

use super::{Check, RULES};
use crate::context::Context;
use crate::finding::Finding;

mod scalar;

pub(crate) use scalar::{Verdict, describe, is_null};

/// A mapping with its entries.
pub(crate) struct Mapping<'a> {
    pub(crate) id: NodeId,
    /// Its row in the table of keys; none for mappings from free names.
    pub(crate) object: Option<&'static Object>,
    /// Entries whose key is a text, in order.
    pub(crate) entries: Vec<Entry<'a>>,
}

/// One entry of a mapping.
pub(crate) struct Entry<'a> {
    pub(crate) key: NodeId,
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: NodeId,
    /// The key's row, if it is known.
    pub(crate) row: Option<&'static Key>,
}

/// A value whose type the table of keys gives.
pub(crate) struct Value {
    pub(crate) id: NodeId,
    pub(crate) ty: Ty,
    /// The nearest key above it, as its row names it.
    pub(crate) key: Option<&'static str>,
    /// Whether it is that key's own value, or stands inside it.
    pub(crate) is_inside: bool,
    /// What is to be said about it.
    pub(crate) verdict: Verdict,
}

impl<'a> Mapping<'a> {
    /// The entry of the row called `name`, under whichever alias, if it has a value.
    pub(crate) fn written(&self, tree: &Tree, name: &str) -> Option<&Entry<'a>> {
        let has_value = |entry: &&Entry<'_>| !scalar::is_null(tree, entry.value);
        self.entries.iter().filter(|entry| entry.row.is_some_and(|row| row.name == name)).find(has_value)
    }

    /// Whether keys may come from somewhere else (`<<`, which is `unsupported-yaml`).
    pub(crate) fn has_merge(&self) -> bool {
        self.entries.iter().any(|entry| entry.name == MERGE_KEY)
    }

    /// The entry of the row called `name`, with or without a value.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.row.is_some_and(|row| row.name == name))
    }
}

/// A place on the way: a node of the tree and what may stand there.
struct Step {
    id: NodeId,
    ty: &'static Ty,
    key: Option<&'static str>,
    is_inside: bool,
    /// Whether an alias led here.
    is_aliased: bool,
}

static ANY: Ty = Ty::Any;

/// The key under which YAML merges another mapping in.
pub(crate) const MERGE_KEY: &str = "<<";

/// An object in words that fit after "this" and before "key".
pub(crate) fn name_of(object: &Object) -> &'static str {
    object.name.strip_suffix(" in a map").unwrap_or(object.name)
}

/// Calls every rule about shape for every mapping and value below the DAG's root.
///
/// What an alias stands for is judged where it is written, by what may stand at the alias. Each node is judged that
/// way once for each entry of the table of keys, so that aliases cannot multiply the cost: it stays linear.
///
/// Where `judged` is given, nodes of the DAG with other indices are left out.
pub(crate) fn walk(context: &Context<'_>, judged: Option<&[u32]>, findings: &mut Vec<Finding>) {
    let tree = context.tree;
    let format = context.dag.dialect.ty();
    let checks = || RULES.iter().flat_map(|rule| rule.checks);
    let of_mappings: Vec<_> = checks()
        .filter_map(|check| if let Check::Mapping(check) = check { Some(check) } else { None })
        .collect();
    let of_values: Vec<_> = checks()
        .filter_map(|check| if let Check::Value(check) = check { Some(check) } else { None })
        .collect();
    let mut judged_by_alias: HashSet<(NodeId, *const Ty)> = HashSet::new();
    let root = Step { id: context.dag.root, ty: format, key: None, is_inside: false, is_aliased: false };
    let skipped = judged.map(|judged| Skipped::but(context, judged));
    let mut open = vec![root];
    while let Some(step) = open.pop() {
        if skipped.as_ref().is_some_and(|skipped| skipped.holds(tree, step.id)) {
            continue;
        }
        if step.is_aliased && !judged_by_alias.insert((step.id, step.ty)) {
            continue;
        }
        let kind = tree.kind(step.id);
        let inner = step.ty.for_collection(kind);
        let verdict = match kind {
            Kind::Scalar => scalar::judge(tree, step.id, step.ty),
            Kind::Alias => Verdict::Fine,
            Kind::Mapping | Kind::Sequence if inner.is_some() => Verdict::Fine,
            Kind::Mapping | Kind::Sequence => Verdict::WrongType,
        };
        if verdict != Verdict::Fine {
            let value =
                Value { id: step.id, ty: *step.ty, key: step.key, is_inside: step.is_inside, verdict };
            for check in &of_values {
                check(context, &value, findings);
            }
        }
        match kind {
            Kind::Mapping => {
                let mapping = read(tree, step.id, inner);
                for check in &of_mappings {
                    check(context, &mapping, findings);
                }
                open.extend(mapping.entries.iter().map(|entry| below(entry, &step, inner)));
            }
            Kind::Sequence => {
                let ty = if let Some(Ty::List(of)) = inner { of } else { &ANY };
                open.extend(tree.items(step.id).map(|id| Step { id, ty, is_inside: true, ..step }));
            }
            Kind::Alias => open.extend(target(tree, step)),
            Kind::Scalar => {}
        }
    }
}

/// The nodes of a DAG that need not be judged.
struct Skipped {
    /// The list or map of nodes.
    list: Option<NodeId>,
    /// The trees of those that are judged, ascending.
    judged: Vec<NodeId>,
}

impl Skipped {
    fn but(context: &Context<'_>, judged: &[u32]) -> Self {
        let mut trees: Vec<NodeId> = judged.iter().map(|index| context.node(*index).tree).collect();
        trees.sort_unstable();
        let list = context.dag.nodes.first().and_then(|node| context.tree.parent(node.tree));
        Self { list, judged: trees }
    }

    /// Items that are no mappings are no nodes; they are looked at each time.
    fn holds(&self, tree: &Tree, id: NodeId) -> bool {
        tree.kind(id) == Kind::Mapping
            && self.list.is_some()
            && tree.parent(id) == self.list
            && self.judged.binary_search(&id).is_err()
    }
}

/// Few mappings have more.
const USUAL_ENTRIES: usize = 8;

fn read<'a>(tree: &'a Tree, id: NodeId, ty: Option<Ty>) -> Mapping<'a> {
    let object = if let Some(Ty::Object(object)) = ty { Some(object) } else { None };
    let entry = |(key, value)| {
        let name = tree.str(key)?;
        let row = object.and_then(|object| object.key(&name));
        Some(Entry { key, name, value, row })
    };
    let mut entries = Vec::with_capacity(USUAL_ENTRIES);
    entries.extend(tree.entries(id).filter_map(entry));
    Mapping { id, object, entries }
}

/// What the alias at `step` stands for; nothing where anything may stand.
fn target(tree: &Tree, step: Step) -> Option<Step> {
    let id = tree.resolve(step.id);
    let is_judged = id != step.id && !matches!(step.ty, Ty::Any);
    is_judged.then_some(Step { id, is_aliased: true, ..step })
}

fn below(entry: &Entry<'_>, parent: &Step, ty: Option<Ty>) -> Step {
    let step = Step { id: entry.value, is_inside: true, ..*parent };
    match (entry.row, ty) {
        (Some(row), _) => Step { ty: &row.ty, key: Some(row.name), is_inside: false, ..step },
        (None, Some(Ty::Map(of))) => Step { ty: of, ..step },
        (None, _) => Step { ty: &ANY, key: None, ..step },
    }
}
