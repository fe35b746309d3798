//! An output that an agent has no way to give. Its final message is one value; where two are declared without a
//! file, nothing tells which of them it is, and the node fails after the agent was paid.

use divisi_model::{AgentWork, Node, Output, OutputForm, Work};

use super::CODE;
use crate::context::Context;
use crate::finding::Finding;

pub(in crate::rules) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.is_native() {
        return;
    }
    for (_, node) in context.nodes().filter(|(_, node)| node.outputs.len() > 1) {
        if let Some(Work::Agent(agent)) = &node.work
            && !knows_the_folder(agent)
        {
            findings.extend(ungiven(node).map(finding));
        }
    }
}

/// Whether the prompt says where outputs are written, so that the agent can write them itself.
fn knows_the_folder(agent: &AgentWork) -> bool {
    agent.prompt.as_ref().is_some_and(|prompt| prompt.value.contains("DIVISI_OUTPUT_DIR"))
}

fn ungiven(node: &Node) -> impl Iterator<Item = &Output> {
    let values = || node.outputs.iter().filter(|output| !matches!(output.form, OutputForm::File(_)));
    let is_one_message = values().count() < 2;
    let is_bare = |output: &&Output| matches!(output.form, OutputForm::Any | OutputForm::Text);
    values().filter(move |output| !is_one_message && is_bare(output) && output.required)
}

fn finding(output: &Output) -> Finding {
    let name = &output.name.value;
    let message = format!(
        "an agent's final message is only one output, and this node has more: give `{name}` a `file`, or say in the \
         prompt that it is written to `$DIVISI_OUTPUT_DIR/{name}`"
    );
    Finding::new(&CODE, output.name.span, message)
}
