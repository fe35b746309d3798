//! `unquoted-value`: a text in front matter that YAML does not take without quotes.

use divisi_model::Front;
use divisi_model::keys::command::FRONT_MATTER;
use divisi_syntax::Span;
use divisi_syntax::strict::check_yaml;
use divisi_workspace::Content;

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::{Finding, Fix};
use crate::markdown::MarkdownContext;
use crate::quoting;

pub(super) static CODE: Code = Code {
    name: "unquoted-value",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "The front matter of a command or a skill is no YAML, mostly for a value without quotes such as \
              `argument-hint: [file] [focus]`.",
    silent: "For agents, where the same is `agent-not-portable` or `agent-not-loaded`; for text between dashes that \
             holds no key of a command.",
    fix: "Put the value in quotes; write other dashes for `---` in a value.",
    explanation: "Claude Code takes one-line values as they are written, unless the lines end in CR LF; other readers \
                  refuse all of the front matter. Where Claude Code cannot read it either, it ignores every key and \
                  says nothing: the command then may use no tools beforehand, and the model may call it whatever \
                  `disable-model-invocation` says. The message lists the keys that are lost. \
                  It ends the front matter at the first `---`, wherever that stands.",
    example: Example {
        path: ".claude/commands/focus.md",
        bad: "---\ndescription: Look at one thing\nargument-hint: [file] [focus]\n---\nLook at $1.\n",
        good: "---\ndescription: Look at one thing\nargument-hint: \"[file] [focus]\"\n---\nLook at $1.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    // What carries a DAG is checked as strictly as every DAG.
    if matches!(context.document.content, Content::Dag { .. }) {
        return;
    }
    let Some((command, front)) = context.markdown.command.as_ref().zip(context.markdown.front.as_ref())
    else {
        return;
    };
    if let Some(dashes) = front.early_end() {
        findings.push(Finding::new(&CODE, dashes, EARLY_END));
    }
    let keys = command_keys(context);
    let Some(fault) = fault(context, front).filter(|_| !keys.is_empty()) else { return };
    let loss = if command.unreadable {
        format!("Claude Code ignores every key here: {}", keys.join(", "))
    } else {
        "strict readers lose all of the front matter".to_owned()
    };
    let before = findings.len();
    findings.extend(quotable_lines(context, front).map(|(key, fix, span)| {
        let message = format!("the value of `{key}` is no YAML without quotes; {loss}");
        Finding::new(&CODE, span, message).fix(fix)
    }));
    if command.unreadable && findings.len() == before {
        let (span, reason) = fault;
        findings.push(Finding::new(&CODE, span, format!("{reason}; {loss}")));
    }
}

/// Source: docs/decisions/0013-loader-oracle.md.
const EARLY_END: &str =
    "Claude Code ends the front matter at these `---` and takes what follows, keys too, for the prompt";

/// Where a strict reader fails, and why.
fn fault(context: &MarkdownContext<'_>, front: &Front) -> Option<(Span, String)> {
    if front.close.is_none() {
        return Some((front.open, "this front matter is never closed by `---`".to_owned()));
    }
    let fault = check_yaml(context.text(), front.region).into_iter().next()?;
    Some((fault.span, fault.message))
}

/// The keys of commands and skills that are written, in their order.
fn command_keys(context: &MarkdownContext<'_>) -> Vec<String> {
    let known = context.entries().filter(|entry| FRONT_MATTER.key(&entry.name).is_some());
    known.map(|entry| format!("`{}`", entry.name)).collect()
}

/// The one-line values that quotes mend, each with its key.
fn quotable_lines<'c>(
    context: &'c MarkdownContext<'_>,
    front: &Front,
) -> impl Iterator<Item = (&'c str, Fix, Span)> {
    let mut start = front.region.start;
    let mut lines = front.region.slice(context.text()).split_inclusive('\n').peekable();
    std::iter::from_fn(move || {
        let line = lines.next()?;
        let span = Span::new(start, start + line.len() as u32);
        start = span.end;
        let goes_on = lines.peek().is_some_and(|next| next.starts_with([' ', '\t']));
        Some((line, span, goes_on))
    })
    .filter(|(_, _, goes_on)| !goes_on)
    .filter_map(|(line, span, _)| {
        let fix = quoting::of_line_at(context.document, span)?;
        let value = fix.edits.first()?.span;
        Some((line.split(':').next().unwrap_or_default(), fix, value))
    })
}
