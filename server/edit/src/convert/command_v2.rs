//! command-v2: its agents are the registry's. What its nodes share by `context` stays a comment: there any node may
//! make a value, and with us one node that is waited for.

use std::collections::BTreeMap;

use divisi_model::{Dag, Node, Work};

use super::Notice;
use super::node::{NativeNode, NativeWork};
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
    let mut convert = |node: &Node| {
        let work = match &node.work {
            Some(Work::Agent(work)) => {
                let name = &work.agent.value;
                agent_work(agents.get(name).unwrap_or(name).clone(), work, node)
            }
            _ => NativeWork::Agent { agent: String::new(), model: None, prompt: String::new() },
        };
        let mut notice = |span, message: String| notices.push(Notice { span, message });
        let id = &node.id.value;
        if let Some(input) = node.inputs.first() {
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
        NativeNode::new(node, work, NODE_KEYS)
    };
    dag.nodes.iter().map(&mut convert).collect()
}
