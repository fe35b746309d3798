//! `nodes`, as a list or as a map from ids.

use divisi_syntax::{Kind, NodeId, Span, Spanned};

use super::defaults::Merge;
use super::{values, work};
use crate::dag::{Compensation, Defaults, ForEach, Node, Text};
use crate::json;
use crate::keys::{Object, native};
use crate::reader::{MOST_NODES, Reader};
use crate::stamp::Stamp;

/// All nodes, in file order. Items of a list that are no mappings are left out; in a map the id is enough.
pub(super) fn lower_all(reader: &Reader<'_>, nodes: NodeId, defaults: &Defaults) -> Vec<Node> {
    match reader.kind(nodes) {
        Kind::Mapping => reader
            .at_most(MOST_NODES, reader.entries(nodes), |(key, value)| in_map(reader, key, value, defaults)),
        _ => {
            let mappings = reader.items(nodes).filter(|item| reader.kind(*item) == Kind::Mapping);
            reader
                .at_most(MOST_NODES, mappings, |item| lower(reader, item, reader.span(item), None, defaults))
        }
    }
}

/// The nodes that stand for `children` of the list or map `nodes`: items, or keys and values in turn.
pub(super) fn lower_some(
    reader: &Reader<'_>,
    nodes: NodeId,
    mut children: impl Iterator<Item = NodeId>,
    defaults: &Defaults,
) -> Vec<Node> {
    if reader.kind(nodes) != Kind::Mapping {
        let mappings = children.filter(|item| reader.kind(*item) == Kind::Mapping);
        return mappings.map(|item| lower(reader, item, reader.span(item), None, defaults)).collect();
    }
    let entries = std::iter::from_fn(|| Some((children.next()?, children.next()?)));
    entries.map(|(key, value)| in_map(reader, key, value, defaults)).collect()
}

fn in_map(reader: &Reader<'_>, key: NodeId, value: NodeId, defaults: &Defaults) -> Node {
    let span = reader.span(key).cover(reader.span(value));
    lower(reader, value, span, Some(reader.key(key)), defaults)
}

fn lower(
    reader: &Reader<'_>,
    value: NodeId,
    span: Span,
    key: Option<Spanned<String>>,
    defaults: &Defaults,
) -> Node {
    let object: &'static Object = if key.is_some() { &native::NODE_IN_MAP } else { &native::NODE };
    let fields = &reader.fields(value, object);
    let text = |key: &str| fields.get(key).and_then(|value| reader.spanned(value));
    let globs =
        |key: &str| fields.get(key).filter(|value| !reader.is_null(*value)).map(|value| reader.names(value));
    let worktree = |key: &str| worktree_files(reader, fields.get("worktree"), key);
    let merge = Merge { reader, fields, defaults, kind: work::kind(reader, fields) };
    let depends_on = fields.field("depends_on");
    let id = key.or_else(|| text("id"));
    Node {
        stamp: Stamp::new(),
        tree: reader.tree.resolve(value),
        span,
        id: id.unwrap_or_else(|| Spanned::new(String::new(), Span::at(span.start))),
        title: text("title"),
        work_keys: work::keys(reader, fields),
        depends_on: depends_on.map(|field| reader.names(field.value)).unwrap_or_default(),
        depends_on_key: depends_on.map(|field| reader.key(field.key_node)),
        when: fields.get("when").and_then(|value| reader.text(value)),
        foreign_condition: None,
        references: Vec::new(),
        assigned: Vec::new(),
        body: None,
        trigger_rule: fields.get("trigger_rule").and_then(|value| reader.word(value)),
        inputs: fields.get("inputs").map(|value| values::inputs(reader, value)).unwrap_or_default(),
        outputs: fields.get("outputs").map(|value| values::outputs(reader, value)).unwrap_or_default(),
        reads: globs("reads"),
        writes: globs("writes"),
        locks: fields.get("locks").map(|value| values::locks(reader, value)).unwrap_or_default(),
        retry: merge.retry(),
        timeout: merge.duration("timeout", defaults.timeout.as_ref()),
        idle_timeout: merge.duration("idle_timeout", defaults.idle_timeout.as_ref()),
        estimate: fields.get("estimate").and_then(|value| reader.duration(value)),
        for_each: fields.get("for_each").and_then(|value| for_each(reader, value)),
        max_items: fields.get("max_items").and_then(|value| reader.positive(value)),
        resume: fields.get("resume").and_then(|value| reader.word(value)),
        priority: fields.get("priority").and_then(|value| reader.integer(value)).unwrap_or(0),
        phase: None,
        written_phase: text("phase"),
        listed_in: Vec::new(),
        env: merge.env(),
        cwd: merge.text("cwd", defaults.cwd.as_ref()),
        continue_on_error: fields
            .get("continue_on_error")
            .and_then(|value| reader.boolean(value))
            .unwrap_or(false),
        in_worktree: merge.in_worktree(),
        worktree_copies: worktree("copy"),
        worktree_links: worktree("link"),
        cache: merge.cache(),
        cache_key: fields.get("cache").and_then(|value| cache_key(reader, value)),
        has_compensation: fields.get("compensate").is_some_and(|value| !reader.is_null(value)),
        compensation: fields.get("compensate").and_then(|value| compensation(reader, value, defaults)),
        work: work::lower(&merge),
    }
}

/// A list of globs of `worktree`.
fn worktree_files(reader: &Reader<'_>, worktree: Option<NodeId>, key: &str) -> Vec<Spanned<String>> {
    let object = worktree.filter(|value| reader.kind(*value) == Kind::Mapping);
    let globs = object.and_then(|value| reader.fields(value, &native::WORKTREE).get(key));
    globs.map(|value| reader.names(value)).unwrap_or_default()
}

fn cache_key(reader: &Reader<'_>, cache: NodeId) -> Option<Text> {
    if reader.kind(cache) != Kind::Mapping {
        return None;
    }
    reader.text(reader.fields(cache, &native::CACHE_OBJECT).get("key")?)
}

/// `compensate`, with the defaults of its own kind.
fn compensation(reader: &Reader<'_>, value: NodeId, defaults: &Defaults) -> Option<Box<Compensation>> {
    if reader.kind(value) != Kind::Mapping {
        return None;
    }
    let fields = &reader.fields(value, &native::COMPENSATE);
    let merge = Merge { reader, fields, defaults, kind: work::kind(reader, fields) };
    let on = fields.get("on").map(|value| reader.names(value)).unwrap_or_default();
    Some(Box::new(Compensation {
        work: work::lower(&merge)?,
        on: on.into_iter().map(|kind| kind.value).collect(),
        retry: merge.retry(),
        timeout: merge.duration("timeout", defaults.timeout.as_ref()),
        idle_timeout: merge.duration("idle_timeout", defaults.idle_timeout.as_ref()),
        env: merge.env(),
        cwd: merge.text("cwd", defaults.cwd.as_ref()),
    }))
}

fn for_each(reader: &Reader<'_>, value: NodeId) -> Option<ForEach> {
    if reader.kind(value) != Kind::Sequence {
        return reader.text(value).map(ForEach::Expression);
    }
    let items = reader.items(value).map(|item| json::value(reader, item)).collect();
    Some(ForEach::List { items, span: reader.span(value) })
}
