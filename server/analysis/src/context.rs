//! What the rules look at: one document with its graph, its names and its templates, each worked out once.

use std::cell::{Cell, OnceCell};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread;

use divisi_model::{Dag, Dialect, Node, Text, TextRole, TextUse};
use divisi_syntax::template::{self, Template};
use divisi_syntax::{Decoded, Span, Tree};
use divisi_workspace::{Document, Snapshot};

use crate::agents::{self, AgentUses};
use crate::did_you_mean;
use crate::graph::{Graph, NodeIds, node_ids};
use crate::inputs::Inputs;
use crate::mentions::{self, NamedAgent};
use crate::overlaps::{self, Overlap};

/// Look-ups of a likely name in one document; a file with more unknown names than this has another trouble.
const MOST_SUGGESTIONS: u32 = 200;

/// A document that holds a DAG.
pub(crate) struct Context<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) document: &'a Document,
    pub(crate) tree: &'a Tree,
    pub(crate) dag: &'a Dag,
    pub(crate) graph: Graph,
    /// Nodes by id.
    pub(crate) ids: NodeIds<'a>,
    /// Texts in which templates or expressions count, by node. Empty for dialects.
    pub(crate) texts: Vec<NodeText<'a>>,
    inputs: OnceCell<Inputs<'a>>,
    agents: OnceCell<Vec<AgentUses<'a>>>,
    overlaps: OnceCell<Vec<Overlap>>,
    named_agents: OnceCell<Vec<NamedAgent<'a>>>,
    suggestions_left: Cell<u32>,
}

/// A text of a node, read.
pub(crate) struct NodeText<'a> {
    /// Index of the node.
    pub(crate) node: u32,
    /// Which key holds it.
    pub(crate) role: TextRole,
    /// Whether it belongs to `compensate`, which runs after the node.
    pub(crate) undoes: bool,
    pub(crate) text: &'a Text,
    pub(crate) template: Template<'a>,
    tree: &'a Tree,
    /// The way back to the source; most texts are not asked for it.
    decoded: OnceCell<Option<Decoded>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, document: &'a Document, tree: &'a Tree, dag: &'a Dag) -> Self {
        let ids = node_ids(dag);
        Self {
            snapshot,
            document,
            tree,
            dag,
            graph: Graph::with_ids(dag, &ids),
            ids,
            texts: texts(tree, dag),
            inputs: OnceCell::new(),
            agents: OnceCell::new(),
            overlaps: OnceCell::new(),
            named_agents: OnceCell::new(),
            suggestions_left: Cell::new(MOST_SUGGESTIONS),
        }
    }

    /// The graph inside one of its nodes.
    pub(crate) fn inside(&self, body: &'a Dag) -> Self {
        Self::new(self.snapshot, self.document, self.tree, body)
    }

    pub(crate) fn is_native(&self) -> bool {
        self.dag.dialect == Dialect::Native
    }

    /// The document's text.
    pub(crate) fn text(&self) -> &'a str {
        &self.document.text
    }

    /// The node at `index`; the graph holds no other indices.
    pub(crate) fn node(&self, index: u32) -> &'a Node {
        &self.dag.nodes[index as usize]
    }

    /// Nodes with their indices.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (u32, &'a Node)> + use<'a> {
        self.dag.nodes.iter().enumerate().map(|(index, node)| (index as u32, node))
    }

    /// The agents that the nodes name.
    pub(crate) fn agents(&self) -> &[AgentUses<'a>] {
        self.agents.get_or_init(|| agents::look_up(self.dag, self.snapshot.registry()))
    }

    /// The agents that the prompts name.
    pub(crate) fn named_agents(&self) -> &[NamedAgent<'a>] {
        let find = || mentions::in_prompts(self.snapshot, self.document, self.tree, self.dag);
        self.named_agents.get_or_init(find)
    }

    /// What the nodes take from others.
    pub(crate) fn inputs(&self) -> &Inputs<'a> {
        self.inputs.get_or_init(|| Inputs::new(self.dag, &self.ids, &self.graph, self.text()))
    }

    /// Nodes that touch the same files in no order.
    pub(crate) fn overlaps(&self) -> &[Overlap] {
        self.overlaps.get_or_init(|| overlaps::find(self))
    }

    /// The known name that was probably meant.
    pub(crate) fn suggest<'c>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = &'c str>,
    ) -> Option<&'c str> {
        let left = self.suggestions_left.get().checked_sub(1)?;
        self.suggestions_left.set(left);
        did_you_mean::nearest(name, known)
    }

    /// The id of a node that was probably meant.
    pub(crate) fn suggest_node(&self, id: &str, but: u32) -> Option<&'a str> {
        let others = self.nodes().filter(|(index, _)| *index != but);
        self.suggest(id, others.map(|(_, node)| node.id.value.as_str()))
    }
}

impl NodeText<'_> {
    /// Where a range of the content stands in the file.
    pub(crate) fn source(&self, content: Span) -> Span {
        let decoded = self.decoded.get_or_init(|| self.tree.decoded(self.text.tree));
        decoded.as_ref().map_or(self.text.span, |decoded| decoded.source_span(content))
    }
}

/// Threads that can run at once. Asking reads files on some systems, so it is asked once.
static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Fewer nodes than this are read sooner than a thread is started.
const NODES_PER_THREAD: usize = 1_000;

/// All texts of the nodes. They are most of the work of a check and know nothing of each other, so that a large DAG
/// is shared out among threads.
fn texts<'a>(tree: &'a Tree, dag: &'a Dag) -> Vec<NodeText<'a>> {
    if dag.dialect != Dialect::Native {
        return Vec::new();
    }
    let shares = (dag.nodes.len() / NODES_PER_THREAD).clamp(1, *CORES);
    let share = dag.nodes.len().div_ceil(shares).max(1);
    let parts = dag.nodes.chunks(share).enumerate();
    let mut parts = parts.map(|(part, nodes)| move || texts_of(tree, part * share, nodes));
    thread::scope(|scope| {
        let own = parts.next();
        let others = parts.map(|part| (part, thread::Builder::new().spawn_scoped(scope, part).ok()));
        let others: Vec<_> = others.collect();
        let mut texts = own.map(|part| part()).unwrap_or_default();
        for (part, thread) in others {
            texts.extend(match thread {
                Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // The system has no thread to spare.
                None => part(),
            });
        }
        texts
    })
}

/// The texts of `nodes`, the first of which has the index `first`.
fn texts_of<'a>(tree: &'a Tree, first: usize, nodes: &'a [Node]) -> Vec<NodeText<'a>> {
    let mut texts = Vec::new();
    for (index, node) in (first as u32..).zip(nodes) {
        node.for_each_text(|used| texts.push(read(tree, index, used)));
    }
    texts
}

fn read<'a>(tree: &'a Tree, node: u32, used: TextUse<'a>) -> NodeText<'a> {
    let TextUse { role, undoes, text } = used;
    let template = match role {
        TextRole::Template | TextRole::Line => template::scan(&text.value),
        TextRole::Condition | TextRole::Items => template::scan_expression(&text.value),
    };
    NodeText { node, role, undoes, text, template, tree, decoded: OnceCell::new() }
}
