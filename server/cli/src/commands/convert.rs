//! `divisi convert`

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use divisi_edit::convert::{self, Converted, Refusal};
use divisi_workspace::Document;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output, count};
use crate::{arguments, rewrite, root, workspace};

/// Write a DAG of another tool in our own format.
///
/// Reads command-v2 and claude-flow (JSON), Archon (YAML) and spec-kit (front matter). The result plans as the original
/// does; comments are kept, units written out, and what has no exact counterpart stays as a comment at its node and is
/// told. The original is left as it is.
///
/// Where the original names roles or agents of its own, say which agent is meant; nothing is guessed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi convert .archon/workflows/review.yaml           to standard output
  divisi convert flow.json --write                       to flow.dag.yaml beside it
  divisi convert flow.json --agents dev=coder,qa=tester --out review.dag.yaml")]
pub(crate) struct Convert {
    /// The file of the other tool.
    file: String,

    /// The format to write.
    #[arg(long, value_enum, default_value_t = Format::Native)]
    to: Format,

    /// Which agent each label of the original means.
    #[arg(long, value_name = "LABEL=AGENT", value_delimiter = ',', value_parser = arguments::label_and_agent)]
    agents: Vec<(String, String)>,

    /// Write to this file.
    #[arg(long, value_name = "PATH", conflicts_with = "write")]
    out: Option<PathBuf>,

    /// Write to a file beside the original, with its name and `.dag.yaml`.
    #[arg(long)]
    write: bool,

    /// Write over a file that exists.
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// `*.dag.yaml`
    Native,
}

impl Convert {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let Format::Native = self.to;
        let target = workspace::target(&self.file)?;
        let document = &target.document;
        let mut agents: BTreeMap<String, String> = self.agents.iter().cloned().collect();
        if output::can_ask() {
            ask_for_missing(document, &mut agents, output)?;
        }
        let name = document.path.file_name().unwrap_or_default().to_string_lossy();
        let converted =
            convert::to_native(document, &name, &agents).map_err(|refusal| failure(document, refusal))?;
        tell(document, &converted, output);
        let beside = || document.path.with_file_name(format!("{}.dag.yaml", stem(&name)));
        match self.out.clone().or_else(|| self.write.then(beside)) {
            Some(path) => {
                rewrite::create(&path, &converted.text, self.force)?;
                output.note(format!("wrote {}", root::shown(&path)));
            }
            None => output.text(converted.text.as_bytes()),
        }
        Ok(Exit::Good)
    }
}

fn stem(name: &str) -> &str {
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

fn ask_for_missing(
    document: &Document,
    agents: &mut BTreeMap<String, String>,
    output: &mut Output,
) -> Result<(), Failure> {
    for label in convert::labels(document) {
        if agents.contains_key(&label) {
            continue;
        }
        output.note(format!("Which agent is `{label}`? (nothing: stop)"));
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        if line.trim().is_empty() {
            return Ok(());
        }
        agents.insert(label, line.trim().to_owned());
    }
    Ok(())
}

fn failure(document: &Document, refusal: Refusal) -> Failure {
    let shown = root::shown(&document.path);
    match refusal {
        Refusal::NotForeign => Failure::new(format!("{shown} is in our own format already")),
        Refusal::Faults => {
            Failure::new(format!("{shown} has faults: mend them first")).help(format!("divisi check {shown}"))
        }
        Refusal::Labels(labels) => {
            let example: Vec<String> = labels.iter().map(|label| format!("{label}=AGENT")).collect();
            labels
                .iter()
                .fold(
                    Failure::new(format!("{shown} names no agents but labels: say which agent each is")),
                    |f, label| f.help(label.clone()),
                )
                .help(format!("--agents {}", example.join(",")))
        }
    }
}

fn tell(document: &Document, converted: &Converted, output: &mut Output) {
    for notice in &converted.notices {
        let line = document.lines.line(notice.span.start) + 1;
        output.note(format!("{}:{line}: {}", root::shown(&document.path), notice.message));
    }
    if !converted.notices.is_empty() {
        output.note(format!("{} to look at", count(converted.notices.len(), "place")));
    }
}
