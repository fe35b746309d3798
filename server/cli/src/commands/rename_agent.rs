//! `divisi rename-agent`

use std::fs;
use std::path::Path;

use clap::Args;
use divisi_analysis::did_you_mean::nearest;
use divisi_analysis::occurrences::Entity;
use divisi_edit::rename::{self, Files};
use divisi_edit::{Change, FileEdit, Step, apply};
use divisi_model::{Agent, Resolution, Tool};
use divisi_workspace::Snapshot;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, WARNING, count, paint};
use crate::{rewrite, root, workspace};

/// Give an agent another name everywhere: in its file, in DAGs, commands, skills and lists of tools.
///
/// Every spelling of the old name counts (code_reviewer for code-reviewer). An agent's file that is called as the agent
/// is gets the new name, too. Prose that only probably means the agent is listed and left as it is.
///
/// The exit status is 0 when all was renamed, 2 when nothing was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi rename-agent reviewer code-reviewer
  divisi rename-agent reviewer code-reviewer --dry-run    show what would change, write nothing
  divisi rename-agent reviewer critic --tool opencode")]
pub(crate) struct RenameAgent {
    /// The agent's name now.
    old: String,

    /// Its new name.
    new: String,

    /// The tool whose agent it is, where several tools have one of that name.
    #[arg(long, value_name = "TOOL", default_value = "claude-code", value_parser = tool)]
    tool: Tool,

    /// Change prose that probably means the agent, too.
    #[arg(long)]
    prose: bool,

    /// Write nothing: show what would change.
    #[arg(long)]
    dry_run: bool,
}

fn tool(name: &str) -> Result<Tool, String> {
    let slugs = || Tool::ALL.map(Tool::slug).join(", ");
    Tool::ALL.into_iter().find(|tool| tool.slug() == name).ok_or_else(|| format!("there are {}", slugs()))
}

impl RenameAgent {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let snapshot = workspace::read(&root::absolute(&root::current()?)?);
        let agent = self.agent(&snapshot)?;
        let change = rename::rename(&snapshot, &Entity::of_agent(agent), &self.new, Files::Follow)
            .map_err(|refusal| Failure::new(refusal.to_string()))?;
        let left = if self.prose { Vec::new() } else { unconfirmed(&snapshot, &change) };
        let change = if self.prose { change } else { change.without_unconfirmed() };
        if change.steps.is_empty() {
            output.line("nothing to change");
            return Ok(Exit::Good);
        }
        check_possible(&snapshot, &change)?;
        if self.dry_run {
            show(&snapshot, &change, output);
        } else {
            carry_out(&snapshot, &change, output)?;
        }
        tell_left(&left, output);
        output.line(total(&change, self.dry_run));
        Ok(Exit::Good)
    }

    fn agent<'s>(&self, snapshot: &'s Snapshot) -> Result<&'s Agent, Failure> {
        let registry = snapshot.registry();
        match registry.resolve(self.tool, &self.old) {
            Resolution::Found(agent) | Resolution::NotLoaded(agent) => return Ok(agent),
            Resolution::Ambiguous(agents) => {
                if let Some(agent) = agents.first() {
                    return Ok(agent);
                }
            }
            Resolution::Unknown => {}
        }
        let failure = Failure::new(format!("no agent `{}` is known here", self.old));
        let names = registry.names(self.tool);
        let near = nearest(&self.old, names.iter().map(|agent| agent.name.as_str()));
        Err(match near {
            Some(near) => failure.help(format!("did you mean {near}?")),
            None => failure.help("see which there are: divisi agents"),
        })
    }
}

/// Places that were left alone, as `file:line`.
fn unconfirmed(snapshot: &Snapshot, change: &Change) -> Vec<String> {
    let mut places = Vec::new();
    for step in &change.steps {
        let Step::Edit { path, edits } = step else { continue };
        let Some(document) = snapshot.document(path) else { continue };
        for edit in edits.iter().filter(|edit| edit.confirm.is_some()) {
            let line = document.lines.line(edit.edit.span.start) + 1;
            places.push(format!("{}:{line}", root::shown(path)));
        }
    }
    places
}

fn tell_left(places: &[String], output: &mut Output) {
    if places.is_empty() {
        return;
    }
    output.line(format!(
        "{}: prose that may mean the agent (--prose changes it, too):",
        paint(WARNING, "left")
    ));
    for place in places {
        output.line(format!("  {place}"));
    }
}

/// Before anything is written: all of a rename belongs together.
fn check_possible(snapshot: &Snapshot, change: &Change) -> Result<(), Failure> {
    for step in &change.steps {
        match step {
            Step::Edit { path, .. } => {
                if let Some(document) = snapshot.document(path) {
                    rewrite::writable(document)?;
                }
            }
            // What discovery leaves out may stand there all the same.
            Step::Rename { to, .. } if fs::symlink_metadata(to).is_ok() => {
                return Err(Failure::new(format!("there is a file {} already", root::shown(to))));
            }
            Step::Rename { .. } | Step::Create { .. } => {}
        }
    }
    Ok(())
}

fn show(snapshot: &Snapshot, change: &Change, output: &mut Output) {
    for step in &change.steps {
        match step {
            Step::Edit { path, edits } => {
                if let Some(document) = snapshot.document(path) {
                    let after = edited(&document.text, edits);
                    rewrite::print_difference(path, &document.text, &after, output);
                }
            }
            Step::Rename { from, to } => output.line(moved(from, to)),
            Step::Create { path, .. } => output.line(format!("new {}", root::shown(path))),
        }
    }
}

fn carry_out(snapshot: &Snapshot, change: &Change, output: &mut Output) -> Result<(), Failure> {
    for step in &change.steps {
        match step {
            Step::Edit { path, edits } => {
                if let Some(document) = snapshot.document(path) {
                    rewrite::write(document, &edited(&document.text, edits))?;
                    output.line(format!("{}: {}", root::shown(path), count(edits.len(), "place")));
                }
            }
            Step::Rename { from, to } => {
                fs::rename(from, to).map_err(|error| {
                    Failure::new(format!("{} cannot be renamed: {error}", root::shown(from)))
                })?;
                output.line(moved(from, to));
            }
            // A rename makes no file.
            Step::Create { .. } => {}
        }
    }
    Ok(())
}

fn edited(text: &str, edits: &[FileEdit]) -> String {
    let edits: Vec<_> = edits.iter().map(|edit| edit.edit.clone()).collect();
    apply(text, &edits)
}

fn moved(from: &Path, to: &Path) -> String {
    format!("{} -> {}", root::shown(from), root::shown(to))
}

fn total(change: &Change, dry_run: bool) -> String {
    let edits = |step: &Step| if let Step::Edit { edits, .. } = step { edits.len() } else { 0 };
    let places: usize = change.steps.iter().map(edits).sum();
    let files = change.steps.iter().filter(|step| matches!(step, Step::Edit { .. })).count();
    let done = if dry_run { "would change" } else { "changed" };
    format!("{} in {} {done}", count(places, "place"), count(files, "file"))
}
