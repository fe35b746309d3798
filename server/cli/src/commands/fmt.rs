//! `divisi fmt`

use std::path::PathBuf;

use clap::Args;
use divisi_edit::format::{self, Refusal};
use divisi_workspace::{Class, Document};

use crate::excerpt::Source;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, Output, STRONG, count, paint};
use crate::{rewrite, root, selection};

/// Format DAG files: indentation, spaces, blank lines.
///
/// Comments, the order of keys, quotes and line breaks inside of values stay. A file with faults is left as it is and
/// named. Markdown and files of other tools are never formatted.
///
/// The exit status is 0 when everything is formatted, 1 when a file has faults (with --check also when one would
/// change), 2 when something could not be read or written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi fmt                        all DAG files of the workspace
  divisi fmt review.dag.yaml
  divisi fmt --check                show what would change, write nothing")]
pub(crate) struct Fmt {
    /// Files and folders; the whole workspace where none is given.
    paths: Vec<PathBuf>,

    /// Write nothing: show what would change.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let selection = selection::select(&self.paths)?;
        let mut exit = Exit::Good;
        let (mut changed, mut seen) = (0, 0);
        let is_named = |document: &Document| {
            self.paths.iter().any(|path| root::absolute(path).is_ok_and(|it| it == document.path))
        };
        for (_, document) in &selection.documents {
            match format::format(document) {
                Ok(edits) => {
                    seen += 1;
                    if edits.is_empty() {
                        continue;
                    }
                    changed += 1;
                    let text = divisi_edit::apply(&document.text, &edits);
                    if self.check {
                        rewrite::print_difference(&document.path, &document.text, &text, output);
                        exit = Exit::Failed;
                    } else {
                        rewrite::write(document, &text)?;
                        output.line(format!("formatted {}", root::shown(&document.path)));
                    }
                }
                // Whoever names a file wants to know; in a folder the others are not meant.
                Err(Refusal::NotOurs) if !is_named(document) => {}
                Err(refusal) => {
                    tell(document, &refusal, output);
                    exit = Exit::Failed;
                }
            }
        }
        for failure in &selection.failures {
            output.failure(failure);
        }
        let done = if self.check { "would change" } else { "changed" };
        output.line(format!("{}: {changed} {done}", count(seen, "DAG file")));
        Ok(if selection.failures.is_empty() { exit } else { Exit::Refused })
    }
}

fn tell(document: &Document, refusal: &Refusal, output: &mut Output) {
    let shown = root::shown(&document.path);
    let reason = match (refusal, document.class) {
        (Refusal::NotOurs, Class::Dialect(_)) => "it belongs to another tool".to_owned(),
        _ => refusal.to_string(),
    };
    output.line(format!(
        "{}: {}",
        paint(ERROR, "not formatted"),
        paint(STRONG, format!("{shown}: {reason}"))
    ));
    if let Refusal::Faults { span, .. } = refusal {
        let source = Source { path: &document.path, text: &document.text, lines: &document.lines };
        for line in source.excerpt("-->", '^', ERROR, *span) {
            output.line(line);
        }
    }
}
