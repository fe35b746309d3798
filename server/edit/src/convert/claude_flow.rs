//! claude-flow: a task is an agent node; which agent of ours each of the file's own agents is, only people know.

use std::collections::{BTreeMap, HashSet};

use divisi_analysis::Graph;
use divisi_model::foreign::Language;
use divisi_model::{Dag, ForeignReference, Node, Work, is_node_id};

use super::Notice;
use super::node::{NativeForm, NativeNode, NativeOutput, NativeWork};
use super::spec_kit::agent_work;
use super::template::Replacement;

pub(super) const ROOT_KEYS: &[&str] = &["name", "description", "tasks"];
const NODE_KEYS: &[&str] =
    &["id", "name", "claudePrompt", "depends", "dependencies", "timeout", "retries", "assignTo", "agentId"];

/// The first of its agents; of a task without one the task itself.
pub(super) fn label(node: &Node) -> String {
    node.assigned.first().map_or_else(|| node.id.value.clone(), |agent| agent.value.clone())
}

pub(super) fn nodes(
    dag: &Dag,
    agents: &BTreeMap<String, String>,
    notices: &mut Vec<Notice>,
) -> Vec<NativeNode> {
    let results = Results::new(dag);
    let mut convert = |(index, node): (usize, &Node)| {
        let agent = agents.get(&label(node)).cloned().unwrap_or_default();
        let work = match &node.work {
            Some(Work::Agent(work)) => {
                agent_work(agent, work, node, |prompt| results.replacements(index, prompt))
            }
            _ => NativeWork::Agent { agent, model: None, tools: Vec::new(), prompt: String::new() },
        };
        let mut notice = |span, message: String| notices.push(Notice { span, message });
        let id = &node.id.value;
        if let [_, others @ ..] = node.assigned.as_slice()
            && let Some(second) = others.first()
        {
            notice(
                second.span,
                format!("`{id}` goes to its first agent alone; make a node for each of the others"),
            );
        }
        if let Some(left) = results.left(index, node) {
            let message = format!(
                "`{id}` names results of other tasks; give these an output and name it in a template"
            );
            notice(left.span, message);
        }
        if let Some(condition) = &node.foreign_condition {
            notice(
                condition.span,
                format!("the condition of `{id}` is kept as a comment: the node always runs"),
            );
        }
        // The description is the prompt where there is no other.
        let is_prompt = matches!(&node.work, Some(Work::Agent(work)) if work.prompt.is_some());
        let mut native = NativeNode::new(node, work, NODE_KEYS);
        native.output = results.output(index);
        if is_prompt {
            native.used.push("description");
        }
        native
    };
    dag.nodes.iter().enumerate().map(&mut convert).collect()
}

/// The one output of a task of which nothing else is known.
const OUTPUT: &str = "output";

/// Which results of tasks can be said in templates. With us an agent's answer is its one output, and only those that
/// wait for it can use it.
struct Results<'a> {
    dag: &'a Dag,
    /// For each node those that it waits for, ascending.
    ancestors: Vec<Vec<u32>>,
    /// Nodes whose output a prompt reads.
    read: HashSet<usize>,
}

impl<'a> Results<'a> {
    fn new(dag: &'a Dag) -> Self {
        let graph = Graph::new(dag);
        let ancestors = (0..dag.nodes.len()).map(|index| graph.ancestors(index as u32)).collect();
        let mut results = Self { dag, ancestors, read: HashSet::new() };
        for (index, node) in dag.nodes.iter().enumerate() {
            let in_prompt = node.references.iter().filter(|reference| is_in_prompt(node, reference));
            let targets = in_prompt.filter_map(|reference| {
                results.target(
                    index,
                    &reference.node,
                    reference.field.as_ref().map(|field| field.value.as_str()),
                )
            });
            let targets: Vec<usize> = targets.collect();
            results.read.extend(targets);
        }
        results
    }

    /// The node whose one output is meant.
    fn target(&self, index: usize, id: &str, field: Option<&str>) -> Option<usize> {
        let target = self.dag.nodes.iter().position(|node| node.id.value == id)?;
        self.ancestors.get(index)?.binary_search(&(target as u32)).ok()?;
        let name = self.name(target)?;
        field.is_none_or(|field| field == name).then_some(target)
    }

    fn name(&self, target: usize) -> Option<&'a str> {
        let name = match self.dag.nodes.get(target)?.outputs.as_slice() {
            [] => OUTPUT,
            [only] => only.name.value.as_str(),
            _ => return None,
        };
        is_node_id(name).then_some(name)
    }

    fn output(&self, index: usize) -> Option<NativeOutput> {
        let name = self.name(index).filter(|_| self.read.contains(&index))?;
        Some(NativeOutput { name: name.to_owned(), form: NativeForm::Text })
    }

    fn replacements(&self, index: usize, prompt: &str) -> Vec<Replacement> {
        let replacement = |mention: divisi_model::foreign::Mention| {
            let id = mention.node.slice(prompt);
            let target = self.target(index, id, mention.field.map(|field| field.slice(prompt)))?;
            let with = format!("{{{{ nodes.{id}.outputs.{} }}}}", self.name(target)?);
            Some(Replacement { span: mention.span, with })
        };
        Language::ClaudeFlow.scan(prompt).into_iter().filter_map(replacement).collect()
    }

    /// What a node names of others that is not in its template.
    fn left(&self, index: usize, node: &'a Node) -> Option<&'a ForeignReference> {
        let is_told = |reference: &&ForeignReference| {
            let field = reference.field.as_ref().map(|field| field.value.as_str());
            is_in_prompt(node, reference) && self.target(index, &reference.node, field).is_some()
        };
        node.references.iter().find(|reference| !is_told(reference))
    }
}

fn is_in_prompt(node: &Node, reference: &ForeignReference) -> bool {
    let prompt = match &node.work {
        Some(Work::Agent(work)) => work.prompt.as_ref(),
        _ => None,
    };
    prompt.is_some_and(|prompt| prompt.span.contains(reference.span))
}
