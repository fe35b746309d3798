//! `unknown-slash-command`: a name that no command and no skill has.

use divisi_model::{CommandKind, CommandResolution, Commands, Mention, MentionTarget, Strength, Work};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::context::Context;
use crate::did_you_mean;
use crate::edits;
use crate::finding::Finding;
use crate::markdown::MarkdownContext;

pub(super) static CODE: Code = Code {
    name: "unknown-slash-command",
    severity: Severity::Error,
    extent: Extent::Node,
    summary: "A node names a slash command that no file in the workspace, the user's folder or a plugin defines, and \
              that is not built in; or a text names one that is nearly a known one.",
    silent: "For a name with `{{` in it. In Markdown for every name that is not one slip away from a known one, and \
             for all but `` `/some-name` ``, lists of tools, the key `skills` and `` `x` skill ``.",
    fix: "Correct the name (the most likely one is offered), or add the command.",
    explanation: "A command is called by its path below `commands`, with `:` for `/`; a skill by its name. Where no \
                  command's file is known at all this is a warning, since they may live somewhere else; in Markdown, \
                  too.",
    example: Example::dag(
        "nodes:\n  - id: review\n    command: /reviw\n",
        "nodes:\n  - id: review\n    command: /review\n",
    ),
};

pub(super) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let commands = context.snapshot.commands();
    let works = context.nodes().flat_map(|(_, node)| node.work.iter().chain(node.undoing()));
    for work in works {
        let Work::Command(work) = work else { continue };
        let name = &work.name;
        let is_looked_up = !name.is_empty() && !name.contains("{{");
        if !is_looked_up || commands.resolve(name) != CommandResolution::Unknown {
            continue;
        }
        let meant = context.suggest(name, names(commands, MentionTarget::Command));
        let written = edits::part_of(context.text(), name, 0..name.len());
        let mut finding = Finding::new(&CODE, name.span, message("slash command `/", name, meant));
        finding = finding.fix(meant.map(|meant| edits::change_to(context.text(), written, meant)));
        if commands.is_empty() {
            finding = finding.severity(Severity::Warning);
        }
        findings.push(finding);
    }
}

pub(super) fn check_markdown(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let commands = context.snapshot.commands();
    for mention in context.markdown.mentions.iter().filter(|mention| is_looked_up(mention)) {
        if commands.resolve(&mention.name) != CommandResolution::Unknown {
            continue;
        }
        if let Some(meant) = did_you_mean::one_slip(&mention.name, names(commands, mention.target)) {
            let finding =
                Finding::new(&CODE, mention.span, message(kind(mention), &mention.name, Some(meant)));
            let fix = edits::change_to(context.text(), mention.span, meant);
            findings.push(finding.severity(Severity::Warning).fix(fix));
        }
    }
}

fn is_looked_up(mention: &Mention) -> bool {
    matches!(mention.target, MentionTarget::Command | MentionTarget::Skill)
        && mention.strength() != Strength::FollowedOnly
}

/// What can be meant.
fn names(commands: &Commands, target: MentionTarget) -> impl Iterator<Item = &str> {
    let all = commands.names().into_iter();
    let fitting =
        all.filter(move |command| target == MentionTarget::Command || command.kind == CommandKind::Skill);
    fitting.map(|command| command.name.as_str())
}

/// What a mention is said to name, up to the name.
const fn kind(mention: &Mention) -> &'static str {
    match mention.target {
        MentionTarget::Skill => "skill `",
        _ => "slash command `/",
    }
}

fn message(kind: &str, name: &str, meant: Option<&str>) -> String {
    let slash = if kind.ends_with('/') { "/" } else { "" };
    match meant {
        Some(meant) => format!("no {kind}{name}`; did you mean `{slash}{meant}`?"),
        None => format!("no {kind}{name}`"),
    }
}
