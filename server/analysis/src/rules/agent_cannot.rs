//! `agent-cannot`: an agent without a tool for what its node declares.

use std::collections::HashMap;

use divisi_model::{Agent, AgentWork, Node, OutputForm, Resolution, Tool, Work, built_in_tools};
use divisi_syntax::{Span, Spanned};
use divisi_workspace::Content;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::{Finding, Fix};

pub(super) static CODE: Code = Code {
    name: "agent-cannot",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A node declares that it writes files, and none of the tools that its agent may use can write one.",
    silent: "Where a tool is not known to leave files alone: every tool of a server, `Bash` with whatever pattern, \
             `Task`, a name that is like no known one; where neither the agent's file nor the node limits the tools; \
             for agents of other tools than Claude Code, and for names that resolve to no agent or to several.",
    fix: "Give the agent `Write` or `Edit`, or let another agent do it.",
    explanation: "The agent would be paid for and then fail, because it has no way to write what the node promises.",
    example: Example::dag(
        "nodes:\n  - id: report\n    agent: code-reviewer\n    tools: [Read, Grep]\n    prompt: Review the code\n    writes: [REVIEW.md]\n",
        "nodes:\n  - id: report\n    agent: code-reviewer\n    tools: [Read, Grep, Write]\n    prompt: Review the code\n    writes: [REVIEW.md]\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.nodes().any(|(_, node)| promised(node).is_some()) {
        return;
    }
    let agents = agents(context);
    for (_, node) in context.nodes() {
        if let Some(Work::Agent(work)) = &node.work
            && let Some(promise) = promised(node)
            && let Some(agent) = agents.get(&work.agent.span)
        {
            findings.extend(check_node(context, node, work, agent, promise));
        }
    }
}

/// The agents of Claude Code that nodes name, by the place of the name.
fn agents<'c>(context: &'c Context<'_>) -> HashMap<Span, &'c Agent> {
    let mut agents = HashMap::new();
    for uses in context.agents() {
        if let Resolution::Found(agent) = uses.resolution {
            agents.extend(uses.works.iter().map(|work| (work.agent.span, agent)));
        }
    }
    agents
}

/// A file that the node says it writes, and where.
type Promise<'a> = (&'a str, Span);

fn promised(node: &Node) -> Option<Promise<'_>> {
    let is_file = |glob: &&Spanned<String>| !glob.value.is_empty() && !glob.value.starts_with('!');
    let glob = node.writes.iter().flatten().find(is_file);
    let output = || {
        node.outputs.iter().find_map(|output| match &output.form {
            OutputForm::File(file) if output.required => Some((file.as_str(), output.name.span)),
            _ => None,
        })
    };
    glob.map(|glob| (glob.value.as_str(), glob.span)).or_else(output)
}

/// What the node says about tools counts before what the agent's file says.
fn check_node(
    context: &Context<'_>,
    node: &Node,
    work: &AgentWork,
    agent: &Agent,
    (file, span): Promise<'_>,
) -> Option<Finding> {
    let own = work.tools.as_ref().map(|tools| tools.iter().map(|tool| tool.value.as_str()).collect());
    let of_agent = || agent.tools.as_ref().map(|tools| tools.iter().map(String::as_str).collect());
    let tools: Vec<&str> = own.or_else(of_agent)?;
    let writes_nothing = |tool: &&str| built_in_tools::writes_nothing(agent.tool, tool);
    let is_nobodys = |tool: &&str| built_in_tools::is_misspelt(agent.tool, tool);
    if agent.tool != Tool::ClaudeCode || !tools.iter().all(|tool| writes_nothing(tool) || is_nobodys(tool)) {
        return None;
    }
    let has = if work.tools.is_some() { "this node gives it" } else { "it has" };
    let refused = if !tools.is_empty() && tools.iter().all(is_nobodys) { REFUSED } else { "" };
    let message = format!("`{}` cannot write `{file}`: {has} {}{refused}", agent.name, list(&tools));
    let finding = Finding::new(&CODE, span, message);
    Some(match (&work.tools, &agent.path) {
        (Some(tools), _) => {
            let place = tools.first().map_or(work.agent.span, |tool| tool.span);
            finding.related(place, "its tools").fix(let_write(context, node))
        }
        (None, Some(path)) => finding.related_in(path.clone(), tools_of(context, agent), "its tools"),
        (None, None) => finding,
    })
}

/// Source: docs/decisions/0013-loader-oracle.md.
const REFUSED: &str = ", and Claude Code refuses to start an agent with no tool that it knows";

fn let_write(context: &Context<'_>, node: &Node) -> Option<Fix> {
    let edit = edits::add_item(context.tree, &context.document.lines, node.tree, "tools", "Write")?;
    Some(Fix { title: "Add `Write` to the node's `tools`".to_owned(), edits: vec![edit], safe: false })
}

/// Where the agent's file lists its tools.
fn tools_of(context: &Context<'_>, agent: &Agent) -> Span {
    let document = agent.path.as_ref().and_then(|path| context.snapshot.document(path));
    let tools = document.and_then(|document| match &document.content {
        Content::Agent(file) => file.tools.as_ref()?.first(),
        _ => None,
    });
    tools.map_or(agent.name_span, |tool| tool.span)
}

fn list(tools: &[&str]) -> String {
    let names: Vec<String> = tools.iter().map(|tool| format!("`{tool}`")).collect();
    if names.is_empty() { "no tools".to_owned() } else { format!("only {}", names.join(", ")) }
}
