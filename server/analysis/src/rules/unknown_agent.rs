//! `unknown-agent`: a name that no agent has.

pub(super) mod in_text;
pub(super) mod own;

use std::collections::HashMap;

use divisi_model::{Agent, Registry, Resolution, Tool};

use crate::Severity;
use crate::agents::AgentUses;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "unknown-agent",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node, or a text for an AI tool, names an agent that no file in the workspace, the configured folders, \
              the user's folder or a plugin defines, and that is not built in. In claude-flow's files: one that the file \
              does not list.",
    silent: "For labels of dialects, which name no agent; for `type` and `name` in command-v2 where fewer than half of \
             the file's different names are known, since they are labels there; for a name with `{{` in it, and for placeholders such as \
             `agent-name`. In commands, skills, agents, `CLAUDE.md`, `AGENTS.md` and prompts for everything but \
             `subagent_type=\"x\"`, `Task(x)`, `Agent(x)`, `@agent-x`, `` `x` agent `` and `agent: x`, unless it is \
             one slip away from a known name; for `**x**` and `@some-name` always. For a name that another tool's \
             agent has, and in a plugin's files for the bare names of its own agents. In claude-flow's files that list no \
             agents.",
    fix: "Correct the name (the most likely one is offered, and the full names of plugins' agents), add the agent, \
          or add its folder to `agents.paths` in the settings.",
    explanation: "Case and separators do not matter: `code_reviewer` finds `code-reviewer`. An agent is known by the \
                  `name` in its front matter, not by its file's name. Where no agent file is known at all this is a \
                  warning, since they may live somewhere else.\n\nIn Markdown and in prompts it is a warning \
                  (information where no agent file is known): the tool meets the name only when a model follows the \
                  text.",
    example: Example::dag(
        "nodes:\n  - id: review\n    agent: code-reviwer\n    prompt: Review the code\n",
        "nodes:\n  - id: review\n    agent: code-reviewer\n    prompt: Review the code\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut names = HashMap::new();
    for uses in context.agents().iter().filter(|uses| matches!(uses.resolution, Resolution::Unknown)) {
        let meant = meant(context, uses, &mut names);
        for work in &uses.works {
            let fixes =
                meant.iter().map(|name| edits::change_to(context.text(), work.agent.span, name)).collect();
            let finding =
                Finding::new(&CODE, work.agent.span, message(context.snapshot.registry(), uses.name, &meant));
            let severity =
                if context.snapshot.registry().is_empty() { Severity::Warning } else { CODE.severity };
            findings.push(Finding { fixes, severity, ..finding });
        }
    }
}

/// The full names of plugins' agents that are called so, else the one name that is nearest.
fn meant<'a>(
    context: &'a Context<'_>,
    uses: &AgentUses<'_>,
    names: &mut HashMap<Tool, Vec<&'a Agent>>,
) -> Vec<&'a str> {
    let registry = context.snapshot.registry();
    let scoped: Vec<&str> = registry.scoped(uses.name).map(|agent| agent.name.as_str()).collect();
    if !scoped.is_empty() {
        return scoped;
    }
    let known = names.entry(uses.tool).or_insert_with(|| registry.names(uses.tool));
    context.suggest(uses.name, known.iter().map(|agent| agent.name.as_str())).into_iter().collect()
}

fn message(registry: &Registry, name: &str, meant: &[&str]) -> String {
    match meant {
        [full, ..] if full.contains(':') && !name.contains(':') => {
            format!("no agent `{name}`; a plugin's agent is reached by its full name, `{full}`")
        }
        [meant, ..] => format!("no agent `{name}`; did you mean `{meant}`?"),
        [] if registry.is_empty() => {
            format!(
                "no agent `{name}`: no agent file is known here; their folders can be set in `agents.paths`"
            )
        }
        [] => format!("no agent `{name}`"),
    }
}
