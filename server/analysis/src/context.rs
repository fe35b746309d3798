//! What the rules look at: one document with its graph, its names and its templates, each worked out once.

use std::cell::{Cell, OnceCell};
use std::num::NonZero;
use std::ops::Deref;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::thread;

use divisi_model::{Dag, Dialect, Node, Text, TextRole, TextUse};
use divisi_syntax::template::{self, Template};
use divisi_syntax::{Decoded, Span, Tree};
use divisi_workspace::{Document, Snapshot};

use crate::again::Plan;
use crate::agents::{self, AgentUses};
use crate::did_you_mean;
use crate::graph::{Graph, NodeIds, node_ids};
use crate::inputs::Inputs;
use crate::mentions::{self, NamedAgent};
use crate::overlaps::{self, Overlap};
use crate::taken::Taken;

/// Look-ups of a likely name in one document; a file with more unknown names than this has another trouble.
pub(crate) const MOST_SUGGESTIONS: u32 = 200;

/// A document that holds a DAG.
pub(crate) struct Context<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) document: &'a Document,
    pub(crate) tree: &'a Tree,
    pub(crate) dag: &'a Dag,
    pub(crate) graph: Arc<Graph>,
    /// Nodes by id.
    pub(crate) ids: Rc<NodeIds<'a>>,
    /// Texts in which templates or expressions count, by node. Empty for dialects.
    pub(crate) texts: Texts<'a>,
    /// False only where no node says which files it reads or writes.
    pub(crate) may_declare_files: bool,
    /// The nodes to look at; `None`: all.
    judged: Option<Rc<[u32]>>,
    taken: OnceCell<Arc<Vec<Taken>>>,
    inputs: OnceCell<Inputs<'a>>,
    agents: OnceCell<Vec<AgentUses<'a>>>,
    overlaps: OnceCell<Vec<Overlap>>,
    named_agents: OnceCell<Vec<NamedAgent<'a>>>,
    suggestions: Rc<Cell<u32>>,
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
        Self::planned(snapshot, document, (tree, dag), node_ids(dag), &Plan::everything())
    }

    /// A context of all nodes, with what is known already.
    pub(crate) fn planned(
        snapshot: &'a Snapshot,
        document: &'a Document,
        (tree, dag): (&'a Tree, &'a Dag),
        ids: NodeIds<'a>,
        plan: &Plan,
    ) -> Self {
        let graph = plan.graph.clone().unwrap_or_else(|| Arc::new(Graph::with_ids(dag, &ids)));
        Self {
            snapshot,
            document,
            tree,
            dag,
            graph,
            ids: Rc::new(ids),
            texts: Texts { tree, dag, judged: None, list: OnceCell::new() },
            may_declare_files: plan.may_declare_files(),
            judged: None,
            taken: plan.taken.clone().map_or_else(OnceCell::new, OnceCell::from),
            inputs: OnceCell::new(),
            agents: OnceCell::new(),
            overlaps: OnceCell::new(),
            named_agents: OnceCell::new(),
            suggestions: Rc::new(Cell::new(plan.suggestions)),
        }
    }

    /// The graph inside one of its nodes.
    pub(crate) fn inside(&self, body: &'a Dag) -> Self {
        Self::new(self.snapshot, self.document, self.tree, body)
    }

    /// The same, for rules that look at single nodes: only these are to be looked at.
    pub(crate) fn judging(&self, judged: Option<Vec<u32>>) -> Self {
        let judged: Option<Rc<[u32]>> = judged.map(Rc::from);
        Self {
            graph: Arc::clone(&self.graph),
            ids: Rc::clone(&self.ids),
            texts: Texts { judged: judged.clone(), list: OnceCell::new(), ..self.texts },
            judged,
            taken: self.taken.clone(),
            inputs: OnceCell::new(),
            agents: OnceCell::new(),
            overlaps: OnceCell::new(),
            named_agents: OnceCell::new(),
            suggestions: Rc::clone(&self.suggestions),
            ..*self
        }
    }

    /// How often a likely name was looked up, for what is known already as well.
    pub(crate) fn suggestions(&self) -> u32 {
        self.suggestions.get()
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

    /// The nodes to look at, with their indices.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (u32, &'a Node)> + use<'a> {
        judged_nodes(self.dag, self.judged.clone())
    }

    /// All nodes, with their indices.
    pub(crate) fn all_nodes(&self) -> impl Iterator<Item = (u32, &'a Node)> + use<'a> {
        self.dag.nodes.iter().enumerate().map(|(index, node)| (index as u32, node))
    }

    /// The agents that the nodes name.
    pub(crate) fn agents(&self) -> &[AgentUses<'a>] {
        self.agents.get_or_init(|| {
            agents::look_up(self.dag, self.nodes().map(|(_, node)| node), self.snapshot.registry())
        })
    }

    /// The agents that the prompts name.
    pub(crate) fn named_agents(&self) -> &[NamedAgent<'a>] {
        let nodes = self.nodes().map(|(_, node)| node);
        let find = || mentions::in_prompts(self.snapshot, self.document, self.tree, nodes);
        self.named_agents.get_or_init(find)
    }

    /// What templates take from other nodes, by node. Not for rules that look at single nodes.
    pub(crate) fn taken(&self) -> &Arc<Vec<Taken>> {
        self.taken.get_or_init(|| {
            let texts = texts_by_node(&self.texts, self.dag.nodes.len());
            Arc::new(texts.map(|texts| Taken::of(texts, self.dag, &self.ids)).collect())
        })
    }

    /// What the inputs of nodes take from others.
    pub(crate) fn inputs(&self) -> &Inputs<'a> {
        self.inputs.get_or_init(|| Inputs::new(self.dag, self.nodes(), &self.ids, &self.graph, self.text()))
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
        let count = self.suggestions.get();
        if count >= MOST_SUGGESTIONS {
            return None;
        }
        self.suggestions.set(count + 1);
        did_you_mean::nearest(name, known)
    }

    /// The id of a node that was probably meant.
    pub(crate) fn suggest_node(&self, id: &str, but: u32) -> Option<&'a str> {
        let others = self.all_nodes().filter(|(index, _)| *index != but);
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

