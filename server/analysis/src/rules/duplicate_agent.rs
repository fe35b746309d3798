//! `duplicate-agent`: two agents of one tool with one name.

use std::path::Path;

use divisi_model::{Agent, Scope};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "duplicate-agent",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "Two agents of one tool and scope have the same name. A hint where they are of two scopes, of which one \
              wins.",
    silent: "For agents of different tools: repositories mirror agents. For copies in different folders of a \
             collection, which no tool loads from there.",
    fix: "Rename one of them, or remove it.",
    explanation: "With two agents of one name in one place the order of the file system decides which of them is used, \
                  and it may differ from one computer to the next.",
    example: Example { path: "", bad: "", good: "" },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let Some(file) = context.agent() else { return };
    let Some(name) = &file.name else { return };
    let path = context.document.path.as_path();
    let registry = context.snapshot.registry();
    let is_own = |agent: &&Agent| agent.path.as_deref() == Some(path);
    let Some(own) = registry.at(path).filter(|own| own.loads()) else { return };
    let namesakes = registry.of_name(own.tool, &own.name).iter().map(AsRef::as_ref);
    for other in namesakes.filter(|other| other.name == own.name && other.loads() && !is_own(other)) {
        let Some(place) = &other.path else { continue };
        let finding = if clash(own, other) {
            let message = format!(
                "another agent of {} is called `{}`, too; only one of them is used",
                own.tool.title(),
                own.name
            );
            Finding::new(&CODE, name.span, message)
        } else if let Some(message) = precedence(own, other) {
            Finding::new(&CODE, name.span, message).severity(Severity::Hint)
        } else {
            continue;
        };
        findings.push(finding.related_in(place.clone(), other.name_span, "the other one"));
    }
}

/// Whether the tool finds both in one place.
fn clash(own: &Agent, other: &Agent) -> bool {
    let is_one_folder = || folder_of_agents(own) == folder_of_agents(other);
    own.scope == other.scope && (!matches!(own.scope, Scope::Configured | Scope::Plugin) || is_one_folder())
}

fn folder_of_agents(agent: &Agent) -> Option<&Path> {
    agent.path.as_deref()?.ancestors().skip(1).find(|folder| folder.ends_with("agents"))
}

/// Which of two scopes wins, where that does not depend on where one works.
fn precedence(own: &Agent, other: &Agent) -> Option<String> {
    let of = |scope| match scope {
        Scope::Managed => Some("the administrator's"),
        Scope::Project(_) => Some("the project's"),
        Scope::User => Some("your own"),
        Scope::Configured | Scope::Plugin | Scope::BuiltIn => None,
    };
    let (own_scope, other_scope) = (of(own.scope)?, of(other.scope)?);
    if own_scope == other_scope {
        return None;
    }
    let wins = if own.scope < other.scope { own_scope } else { other_scope };
    Some(format!("{own_scope} and {other_scope} agent are both called `{}`; {wins} wins", own.name))
}
