//! Where the inputs of nodes come from.

use std::collections::HashMap;

use divisi_model::{Dag, Dialect, Input, Node};
use divisi_syntax::{Span, Spanned};
use foldhash::fast::RandomState;

use crate::edits::part_of;
use crate::graph::{Graph, NodeIds};

/// With more producers of one name than this, nobody asks which of them is meant.
const MOST_PRODUCERS: usize = 64;

/// The inputs of nodes, by node.
pub(crate) struct Inputs<'a> {
    list: Vec<InputUse<'a>>,
}

/// An input and its source.
pub(crate) struct InputUse<'a> {
    pub(crate) node: u32,
    pub(crate) input: &'a Input,
    pub(crate) source: Source<'a>,
}

/// Where a value comes from.
pub(crate) enum Source<'a> {
    /// `from: node.output`, and no node has that id.
    UnknownNode { id: &'a str, span: Span },
    /// `from: node.output`.
    Output { node: u32, node_span: Span, output: &'a str, output_span: Span },
    /// A bare name.
    Bare {
        name: &'a str,
        span: Span,
        /// Ancestors that have such an output; in dialects, whose values are common to all, any node.
        producers: Vec<u32>,
        /// A node that has such an output and is no ancestor.
        elsewhere: Option<u32>,
    },
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(
        dag: &'a Dag,
        nodes: impl Iterator<Item = (u32, &'a Node)>,
        ids: &NodeIds<'_>,
        graph: &Graph,
        text: &str,
    ) -> Self {
        let mut list = Vec::new();
        for (index, node) in nodes {
            let uses = node.inputs.iter().map(|input| InputUse {
                node: index,
                input,
                source: named(dag.dialect, ids, input, text),
            });
            list.extend(uses);
        }
        let mut inputs = Self { list };
        inputs.find_producers(dag, graph);
        inputs
    }

    /// All inputs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &InputUse<'a>> {
        self.list.iter()
    }

    /// The inputs of one node.
    pub(crate) fn of(&self, node: u32) -> impl Iterator<Item = &InputUse<'a>> {
        let first = self.list.partition_point(|input| input.node < node);
        self.list[first..].iter().take_while(move |input| input.node == node)
    }

    fn find_producers(&mut self, dag: &'a Dag, graph: &Graph) {
        if !self.list.iter().any(|input| matches!(input.source, Source::Bare { .. })) {
            return;
        }
        let mut producing: HashMap<&str, Vec<u32>, RandomState> = HashMap::default();
        for (index, node) in dag.nodes.iter().enumerate() {
            for output in &node.outputs {
                producing.entry(output.name.value.as_str()).or_default().push(index as u32);
            }
        }
        let mut questions = Vec::new();
        for input in &self.list {
            let Source::Bare { name, .. } = &input.source else {
                continue;
            };
            let candidates = producing.get(name).map_or(&[][..], Vec::as_slice);
            let candidates = candidates.iter().filter(|candidate| **candidate != input.node);
            questions.extend(candidates.take(MOST_PRODUCERS).map(|candidate| (input.node, *candidate)));
        }
        let is_common = dag.dialect != Dialect::Native;
        let answers = if is_common { vec![true; questions.len()] } else { graph.are_ancestors(&questions) };
        let mut answers = questions.into_iter().zip(answers);
        for input in &mut self.list {
            let Source::Bare { name, producers, elsewhere, .. } = &mut input.source else {
                continue;
            };
            let asked = producing.get(name).map_or(&[][..], Vec::as_slice);
            let asked =
                asked.iter().filter(|candidate| **candidate != input.node).count().min(MOST_PRODUCERS);
            for ((_, candidate), is_ancestor) in answers.by_ref().take(asked) {
                if is_ancestor {
                    producers.push(candidate);
                } else {
                    *elsewhere = elsewhere.or(Some(candidate));
                }
            }
        }
    }
}

/// The source as it is written; producers of bare names are found afterwards, all at once.
fn named<'a>(dialect: Dialect, ids: &NodeIds<'_>, input: &'a Input, text: &str) -> Source<'a> {
    let written: &Spanned<String> = input.from.as_ref().unwrap_or(&input.name);
    let parts = written.value.split_once('.').filter(|_| dialect == Dialect::Native);
    let Some((id, output)) = parts else {
        return Source::Bare {
            name: &written.value,
            span: written.span,
            producers: Vec::new(),
            elsewhere: None,
        };
    };
    let node_span = part_of(text, written, 0..id.len());
    // `node.output.text` reads the contents of a file.
    let output = output.split('.').next().unwrap_or(output);
    let start = id.len() + 1;
    match ids.get(id) {
        Some(node) => Source::Output {
            node: *node,
            node_span,
            output,
            output_span: part_of(text, written, start..start + output.len()),
        },
        None => Source::UnknownNode { id, span: node_span },
    }
}
