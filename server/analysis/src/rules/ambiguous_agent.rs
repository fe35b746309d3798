//! `ambiguous-agent`: a name that two agents of one scope have.

use divisi_model::Resolution;

use super::unknown_agent::agents;
use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "ambiguous-agent",
    severity: Severity::Warning,
    extent: Extent::Node,
    summary: "A node names an agent that two files of one tool and scope define; which of them is used is chance.",
    silent: "For agents of different tools or scopes: the nearer one is used. Repositories mirror agents for several \
             tools, and that is no fault.",
    fix: "Rename one of the agents.",
    explanation: "With two agents of one name in one folder the order of the file system decides.",
    example: Example { path: "", bad: "", good: "" },
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (work, tool) in agents(context) {
        let Resolution::Ambiguous(rivals) = context.snapshot.registry().resolve(tool, &work.agent.value)
        else {
            continue;
        };
        let message =
            format!("{} agents are called `{}`; which one is used is chance", rivals.len(), work.agent.value);
        let mut finding = Finding::new(&CODE, work.agent.span, message);
        for rival in rivals {
            if let Some(path) = &rival.path {
                finding = finding.related_in(path.clone(), rival.name_span, "one of them");
            }
        }
        findings.push(finding);
    }
}
