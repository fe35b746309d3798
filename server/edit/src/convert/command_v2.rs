//! command-v2: its agents are the registry's. A value that nodes share by `context` becomes an output and an input where
//! exactly one node makes it, makes nothing else, and is waited for; what else they share stays a comment.

use std::collections::{BTreeMap, HashMap, HashSet};

use divisi_analysis::Graph;
use divisi_model::{Dag, Input, Node, Work, is_node_id};

use super::Notice;
use super::node::{NativeForm, NativeNode, NativeOutput, NativeWork};
use super::spec_kit::agent_work;

pub(super) const ROOT_KEYS: &[&str] = &["$schema", "name", "description", "phases"];
const NODE_KEYS: &[&str] = &[
    "id",
    "agentId",
    "type",
    "name",
    "task",
    "dependencies",
    "estimatedTime",
    "estimatedDuration",
    "timeout",
];

pub(super) fn nodes(
    dag: &Dag,
    agents: &BTreeMap<String, String>,
    notices: &mut Vec<Notice>,
) -> Vec<NativeNode> {
    let shared = Shared::new(dag);
    let mut convert = |(index, node): (usize, &Node)| {
        let mut work = match &node.work {
            Some(Work::Agent(work)) => {
                let name = &work.agent.value;
                agent_work(agents.get(name).unwrap_or(name).clone(), work, node, |_| Vec::new())
            }
            _ => NativeWork::Agent {
                agent: String::new(),
                model: None,
                tools: Vec::new(),
                prompt: String::new(),
            },
        };
        let mut notice = |span, message: String| notices.push(Notice { span, message });
        let id = &node.id.value;
        let (taken, left): (Vec<&Input>, Vec<&Input>) =
            node.inputs.iter().partition(|input| shared.maker(index, &input.name.value).is_some());
        if let NativeWork::Agent { prompt, .. } = &mut work {
            for input in &taken {
                prompt.push_str(&format!("\n\n{0}:\n{{{{ inputs.{0} }}}}", input.name.value));
            }
        }
        if let Some(input) = left.first() {
            notice(
                input.name.span,
                format!("what `{id}` takes from the shared context is kept as a comment"),
            );
        }
        if let Some(condition) = &node.foreign_condition {
            notice(
                condition.span,
                format!("the condition of `{id}` is kept as a comment: the node always runs"),
            );
        }
        if node.has_compensation {
            notice(node.id.span, format!("the compensation of `{id}` is kept as a comment"));
        }
        let mut native = NativeNode::new(node, work, NODE_KEYS);
        let makers = taken.iter().filter_map(|input| {
            let name = &input.name.value;
            let maker = dag.nodes.get(shared.maker(index, name)?)?;
            Some(format!("{}.{name}", maker.id.value))
        });
        native.inputs = makers.collect();
        native.output = shared.output(index);
        native
    };
    dag.nodes.iter().enumerate().map(&mut convert).collect()
}

/// The shared values that can be an output of one node and an input of others.
struct Shared<'a> {
    dag: &'a Dag,
    /// For each value the nodes that make it.
    makers: HashMap<&'a str, Vec<usize>>,
    /// For each node those that it waits for, ascending.
    ancestors: Vec<Vec<u32>>,
    /// Nodes whose output another one takes.
    read: HashSet<usize>,
}

impl<'a> Shared<'a> {
    fn new(dag: &'a Dag) -> Self {
        let mut makers: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, node) in dag.nodes.iter().enumerate() {
            for output in &node.outputs {
                makers.entry(&output.name.value).or_default().push(index);
            }
        }
        let graph = Graph::new(dag);
        let ancestors = (0..dag.nodes.len()).map(|index| graph.ancestors(index as u32)).collect();
        let mut shared = Self { dag, makers, ancestors, read: HashSet::new() };
        let takers = dag.nodes.iter().enumerate();
        let taken = takers.flat_map(|(index, node)| node.inputs.iter().map(move |input| (index, input)));
        shared.read = taken.filter_map(|(index, input)| shared.maker(index, &input.name.value)).collect();
        shared
    }

    /// The one node that makes the value for the node at `index`.
    fn maker(&self, index: usize, name: &str) -> Option<usize> {
        let [maker] = self.makers.get(name)?.as_slice() else { return None };
        self.ancestors.get(index)?.binary_search(&(*maker as u32)).ok()?;
        let node = self.dag.nodes.get(*maker)?;
        let is_sayable = is_node_id(name) && is_node_id(&node.id.value);
        (node.outputs.len() == 1 && is_sayable).then_some(*maker)
    }

    fn output(&self, index: usize) -> Option<NativeOutput> {
        let only = self.dag.nodes.get(index)?.outputs.first().filter(|_| self.read.contains(&index))?;
        Some(NativeOutput { name: only.name.value.clone(), form: NativeForm::Text })
    }
}
