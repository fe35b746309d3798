//! `syntax`: the text is not what its language allows.

use divisi_syntax::{ErrorKind, Span, SyntaxError};
use divisi_workspace::{Content, Document};

use crate::Severity;
use crate::codes::{Code, Example, Extent};
use crate::finding::Finding;

pub(super) static CODE: Code = Code {
    name: "syntax",
    severity: Severity::Error,
    extent: Extent::Text,
    summary: "The text is not well-formed YAML or JSON, is larger or deeper than Divisi reads, or cannot be read.",
    silent: "In agents, commands and prose: their tools are more tolerant, and `agent-not-loaded` says what counts. \
             In front matter with a DAG only the first fault is told.",
    fix: "Mend the place that is shown; everything else in the file is still checked.",
    explanation: "JSON may have comments and trailing commas. A strict YAML reader has the last word before a run: \
                  what it refuses is reported under this code, too.",
    example: Example::dag(
        "nodes:\n  - id: tests\n    run: [cargo, \"test]\n",
        "nodes:\n  - id: tests\n    run: [cargo, \"test\"]\n",
    ),
};

pub(super) fn check(document: &Document, findings: &mut Vec<Finding>) {
    match &document.content {
        Content::Dag { tree, strict, .. } => {
            if document.lossy {
                let at = document.text.find(char::REPLACEMENT_CHARACTER).unwrap_or(0) as u32;
                let message = "the file is not UTF-8; what could not be read is replaced from here on";
                findings.push(Finding::new(&CODE, Span::at(at), message));
            }
            let faults = faults(tree.errors(), strict, |kind| kind != ErrorKind::Unsupported);
            // Front matter that ends too late takes in prose, which has a fault on each line.
            let most = if document.markdown.is_some() { 1 } else { usize::MAX };
            findings.extend(faults.take(most).map(finding));
        }
        Content::Unreadable(reason) => {
            findings.push(Finding::new(&CODE, Span::at(0), format!("the file cannot be read: {reason}")));
        }
        Content::Agent(_) | Content::Command { .. } | Content::Text | Content::None => {}
    }
}

fn finding(error: &SyntaxError) -> Finding {
    Finding::new(&CODE, error.span, error.message.clone())
}

/// The tolerant parser's faults of some kind; those of the strict one only where the tolerant one found nothing at
/// all, since the two would report one cause twice.
pub(super) fn faults<'a>(
    tolerant: &'a [SyntaxError],
    strict: &'a [SyntaxError],
    wanted: impl Fn(ErrorKind) -> bool,
) -> impl Iterator<Item = &'a SyntaxError> {
    let faults = if tolerant.is_empty() { strict } else { tolerant };
    faults.iter().filter(move |error| wanted(error.kind))
}