fn judged_nodes<'a>(
    dag: &'a Dag,
    judged: Option<Rc<[u32]>>,
) -> impl Iterator<Item = (u32, &'a Node)> + use<'a> {
    let count = judged.as_ref().map_or(dag.nodes.len(), |judged| judged.len());
    (0..count).filter_map(move |at| {
        let index = judged.as_ref().map_or(Some(at as u32), |judged| judged.get(at).copied())?;
        Some((index, dag.nodes.get(index as usize)?))
    })
}

/// The texts of the nodes to look at, read when somebody asks for them.
pub(crate) struct Texts<'a> {
    tree: &'a Tree,
    dag: &'a Dag,
    judged: Option<Rc<[u32]>>,
    list: OnceCell<Vec<NodeText<'a>>>,
}

impl<'a> Deref for Texts<'a> {
    type Target = Vec<NodeText<'a>>;

    fn deref(&self) -> &Self::Target {
        self.list.get_or_init(|| match &self.judged {
            None => texts(self.tree, self.dag),
            Some(_) if self.dag.dialect != Dialect::Native => Vec::new(),
            Some(judged) => texts_of(self.tree, judged_nodes(self.dag, Some(Rc::clone(judged)))),
        })
    }
}

impl<'t, 'a> IntoIterator for &'t Texts<'a> {
    type Item = &'t NodeText<'a>;
    type IntoIter = std::slice::Iter<'t, NodeText<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// All texts of the nodes. They are most of the work of a check and know nothing of each other, so that a large DAG
/// is shared out among threads.
fn texts<'a>(tree: &'a Tree, dag: &'a Dag) -> Vec<NodeText<'a>> {
    if dag.dialect != Dialect::Native {
        return Vec::new();
    }
    let shares = (dag.nodes.len() / NODES_PER_THREAD).clamp(1, *CORES);
    let share = dag.nodes.len().div_ceil(shares).max(1);
    let parts = dag.nodes.chunks(share).enumerate();
    let mut parts = parts.map(|(part, nodes)| move || texts_of(tree, ((part * share) as u32..).zip(nodes)));
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

/// The texts of `nodes`, each with its index.
pub(crate) fn texts_of<'a>(
    tree: &'a Tree,
    nodes: impl Iterator<Item = (u32, &'a Node)>,
) -> Vec<NodeText<'a>> {
    let mut texts = Vec::new();
    for (index, node) in nodes {
        node.for_each_text(|used| texts.push(read(tree, index, used)));
    }
    texts
}

/// The texts of each of the first `nodes` nodes, from texts that stand in the order of their nodes.
pub(crate) fn texts_by_node<'t, 'a>(
    texts: &'t [NodeText<'a>],
    nodes: usize,
) -> impl Iterator<Item = &'t [NodeText<'a>]> {
    let mut rest = texts;
    (0..nodes).map(move |index| {
        let own = rest.iter().take_while(|text| text.node as usize <= index).count();
        let (own, others) = rest.split_at(own);
        rest = others;
        own
    })
}

fn read<'a>(tree: &'a Tree, node: u32, used: TextUse<'a>) -> NodeText<'a> {
    let TextUse { role, undoes, text } = used;
    let template = match role {
        TextRole::Template | TextRole::Line => template::scan(&text.value),
        TextRole::Condition | TextRole::Items => template::scan_expression(&text.value),
    };
    NodeText { node, role, undoes, text, template, tree, decoded: OnceCell::new() }
}
