//! `unquoted-value`: a text in front matter that YAML does not take without quotes.

use divisi_syntax::Span;
use divisi_syntax::strict::check_yaml;
use divisi_workspace::{Class, Content};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;
use crate::markdown::MarkdownContext;
use crate::quoting;

pub(super) static CODE: Code = Code {
    name: "unquoted-value",
    severity: Severity::Warning,
    extent: Extent::Text,
    summary: "A value in the front matter of a command or a skill is no YAML without quotes, such as \
              `argument-hint: [file] [focus]`.",
    silent: "For agents, where the same is `agent-not-portable` or `agent-not-loaded`. For values of several lines.",
    fix: "Put the value in quotes.",
    explanation: "Claude Code takes such values as they are written, unless the lines end in CR LF; other readers \
                  refuse all of the front matter. Description, tools and model are lost then, and with them \
                  `disable-model-invocation`.",
    example: Example {
        path: ".claude/commands/focus.md",
        bad: "---\ndescription: Look at one thing\nargument-hint: [file] [focus]\n---\nLook at $1.\n",
        good: "---\ndescription: Look at one thing\nargument-hint: \"[file] [focus]\"\n---\nLook at $1.\n",
    },
};

pub(super) fn check(context: &MarkdownContext<'_>, findings: &mut Vec<Finding>) {
    let document = context.document;
    // What carries a DAG is checked as strictly as every DAG.
    let is_ours = matches!(document.class, Class::Command | Class::Skill)
        && !matches!(document.content, Content::Dag { .. });
    let Some(front) = context.markdown.front.as_ref().filter(|front| is_ours && front.close.is_some()) else {
        return;
    };
    if check_yaml(context.text(), front.region).is_empty() {
        return;
    }
    let mut start = front.region.start;
    let mut lines = front.region.slice(context.text()).split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let span = Span::new(start, start + line.len() as u32);
        start = span.end;
        let goes_on = lines.peek().is_some_and(|next| next.starts_with([' ', '\t']));
        if goes_on {
            continue;
        }
        if let Some(fix) = quoting::of_line_at(document, span)
            && let Some(edit) = fix.edits.first()
        {
            findings.push(Finding::new(&CODE, edit.span, message(line)).fix(fix));
        }
    }
}

/// Claude Code's second try at front matter leaves lines with CR LF as they are.
fn message(line: &str) -> String {
    let key = line.split(':').next().unwrap_or_default();
    let loser =
        if line.ends_with("\r\n") { "Claude Code and strict readers lose" } else { "strict readers lose" };
    format!("the value of `{key}` is no YAML without quotes; {loser} all of the front matter")
}
