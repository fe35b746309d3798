//! `divisi run`

use std::env;
use std::path::PathBuf;

use clap::Args;
use divisi_answers::arguments::check_names;
use divisi_engine::client::{EngineError, RunOptions, Runs, plan};
use divisi_engine::plan::Reuse;
use divisi_syntax::Span;

use crate::arguments::Argument;
use crate::excerpt::Source;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::follow::{OnInterrupt, View, follow};
use crate::output::{ERROR, Output, paint};
use crate::report::Track;
use crate::workspace::{self, Target};
use crate::{root, trust, warnings};

/// Run a DAG.
///
/// The run belongs to a process of its own: closing this terminal leaves it going, `divisi attach` shows it again.
/// Ctrl-C cancels it, a second Ctrl-C kills what still runs. What finished is recorded and never repeated:
/// `divisi resume` goes on where a failed, cancelled or crashed run stopped.
///
/// Running starts programs, so it needs trust: the first run in a workspace shows the exact list of programs and
/// asks. Where nobody can be asked, --yes says it for this one call, and `divisi trust` for good.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi run review-all.dag.yaml
  divisi run review-all --arg scope=src --max-parallel 2
  divisi run review-all --to synthesis --yes
  divisi run review-all --yes --json | jq -r .type")]
pub(crate) struct Run {
    /// A DAG file, a folder with exactly one, or the name of a DAG of this workspace.
    file: String,

    /// An argument of the DAG; may be given many times.
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    arguments: Vec<Argument>,

    /// Trust this workspace for this one call.
    #[arg(long, short)]
    yes: bool,

    /// How many nodes run at a time; else the file's max_parallel, the setting, the number of processors.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_parallel: Option<u32>,

    /// Print the event stream, one JSON object a line.
    #[arg(long)]
    json: bool,

    /// Run this node and what it waits for, nothing else.
    #[arg(long, value_name = "ID")]
    to: Option<String>,

    /// Neither use results of earlier runs nor keep this one's.
    #[arg(long, conflicts_with = "refresh")]
    no_cache: bool,

    /// Use no results of earlier runs, and keep this one's: every node runs.
    #[arg(long)]
    refresh: bool,

    /// Keep a section of this Markdown file up to date while the run is watched; the rest of the file stays.
    #[arg(long, value_name = "FILE.md", conflicts_with = "detach")]
    track: Option<PathBuf>,

    /// Do not wait for other runs in this worktree that could write to the same files.
    #[arg(long)]
    concurrent: bool,

    /// Start the run, print its id and return.
    #[arg(long, conflicts_with = "json")]
    detach: bool,
}

impl Run {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let track = self.track.as_deref().map(Track::new).transpose()?;
        let target = workspace::target(&self.file)?;
        // The others refuse the run.
        let harmless = target.snapshot.problems().iter().filter(|problem| !problem.forbids_runs);
        warnings::of_settings(harmless, output);
        if let Some((_, dag)) = target.document.dag() {
            check_names(self.arguments.iter().map(|argument| argument.name.as_str()), dag)?;
        }
        let plan = plan(&target.snapshot, &target.document, &self.options())
            .map_err(|error| refused(&target, error, output))?;
        let mode = target.snapshot.settings().run.trust;
        trust::require(&target.root, mode, &plan, self.yes, output)?;
        let runs = Runs::open(&target.root)?;
        let run = runs.create(&plan)?;
        runs.start_host(&run, &this_program()?)?;
        if self.detach {
            output.line(&run);
            return Ok(Exit::Good);
        }
        let view = if self.json { View::Json } else { View::People };
        follow(&runs, &run, 0, view, OnInterrupt::Cancel, track, output)
    }

    fn options(&self) -> RunOptions {
        RunOptions {
            args: self.arguments.iter().map(|arg| (arg.name.clone(), arg.value.clone())).collect(),
            max_parallel: self.max_parallel,
            to: self.to.clone(),
            reuse: match (self.no_cache, self.refresh) {
                (true, _) => Reuse::Off,
                (false, true) => Reuse::Refresh,
                (false, false) => Reuse::On,
            },
            concurrent: self.concurrent,
            ..RunOptions::default()
        }
    }
}

/// Where places in the file are the reason, each is shown with its line; the error's own text would repeat them.
fn refused(target: &Target, error: EngineError, output: &mut Output) -> Failure {
    if error.places.is_empty() {
        return error.into();
    }
    for (span, message) in &error.places {
        for line in place(target, *span, message) {
            output.note(line);
        }
        output.note("");
    }
    Failure::new(format!("{} was not run", root::shown(&target.document.path)))
}

fn place(target: &Target, span: Span, message: &str) -> Vec<String> {
    let document = &target.document;
    let source = Source { path: &document.path, text: &document.text, lines: &document.lines };
    let mut lines = vec![format!("{}: {message}", paint(ERROR, "error"))];
    lines.extend(source.excerpt("-->", '^', ERROR, span));
    lines
}

/// The program to host runs with: this one.
pub(crate) fn this_program() -> Result<PathBuf, Failure> {
    env::current_exe().map_err(|error| Failure::new(format!("the path of divisi itself is unknown: {error}")))
}
