//! `agent-not-loaded`: an agent's file that its tool drops.

use divisi_model::{Load, Resolution};
use divisi_workspace::{Content, Document};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "agent-not-loaded",
    severity: Severity::Error,
    extent: Extent::Text,
    summary: "An agent's file is dropped by its tool without a word, or a node names such an agent.",
    silent: "Where the tool's loader is more tolerant than YAML and loads the file all the same.",
    fix: "Mend the front matter as the message says.",
    explanation: "Claude Code drops an agent without `name` or `description`, with a name that begins with `-` or \
                  holds `:`, or with front matter that does not parse.",
    example: Example {
        path: ".claude/agents/release-writer.md",
        bad: "---\nname: release-writer\n---\nYou write release notes.\n",
        good: "---\nname: release-writer\ndescription: Writes release notes\n---\nYou write release notes.\n",
    },
};

pub(super) fn check_agent(document: &Document, findings: &mut Vec<Finding>) {
    let Content::Agent(agent) = &document.content else {
        return;
    };
    if let Load::Dropped { span, reason } = &agent.load {
        findings.push(Finding::new(&CODE, *span, format!("this agent is not loaded: {reason}")));
    }
}

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for uses in context.agents() {
        let Resolution::NotLoaded(agent) = &uses.resolution else {
            continue;
        };
        let Load::Dropped { span, reason } = &agent.load else {
            continue;
        };
        let message = format!("the agent `{}` is not loaded: {reason}", uses.name);
        for work in &uses.works {
            let mut finding = Finding::new(&CODE, work.agent.span, message.clone());
            if let Some(path) = &agent.path {
                finding = finding.related_in(path.clone(), *span, "its file");
            }
            findings.push(finding);
        }
    }
}
