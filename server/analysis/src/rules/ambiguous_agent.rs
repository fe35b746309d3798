//! `ambiguous-agent`: a name that two agents of one scope have.

use divisi_model::{Agent, Pattern, Resolution, Scope};
use divisi_syntax::Span;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;
use crate::mentions::NamedAgent;

pub(super) static CODE: Code = Code {
    name: "ambiguous-agent",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A node, or a key of front matter, names an agent that two files of one tool and scope define, or that two \
              spell differently.",
    silent: "For agents of different tools or scopes: the nearer one is used. Repositories mirror agents for several \
             tools, and that is no fault. In running text, and in front matter for collections of agents \
             that no tool loads from their place.",
    fix: "Rename one of the agents.",
    explanation: "With two agents of one name in one folder the order of the file system decides. Case, blanks, `-` and \
                  `_` do not count in a name; where two agents differ only in these, Claude Code wants the exact name.",
    example: Example { path: "", bad: "", good: "" },
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for uses in context.agents() {
        let Resolution::Ambiguous(rivals) = &uses.resolution else {
            continue;
        };
        let message = message(rivals, uses.name);
        findings.extend(uses.works.iter().map(|work| told(rivals, work.agent.span, message.clone())));
    }
}

pub(super) fn check_markdown(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    for named in context.named_agents().iter().filter(|named| is_key(named)) {
        if let Resolution::Ambiguous(rivals) = &named.resolution
            && rivals.iter().all(|rival| rival.scope != Scope::Configured)
        {
            findings.push(told(rivals, named.mention.span, message(rivals, &named.mention.name)));
        }
    }
}

/// Whether a key of the front matter names the agent; of texts the agents' own files tell enough.
fn is_key(named: &NamedAgent<'_>) -> bool {
    matches!(named.mention.pattern, Pattern::AgentKey | Pattern::ToolList)
}

fn message(rivals: &[&Agent], name: &str) -> String {
    let same_spelling =
        rivals.iter().all(|rival| rivals.first().is_some_and(|first| first.name == rival.name));
    let outcome = if same_spelling {
        "which one is used is chance"
    } else {
        "Claude Code does not choose between spellings: write the name as its file does"
    };
    format!("{} agents are called `{name}`; {outcome}", rivals.len())
}

fn told(rivals: &[&Agent], span: Span, message: String) -> Finding {
    let files = rivals.iter().filter_map(|rival| Some((rival.path.clone()?, rival.name_span)));
    let finding = Finding::new(&CODE, span, message);
    files.fold(finding, |finding, (path, name)| finding.related_in(path, name, "one of them"))
}
