//! `unknown-agent`: a name that no agent has.

use divisi_model::{AgentWork, Resolution, Tool, Work, tool_of_runner};
use divisi_syntax::Spanned;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "unknown-agent",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node names an agent that no file in the workspace, the configured folders, the user's folder or a \
              plugin defines, and that is not built in.",
    silent: "For labels of dialects, which name no agent; for a name with `{{` in it.",
    fix: "Correct the name (the most likely one is offered, and the full names of plugins' agents), add the agent, \
          or add its folder to `agents.paths` in the settings.",
    explanation: "Case and separators do not matter: `code_reviewer` finds `code-reviewer`. An agent is known by the \
                  `name` in its front matter, not by its file's name. Where no agent file is known at all this is a \
                  warning, since they may live somewhere else.",
    example: Example::dag(
        "nodes:\n  - id: review\n    agent: code-reviwer\n    prompt: Review the code\n",
        "nodes:\n  - id: review\n    agent: code-reviewer\n    prompt: Review the code\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let registry = context.snapshot.registry();
    for (work, tool) in agents(context) {
        if matches!(registry.resolve(tool, &work.agent.value), Resolution::Unknown) {
            findings.push(finding(context, &work.agent, tool));
        }
    }
}

/// Names of agents that can be looked up, with the tool whose agents come first.
pub(super) fn agents<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a AgentWork, Tool)> {
    context.nodes().filter_map(|(_, node)| {
        let Some(Work::Agent(work)) = &node.work else {
            return None;
        };
        let name = work.agent.value.as_str();
        let is_name = !name.is_empty() && !name.contains("{{");
        let tool = work.runner.as_ref().map_or(Tool::ClaudeCode, |runner| tool_of_runner(&runner.value));
        (work.is_reference && is_name).then_some((work, tool))
    })
}

fn finding(context: &Context<'_>, agent: &Spanned<String>, tool: Tool) -> Finding {
    let registry = context.snapshot.registry();
    let name = agent.value.as_str();
    if registry.is_empty() {
        let message = format!(
            "no agent `{name}`: no agent file is known here; their folders can be set in `agents.paths`"
        );
        return Finding::new(&CODE, agent.span, message).severity(Severity::Warning);
    }
    let change = |name: &str| edits::change_to(context.text(), agent.span, name);
    let scoped: Vec<&str> = registry.scoped(name).map(|agent| agent.name.as_str()).collect();
    if let Some(first) = scoped.first() {
        let message = format!("no agent `{name}`; a plugin's agent is reached by its full name, `{first}`");
        let fixes: Vec<Fix> = scoped.iter().map(|name| change(name)).collect();
        return Finding { fixes, ..Finding::new(&CODE, agent.span, message) };
    }
    let known = registry.names(tool);
    match context.suggest(name, known.iter().map(|agent| agent.name.as_str())) {
        Some(meant) => {
            let message = format!("no agent `{name}`; did you mean `{meant}`?");
            Finding::new(&CODE, agent.span, message).fix(change(meant))
        }
        None => Finding::new(&CODE, agent.span, format!("no agent `{name}`")),
    }
}
