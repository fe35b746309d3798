//! What a check found, to be used again by the next check of the same document.
//!
//! A node that was not read anew says what it said before, at a place that may have moved. What the rules said of it
//! still holds as long as everything else that they may look at ([`Check`](crate::rules::Check) says what that is) is
//! the same. So a check judges the nodes that changed, and takes over what was found in all others.

use std::hash::{BuildHasher, Hash, Hasher};
use std::mem::discriminant;
use std::sync::Arc;

use divisi_model::{Commands, Dag, Dialect, Node, Output, OutputForm, Registry, Stamp, TextRole};
use divisi_syntax::{Span, TextChange, Tree};
use divisi_workspace::settings::Settings;
use divisi_workspace::{Document, Snapshot};
use foldhash::fast::RandomState;

use crate::context::{Context, MOST_SUGGESTIONS, NodeText, texts_by_node, texts_of};
use crate::finding::Finding;
use crate::graph::{Graph, NodeIds};
use crate::taken::Taken;

/// What the last check of one document found. Start with an empty one; use it for one document only.
#[derive(Debug, Default)]
pub struct CheckCache {
    hasher: RandomState,
    last: Option<Last>,
}

/// A check that was done.
#[derive(Debug)]
struct Last {
    text: Arc<str>,
    outside: Outside,
    nodes: Vec<NodeKey>,
    taken: Arc<Vec<Taken>>,
    graph: Arc<Graph>,
    suggestions: u32,
    found: Found,
}

/// What was found in nodes, by the kind of check.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) of_nodes: Vec<Finding>,
    pub(crate) of_order: Vec<Finding>,
    pub(crate) of_shape: Vec<Finding>,
    pub(crate) of_graph: Vec<Finding>,
}

/// What rules about single nodes may look at outside all nodes.
#[derive(Debug)]
struct Outside {
    registry: Arc<Registry>,
    commands: Arc<Commands>,
    settings: Arc<Settings>,
    head: u64,
}

/// What is compared of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeKey {
    stamp: Stamp,
    /// A digest of what rules may look at in other nodes.
    face: u64,
    /// A digest of what the node waits for.
    order: u64,
    /// A digest of all that it says; of its prompts and other templates only what they refer to.
    outline: u64,
    /// Whether it says which files it reads or writes.
    declares_files: bool,
}

/// What has to be judged, and what is known already.
pub(crate) struct Plan {
    /// Nodes that rules about single nodes have to judge; `None`: all.
    pub(crate) nodes: Option<Vec<u32>>,
    /// The same for rules that also look at the order; where that changed, [`with_disordered`] adds the others.
    pub(crate) order: Option<Vec<u32>>,
    /// Known where the order did not change.
    pub(crate) graph: Option<Arc<Graph>>,
    /// What the templates of all nodes take, where it was worked out.
    pub(crate) taken: Option<Arc<Vec<Taken>>>,
    /// Whether what was found in the graph still holds.
    pub(crate) knows_graph: bool,
    pub(crate) found: Found,
    /// Suggestions that were looked up for what was found.
    pub(crate) suggestions: u32,
    /// What is compared of the nodes, where it was worked out.
    pub(crate) keys: Option<Vec<NodeKey>>,
}

impl Plan {
    /// Whether a node may say which files it reads or writes.
    pub(crate) fn may_declare_files(&self) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.iter().any(|key| key.declares_files))
    }

    /// Nothing is known.
    pub(crate) fn everything() -> Self {
        Self {
            nodes: None,
            order: None,
            graph: None,
            taken: None,
            knows_graph: false,
            found: Found::default(),
            suggestions: 0,
            keys: None,
        }
    }
}

