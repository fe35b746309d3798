//! spec-kit: a role with a prompt is an agent node; which agent, only people know.

use std::collections::BTreeMap;

use divisi_model::{AgentWork, Dag, Node, Work};

use super::node::{NativeNode, NativeWork};
use super::template::{Replacement, template};

pub(super) const ROOT_KEYS: &[&str] = &["subagents"];
const NODE_KEYS: &[&str] = &["role", "prompt", "depends_on", "model_override"];

pub(super) fn nodes(dag: &Dag, agents: &BTreeMap<String, String>) -> Vec<NativeNode> {
    let convert = |node: &Node| {
        let agent = agents.get(&node.id.value).cloned().unwrap_or_default();
        let work = match &node.work {
            Some(Work::Agent(work)) => agent_work(agent, work, node, |_| Vec::new()),
            _ => NativeWork::Agent { agent, model: None, tools: Vec::new(), prompt: String::new() },
        };
        NativeNode::new(node, work, NODE_KEYS)
    };
    dag.nodes.iter().map(convert).collect()
}

/// The same prompt for an agent of ours; where there is none, the node's name is all that is known of its work.
/// Dialects' texts are no templates; `replacements` are for the prompt.
pub(super) fn agent_work(
    agent: String,
    work: &AgentWork,
    node: &Node,
    replacements: impl FnOnce(&str) -> Vec<Replacement>,
) -> NativeWork {
    let prompt = work.prompt.as_ref().map(|prompt| prompt.value.as_str());
    let model = work.model.as_ref().map(|model| model.value.clone());
    let prompt = match prompt.filter(|prompt| !prompt.trim().is_empty()) {
        Some(prompt) => template(prompt, &replacements(prompt)),
        None => template(&node.id.value, &[]),
    };
    NativeWork::Agent { agent, model, tools: Vec::new(), prompt }
}
