//! Agents that a node's runner can find.

use divisi_analysis::describe;
use divisi_model::{Agent, Tool, Work, tool_of_runner};
use divisi_syntax::Span;
use divisi_workspace::Snapshot;

use super::context::Context;
use super::{Completion, CompletionKind, Documentation};

/// Longer descriptions are cut: this is one line in a list.
pub(super) const DETAIL: usize = 80;

pub(super) fn complete(context: &Context<'_>) -> Vec<Completion> {
    let runner = match context.current().and_then(|node| node.work.as_ref()) {
        Some(Work::Agent(work)) => work.runner.as_ref().map(|runner| runner.value.as_str()),
        _ => None,
    };
    let default = context.snapshot.settings().run.runner.as_deref();
    let tool = tool_of_runner(runner.or(default).unwrap_or_default());
    of_tool(context.snapshot, tool, context.cursor.replaced())
}

/// The agents that `tool` finds.
pub(super) fn of_tool(snapshot: &Snapshot, tool: Tool, replace: Span) -> Vec<Completion> {
    let agents = snapshot.registry().names(tool);
    agents.into_iter().map(|agent| completion(tool, replace, agent)).collect()
}

fn completion(tool: Tool, replace: Span, agent: &Agent) -> Completion {
    // The user's own agents before those that every installation has.
    let rank = usize::from(agent.path.is_none());
    let mut completion = Completion::new(CompletionKind::Agent, &agent.name, replace, rank);
    completion.detail =
        agent.description.as_deref().map(describe::first_line).map(|line| describe::cut(line, DETAIL));
    let scope = agent.scope.word();
    completion.note =
        Some(if agent.tool == tool { scope.to_owned() } else { format!("{scope}, {}", agent.tool.title()) });
    completion.documentation = Some(Documentation::Agent { tool, name: agent.name.clone() });
    completion
}
