//! `divisi check`

mod claude;
mod github;
mod human;
mod json;
mod sarif;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use divisi_answers::findings::{Summary, check};
use divisi_answers::workspace::is_ours;

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

    /// Check the file that the event on standard input names, as Claude Code gives it to its hooks, and answer it:
    /// --format claude. Files that divisi does not check are passed over.
    #[arg(long, conflicts_with = "paths")]
    hook: bool,
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
    /// The answer of a hook of Claude Code; nothing where nothing is wrong. The exit status is 0 with errors, too.
    Claude,
}

impl Check {
    pub(crate) fn run(mut self, output: &mut Output) -> Result<Exit, Failure> {
        if self.hook {
            self.format = Format::Claude;
        }
        let Some(paths) = self.wanted()? else { return Ok(Exit::Good) };
        let selection = selection::select(&paths)?;
        let checked = check(selection.documents);
        let summary = Summary::of(&checked);
        match self.format {
            Format::Human => human::print(&checked, summary, output),
            Format::Json => json::print(&checked, summary, output)?,
            Format::Github => github::print(&checked, output),
            Format::Sarif => sarif::print(&checked, output)?,
            Format::Claude => {
                claude::print(&checked, &selection.failures, output)?;
                return Ok(Exit::Good);
            }
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

    /// The paths to check, of which none means the workspace; nothing where a hook has nothing to say.
    fn wanted(&self) -> Result<Option<Vec<PathBuf>>, Failure> {
        let mut paths = if self.hook { claude::edited()? } else { self.paths.clone() };
        if self.format != Format::Claude || (paths.is_empty() && !self.hook) {
            return Ok(Some(paths));
        }
        paths.retain(|path| path.is_dir() || is_ours(path));
        Ok((!paths.is_empty()).then_some(paths))
    }
}