impl CheckCache {
    /// What a check of `dag` has to look at.
    pub(crate) fn plan(
        &mut self,
        snapshot: &Snapshot,
        document: &Document,
        (tree, dag): (&Tree, &Dag),
        ids: &NodeIds<'_>,
    ) -> Plan {
        let Some(last) = self.last.take() else { return Plan::everything() };
        let is_same_outside = Arc::ptr_eq(&last.outside.registry, snapshot.registry())
            && Arc::ptr_eq(&last.outside.commands, snapshot.commands())
            && Arc::ptr_eq(&last.outside.settings, snapshot.settings())
            && last.outside.head == self.head(tree, dag);
        let may_reuse = is_same_outside
            && dag.dialect == Dialect::Native
            && last.nodes.len() == dag.nodes.len()
            // Beyond it what is found depends on how often was asked.
            && last.suggestions < MOST_SUGGESTIONS;
        if !may_reuse {
            return Plan::everything();
        }
        let mut keys = last.nodes;
        let mut taken = last.taken;
        let mut changed = Vec::new();
        let mut is_order_same = true;
        let mut knows_graph = true;
        for (index, (key, node)) in keys.iter_mut().zip(&dag.nodes).enumerate() {
            if key.stamp == node.stamp {
                continue;
            }
            let texts = texts_of(tree, std::iter::once((0, node)));
            let before = std::mem::replace(key, self.key(tree, node, &texts));
            if before.face != key.face {
                return Plan::everything();
            }
            is_order_same &= before.order == key.order;
            knows_graph &= before.outline == key.outline;
            if let Some(taken) = Arc::make_mut(&mut taken).get_mut(index) {
                *taken = Taken::of(&texts, dag, ids);
            }
            changed.push(index as u32);
        }
        let change = TextChange::between(&last.text, &document.text);
        let mut found = last.found;
        let mut judged = changed;
        if let Some(change) = change {
            knows_graph &= found.of_graph.iter().all(|finding| is_spared(finding, change));
            let in_nodes = found.of_nodes.iter().chain(&found.of_order).chain(&found.of_shape);
            let touched = in_nodes.filter(|finding| !is_spared(finding, change));
            let owners = touched.filter_map(|finding| owner(dag, change.shift().span(finding.span)));
            judged = union(judged.into_iter().chain(owners));
            found.all_mut().for_each(|finding| shift(finding, change));
        }
        let is_kept = |finding: &mut Finding| {
            owner(dag, finding.span).is_some_and(|owner| judged.binary_search(&owner).is_err())
        };
        found.of_nodes.retain_mut(is_kept);
        found.of_shape.retain_mut(is_kept);
        if !knows_graph {
            found.of_graph.clear();
        }
        let order = if is_order_same {
            found.of_order.retain_mut(is_kept);
            judged.clone()
        } else {
            let spoken_of = std::mem::take(&mut found.of_order).into_iter();
            let owners = spoken_of.filter_map(|finding| owner(dag, finding.span));
            union(judged.iter().copied().chain(owners))
        };
        Plan {
            order: Some(order),
            graph: is_order_same.then_some(last.graph),
            taken: Some(taken),
            knows_graph,
            nodes: Some(judged),
            suggestions: last.suggestions,
            found,
            keys: Some(keys),
        }
    }

    /// Keeps what a check found. Dialects are checked wholly each time.
    pub(crate) fn keep(&mut self, context: &Context<'_>, keys: Option<Vec<NodeKey>>, found: Found) {
        if !context.is_native() {
            return;
        }
        let (tree, dag, snapshot) = (context.tree, context.dag, context.snapshot);
        self.last = Some(Last {
            text: Arc::clone(&context.document.text),
            outside: Outside {
                registry: Arc::clone(snapshot.registry()),
                commands: Arc::clone(snapshot.commands()),
                settings: Arc::clone(snapshot.settings()),
                head: self.head(tree, dag),
            },
            nodes: keys.unwrap_or_else(|| all_keys(self, tree, dag, &context.texts)),
            taken: Arc::clone(context.taken()),
            graph: Arc::clone(&context.graph),
            suggestions: context.suggestions(),
            found,
        });
    }

