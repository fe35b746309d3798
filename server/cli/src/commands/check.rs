//! `divisi check`

mod github;
mod human;
mod json;
mod sarif;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use divisi_answers::findings::{Summary, check};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// Look for mistakes in DAG, agent, command and skill files.
///
/// Without PATHS the whole workspace is checked: the nearest folder upwards with divisi.toml, .claude or .git.
/// A folder means all files of ours below it. Nothing is executed, nothing is written, nothing leaves the machine.
///
/// The exit status is 0 without errors (warnings and hints may be there), 1 with errors, 2 when something could
/// not be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi check                          the whole workspace
  divisi check review.dag.yaml          one file
  divisi check .claude/agents           one folder
  divisi check --format json | jq .summary
  divisi check --format sarif > divisi.sarif

A finding is silenced by a comment on its line or the line above:
  # divisi: allow(redundant-dependency) it is there for the reader
Severities and excluded paths are set in divisi.toml:
  [check]
  exclude = [\"vendor/**\"]
  severity = { redundant-dependency = \"off\" }")]
pub(crate) struct Check {
    /// Files and folders; the whole workspace where none is given.
    paths: Vec<PathBuf>,

    /// How findings are printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Excerpts with marks, for people.
    Human,
    /// One JSON object.
    Json,
    /// Workflow commands that GitHub Actions turns into annotations.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Check {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let selection = selection::select(&self.paths)?;
        let checked = check(selection.documents);
        let summary = Summary::of(&checked);
        match self.format {
            Format::Human => human::print(&checked, summary, output),
            Format::Json => json::print(&checked, summary, output)?,
            Format::Github => github::print(&checked, output),
            Format::Sarif => sarif::print(&checked, output)?,
        }
        for failure in &selection.failures {
            output.failure(failure);
        }
        Ok(if !selection.failures.is_empty() {
            Exit::Refused
        } else if summary.errors > 0 {
            Exit::Failed
        } else {
            Exit::Good
        })
    }
}
