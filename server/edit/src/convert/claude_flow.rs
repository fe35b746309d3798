//! claude-flow: a task is an agent node; which agent of ours each of the file's own agents is, only people know.

use std::collections::BTreeMap;

use divisi_model::{Dag, Node, Work};

use super::Notice;
use super::node::{NativeNode, NativeWork};
use super::spec_kit::agent_work;

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
    let mut convert = |node: &Node| {
        let agent = agents.get(&label(node)).cloned().unwrap_or_default();
        let work = match &node.work {
            Some(Work::Agent(work)) => agent_work(agent, work, node),
            _ => NativeWork::Agent { agent, model: None, prompt: String::new() },
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
        if let Some(reference) = node.references.first() {
            let message = format!(
                "`{id}` names results of other tasks; give these an output and name it in a template"
            );
            notice(reference.span, message);
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
        if is_prompt {
            native.used.push("description");
        }
        native
    };
    dag.nodes.iter().map(&mut convert).collect()
}