    /// A digest of all that the DAG says beside its nodes, its name and its description.
    fn head(&self, tree: &Tree, dag: &Dag) -> u64 {
        let mut digest = self.hasher.build_hasher();
        for (key, value) in tree.entries(dag.root) {
            let name = tree.str(key);
            let value = if name.as_deref() == Some("nodes") || dag.nodes_key == Some(tree.span(key)) {
                "nodes"
            } else if matches!(name.as_deref(), Some("name" | "description")) {
                ""
            } else {
                tree.span(value).slice(tree.text())
            };
            (name, value).hash(&mut digest);
        }
        digest.finish()
    }

    fn outline(&self, tree: &Tree, node: &Node, texts: &[NodeText<'_>]) -> u64 {
        let mut digest = self.hasher.build_hasher();
        let is_template = |text: &&NodeText<'_>| matches!(text.role, TextRole::Template | TextRole::Line);
        let mut templates: Vec<&NodeText<'_>> = texts.iter().filter(is_template).collect();
        templates.sort_by_key(|text| text.text.span);
        let mut at = node.span.start;
        for text in templates.into_iter().filter(|text| node.span.contains(text.text.span)) {
            Span::new(at, text.text.span.start).slice(tree.text()).hash(&mut digest);
            (text.text.value.trim().is_empty(), text.template.errors.is_empty()).hash(&mut digest);
            for reference in &text.template.references {
                (reference.local, reference.dynamic, reference.segments.len()).hash(&mut digest);
                reference.segments.iter().for_each(|segment| segment.name.hash(&mut digest));
            }
            at = text.text.span.end;
        }
        Span::new(at, node.span.end).slice(tree.text()).hash(&mut digest);
        digest.finish()
    }

    /// What is compared of a node that has these texts.
    fn key(&self, tree: &Tree, node: &Node, texts: &[NodeText<'_>]) -> NodeKey {
        let mut face = self.hasher.build_hasher();
        node.id.value.hash(&mut face);
        discriminant(&node.work).hash(&mut face);
        node.work.as_ref().map(discriminant).hash(&mut face);
        node.for_each.is_some().hash(&mut face);
        let outputs = tree.entry(node.tree, "outputs").map(|(_, value)| tree.span(value).slice(tree.text()));
        outputs.hash(&mut face);
        for output in &node.outputs {
            (&output.name.value, output.required).hash(&mut face);
            if let OutputForm::File(path) = &output.form {
                path.hash(&mut face);
            }
        }
        let mut order = self.hasher.build_hasher();
        for dependency in &node.depends_on {
            dependency.value.hash(&mut order);
        }
        node.phase.as_ref().map(|phase| &phase.value).hash(&mut order);
        let has_file = |output: &Output| matches!(output.form, OutputForm::File(_));
        NodeKey {
            stamp: node.stamp,
            face: face.finish(),
            order: order.finish(),
            outline: self.outline(tree, node, texts),
            declares_files: node.reads.is_some()
                || node.writes.is_some()
                || node.outputs.iter().any(has_file),
        }
    }
}

/// The keys of all nodes, from texts that stand in the order of their nodes.
fn all_keys(cache: &CheckCache, tree: &Tree, dag: &Dag, texts: &[NodeText<'_>]) -> Vec<NodeKey> {
    let texts = texts_by_node(texts, dag.nodes.len());
    dag.nodes.iter().zip(texts).map(|(node, texts)| cache.key(tree, node, texts)).collect()
}

/// The nodes of which rules that look at the order may say something after it changed: `known` ones, which changed or
/// of which something was said before, those with inputs, and those that take something from a node that they do not
/// wait for.
pub(crate) fn with_disordered(context: &Context<'_>, known: Vec<u32>) -> Vec<u32> {
    let mut pairs = Vec::new();
    for (node, taken) in (0..).zip(context.taken().iter()) {
        pairs.extend(taken.takes.iter().map(|take| (node, take.node)));
    }
    let answers = context.graph.are_ancestors(&pairs).into_iter();
    let disordered =
        pairs.iter().zip(answers).filter(|(_, is_ancestor)| !is_ancestor).map(|((node, _), _)| *node);
    let with_inputs = context.all_nodes().filter(|(_, node)| !node.inputs.is_empty()).map(|(index, _)| index);
    union(known.into_iter().chain(disordered).chain(with_inputs))
}

/// All of them once, ascending.
fn union(nodes: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut nodes: Vec<u32> = nodes.collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

impl Found {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Finding> {
        self.of_nodes.iter().chain(&self.of_order).chain(&self.of_shape).chain(&self.of_graph)
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        let in_nodes = self.of_nodes.iter_mut().chain(&mut self.of_order).chain(&mut self.of_shape);
        in_nodes.chain(&mut self.of_graph)
    }
}

/// Index of the node in which the span lies. Nodes stand in the order of the file.
fn owner(dag: &Dag, span: Span) -> Option<u32> {
    let at = dag.nodes.partition_point(|node| node.span.start <= span.start).checked_sub(1)?;
    dag.nodes.get(at).filter(|node| node.span.contains(span)).map(|_| at as u32)
}

/// Whether no place of the finding touches the change.
fn is_spared(finding: &Finding, change: TextChange) -> bool {
    let related = finding.related.iter().filter(|related| related.path.is_none()).map(|related| related.span);
    let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    std::iter::once(finding.span).chain(related).chain(edits).all(|span| change.spares(span))
}

fn shift(finding: &mut Finding, change: TextChange) {
    let shift = change.shift();
    finding.span = shift.span(finding.span);
    for related in finding.related.iter_mut().filter(|related| related.path.is_none()) {
        related.span = shift.span(related.span);
    }
    for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.span = shift.span(edit.span);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use divisi_workspace::{Change, Places, Workspace};

    use super::CheckCache;
    use crate::check::check_again;
    use crate::graph::node_ids;

    const TEXT: &str = "name: one\nnodes:\n  - id: a\n    run: x\n  - id: b\n    depends_on: [a]\n    run: y\n  \
                        - id: c\n    depends_on: [a]\n    run: z\n";

    /// The nodes that are judged, and those whose order is, after `old` became `new`.
    fn judged(old: &str, new: &str) -> (Option<Vec<u32>>, Option<Vec<u32>>) {
        let path = PathBuf::from("/workspace/one.dag.yaml");
        let mut workspace = Workspace::with_places(vec![PathBuf::from("/workspace")], Places::default());
        workspace.apply(Change::Opened { path: path.clone(), version: 1, text: TEXT.to_owned() });
        let mut cache = CheckCache::default();
        let snapshot = workspace.snapshot();
        check_again(&snapshot, snapshot.document(&path).unwrap(), &mut cache);
        let text = TEXT.replacen(old, new, 1);
        workspace.apply(Change::Edited { path: path.clone(), version: 2, text });
        let snapshot = workspace.snapshot();
        let document = snapshot.document(&path).unwrap();
        let (tree, dag) = document.dag().unwrap();
        let plan = cache.plan(&snapshot, document, (tree, dag), &node_ids(dag));
        (plan.nodes, plan.order)
    }

    #[test]
    fn only_what_changed_is_judged() {
        assert_eq!(judged("y", "yy"), (Some(vec![1]), Some(vec![1])));
        assert_eq!(judged("name: one", "name: other"), (Some(vec![]), Some(vec![])));
        assert_eq!(judged("z", "\"z"), (Some(vec![2]), Some(vec![2])));
        assert_eq!(judged("[a]", "[a, c]"), (Some(vec![1]), Some(vec![1])));
        // A name may.
        assert_eq!(judged("id: a", "id: ab"), (None, None));
        assert_eq!(judged("nodes:", "args: {}\nnodes:"), (None, None));
    }
}
