//! `agent-not-loaded`: an agent's file that its tool drops.

use divisi_model::{Agent, Load, Resolution};
use divisi_syntax::Span;
use divisi_workspace::{Content, Document};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;
use crate::mentions::NamedAgent;
use crate::quoting;

pub(super) static CODE: Code = Code {
    name: "agent-not-loaded",
    severity: Severity::Error,
    extent: Extent::Text,
    summary: "An agent's file is dropped by its tool without a word, or a node or a text names such an agent.",
    silent: "Where the tool's loader is more tolerant than YAML and loads the file all the same. In texts \
             for all but the references that `unknown-agent` lists.",
    fix: "Mend the front matter as the message says.",
    explanation: "Claude Code drops an agent without `name` or `description`, with a name that begins with `-` or \
                  holds `:`, or with front matter that does not parse. OpenCode drops one with a value of the wrong \
                  kind, such as a list under `tools`. Gemini CLI reads YAML strictly, takes names of lower-case \
                  letters, digits, `-` and `_` only, and refuses keys and tools of others. Codex asks for `description` \
                  and `developer_instructions`.",
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
        let region =
            document.markdown.as_ref().and_then(|markdown| markdown.front.as_ref()).map(|front| front.region);
        let fix = region.and_then(|region| quoting::mending(document, region, *span));
        findings.push(Finding::new(&CODE, *span, format!("this agent is not loaded: {reason}")).fix(fix));
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
        findings.extend(uses.works.iter().map(|work| told(agent, uses.name, reason, *span, work.agent.span)));
    }
    in_text(context.named_agents(), findings);
}

pub(super) fn check_markdown(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    in_text(context.named_agents(), findings);
}

fn in_text(named: &[NamedAgent<'_>], findings: &mut Vec<Finding>) {
    for named in named.iter().filter(|named| named.is_reference()) {
        if let Resolution::NotLoaded(agent) = &named.resolution
            && let Load::Dropped { span, reason } = &agent.load
        {
            let finding = told(agent, &named.mention.name, reason, *span, named.mention.span);
            findings.push(finding.severity(Severity::Warning));
        }
    }
}

fn told(agent: &Agent, name: &str, reason: &str, cause: Span, place: Span) -> Finding {
    let finding = Finding::new(&CODE, place, format!("the agent `{name}` is not loaded: {reason}"));
    match &agent.path {
        Some(path) => finding.related_in(path.clone(), cause, "its file"),
        None => finding,
    }
}
