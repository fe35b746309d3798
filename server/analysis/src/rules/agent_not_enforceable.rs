//! `agent-not-enforceable`: something that an agent's file says and that its runner has no way to hold the agent to.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use divisi_model::agent::{SaidKey, said};
use divisi_model::{Agent, AgentWork, Node, Resolution, Work, tool_of_runner};
use divisi_syntax::Span;
use divisi_workspace::settings::{too_fine, unheld};
use divisi_workspace::{Content, RunnerDefinition};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "agent-not-enforceable",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "An agent's file says something, or the agent's tools have a restriction, that its runner has no way to \
              hold the agent to.",
    silent: "For runners and agents that are not known, for `exec` runners, which get the whole file, for keys that \
             change nothing in a run, and for the agents of slash commands, which are looked at before a run.",
    fix: "Do what the message says, or let a runner do it that can hold the agent to it. \
          [What an agent's file says](../guide/runners.md#what-else-an-agents-file-says) lists what each runner can.",
    explanation: "The agent would work without it, and nobody would know. What is written in an agent's file is relied \
                  on: that it changes nothing, that it ends after so many turns, that a hook looks at what it does. A \
                  run that would leave such a thing out is refused before it starts.",
    example: Example::dag(
        "nodes:\n  - id: review\n    agent: code-reviewer\n    runner: gemini\n    tools: [Read, 'Bash(git * main)']\n    prompt: Review the code\n",
        "nodes:\n  - id: review\n    agent: code-reviewer\n    runner: gemini\n    tools: [Read, 'Bash(git *)']\n    prompt: Review the code\n",
    ),
};

/// A runner, by its name.
type NamedRunner<'a> = (&'a str, &'a RunnerDefinition);

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let named: HashSet<Span> =
        context.agents().iter().flat_map(|uses| &uses.works).map(|work| work.agent.span).collect();
    let mut files = AgentFiles { context, said: HashMap::new() };
    for (_, node) in context.nodes() {
        for work in node.work.iter().chain(node.undoing()) {
            let Work::Agent(work) = work else { continue };
            let Some((name, runner)) = runner(context, work) else { continue };
            let runner = (name, &runner);
            let agent = named.contains(&work.agent.span).then(|| agent(context, runner, work)).flatten();
            if let Some(agent) = agent {
                files.check_keys(node, work, runner, agent, findings);
            }
            check_tools(context, node, work, runner, agent, findings);
        }
    }
}

fn runner<'c>(context: &'c Context<'_>, work: &'c AgentWork) -> Option<(&'c str, RunnerDefinition)> {
    let settings = context.snapshot.settings();
    let name = work.runner.as_ref().map(|runner| runner.value.as_str()).or(settings.run.runner.as_deref())?;
    Some((name, settings.runner(name)?))
}

/// The agent that a run would take.
fn agent<'c>(context: &Context<'c>, (runner, _): NamedRunner<'_>, work: &AgentWork) -> Option<&'c Agent> {
    match context.snapshot.registry().resolve(tool_of_runner(runner), &work.agent.value) {
        Resolution::Found(agent) => Some(agent),
        _ => None,
    }
}

/// What the files of agents say, each read once.
struct AgentFiles<'c, 'a> {
    context: &'c Context<'a>,
    said: HashMap<&'a Path, Vec<SaidKey>>,
}

impl<'a> AgentFiles<'_, 'a> {
    fn check_keys(
        &mut self,
        node: &Node,
        work: &AgentWork,
        runner: NamedRunner<'_>,
        agent: &'a Agent,
        findings: &mut Vec<Finding>,
    ) {
        let Some(path) = agent.path.as_deref() else { return };
        let Some(document) = self.context.snapshot.document(path) else { return };
        let said = self.said.entry(path).or_insert_with(|| said(agent.tool, &document.text));
        for unheld in unheld(runner, agent.tool, said, node) {
            let message = format!("`{}` says `{}`; {}", agent.name, unheld.written(), unheld.why);
            let place = unheld.said.key.span;
            let finding = Finding::new(&CODE, work.agent.span, message);
            findings.push(finding.related_in(path.to_owned(), place, "what its file says"));
        }
    }
}

/// What the node says about tools counts before what the agent's file says.
fn check_tools(
    context: &Context<'_>,
    node: &Node,
    work: &AgentWork,
    (name, runner): NamedRunner<'_>,
    agent: Option<&Agent>,
    findings: &mut Vec<Finding>,
) {
    let too_fine = |tool: &str| too_fine(name, runner.kind, tool);
    if let Some(tools) = &work.tools {
        for tool in tools {
            let Some(why) = too_fine(&tool.value) else { continue };
            // A default is told of at the name of the agent.
            let place = if node.span.contains(tool.span) { tool.span } else { work.agent.span };
            findings.push(Finding::new(&CODE, place, why));
        }
        return;
    }
    let Some(agent) = agent else { return };
    for tool in agent.tools.iter().flatten() {
        let Some(why) = too_fine(tool) else { continue };
        let finding = Finding::new(&CODE, work.agent.span, why);
        findings.push(match &agent.path {
            Some(path) => {
                finding.related_in(path.clone(), place_of(context, agent, tool), "what its file says")
            }
            None => finding,
        });
    }
}

/// Where the agent's file names a tool.
fn place_of(context: &Context<'_>, agent: &Agent, tool: &str) -> Span {
    let document = agent.path.as_ref().and_then(|path| context.snapshot.document(path));
    let named = document.and_then(|document| match &document.content {
        Content::Agent(file) => file.tools.iter().flatten().find(|named| named.value == tool),
        _ => None,
    });
    named.map_or(agent.name_span, |named| named.span)
}
