//! spec-kit: a role with a prompt is an agent node; which agent, only people know.

use std::collections::BTreeMap;

use divisi_model::{AgentWork, Dag, Node, Work};

use super::node::{NativeNode, NativeWork};
use super::template::template;

pub(super) const ROOT_KEYS: &[&str] = &["subagents"];
const NODE_KEYS: &[&str] = &["role", "prompt", "depends_on", "model_override"];

pub(super) fn nodes(dag: &Dag, agents: &BTreeMap<String, String>) -> Vec<NativeNode> {
    let convert = |node: &Node| {
        let agent = agents.get(&node.id.value).cloned().unwrap_or_default();
        let work = match &node.work {
            Some(Work::Agent(work)) => agent_work(agent, work, node),
            _ => NativeWork::Agent { agent, model: None, prompt: String::new() },
        };
        NativeNode::new(node, work, NODE_KEYS)
    };
    dag.nodes.iter().map(convert).collect()
}

/// The same prompt for an agent of ours; where there is none, the node's name is all that is known of its work.
/// Dialects' texts are no templates.
pub(super) fn agent_work(agent: String, work: &AgentWork, node: &Node) -> NativeWork {
    let prompt = work.prompt.as_ref().map(|prompt| prompt.value.as_str());
    let prompt = prompt.filter(|prompt| !prompt.trim().is_empty()).unwrap_or(&node.id.value);
    let model = work.model.as_ref().map(|model| model.value.clone());
    NativeWork::Agent { agent, model, prompt: template(prompt, &[]) }
}
