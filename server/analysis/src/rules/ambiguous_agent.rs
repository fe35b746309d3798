//! `ambiguous-agent`: a name that two agents of one scope have.

use divisi_model::Resolution;

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
    for uses in context.agents() {
        let Resolution::Ambiguous(rivals) = &uses.resolution else {
            continue;
        };
        let message =
            format!("{} agents are called `{}`; which one is used is chance", rivals.len(), uses.name);
        for work in &uses.works {
            let mut finding = Finding::new(&CODE, work.agent.span, message.clone());
            for rival in rivals {
                if let Some(path) = &rival.path {
                    finding = finding.related_in(path.clone(), rival.name_span, "one of them");
                }
            }
            findings.push(finding);
        }
    }
}
