//! `divisi show`

use std::path::{Path, PathBuf};

use clap::Args;
use divisi_answers::run::{Shown, state_word};
use divisi_engine::client::{RunSummary, Runs};
use divisi_engine::environment::own_environment;
use divisi_engine::event::NodeState;
use divisi_engine::run_folder::runs_folder;
use divisi_engine::traces::Destination;
use divisi_engine::view::{NodeView, RunView, TodoStatus, trace};
use divisi_workspace::{Places, settings};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, NOTE, Output, STRONG, WARNING, paint};
use crate::report;
use crate::{rewrite, root, select_run, time};

/// Show a run: its nodes with states, times, errors and files, and what it came to.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  divisi show                             the latest run
  divisi show 20260131 --json | jq '.nodes[] | select(.state.is == \"failed\")'
  divisi show --trace run.json            for https://ui.perfetto.dev
  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 divisi show --otlp")]
pub(crate) struct Show {
    /// The run, or a unique beginning of its id; the latest where none is given.
    run: Option<String>,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,

    /// Print the todo list of the run; with --json as {content, activeForm, status}.
    #[arg(long)]
    todos: bool,

    /// Write a trace for Perfetto or Chrome: one row a slot, one bar an attempt.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["json", "todos"])]
    trace: Option<PathBuf>,

    /// Send the run as a trace to the collector of OpenTelemetry that settings or environment name.
    #[arg(long, conflicts_with_all = ["json", "todos", "trace"])]
    otlp: bool,
}

impl Show {
    pub(crate) fn run(self, output: &mut Output) -> Result<Exit, Failure> {
        let runs = select_run::here()?;
        let summary = select_run::named_or_latest(&runs, self.run.as_deref(), "can be shown", |_| true)?;
        if let Some(path) = &self.trace {
            write_trace(&runs, &summary.run, path)?;
            output.note(format!("wrote {}; open it at https://ui.perfetto.dev", root::shown(path)));
            return Ok(Exit::Good);
        }
        if self.otlp {
            return send_trace(&runs, &summary.run, output);
        }
        let (view, _) = runs.view(&summary.run)?;
        match (self.todos, self.json) {
            (true, true) => output.json(&view.todos())?,
            (true, false) => todos(&view).iter().for_each(|line| output.line(line)),
            (false, true) => output.json(&Shown::new(&summary, &view))?,
            (false, false) => {
                show(&runs, &summary, &view, output);
                if let Some(fault) = divisi_otlp::fault(&runs_folder(runs.root()).join(&summary.run)) {
                    output.warning(fault);
                    output.note(format!("to send it now: divisi show {} --otlp", summary.run));
                }
            }
        }
        Ok(Exit::Good)
    }
}

fn write_trace(runs: &Runs, run: &str, path: &Path) -> Result<(), Failure> {
    let plan = runs.plan(run).ok();
    let trace = trace(&runs.events(run, 0)?, plan.as_ref());
    rewrite::create(path, &format!("{trace}\n"), true)
}

/// By today's settings: what the run was planned with may be what was wrong.
fn send_trace(runs: &Runs, run: &str, output: &mut Output) -> Result<Exit, Failure> {
    let (settings, _) = settings::load(&[runs.root().to_owned()], &Places::of_user(), &Value::Null);
    let destination = Destination::choose(&settings.traces, &own_environment()).map_err(Failure::new)?;
    let Some(destination) = destination else {
        return Err(Failure::new(
            "nothing says where traces go: set OTEL_EXPORTER_OTLP_ENDPOINT, or `endpoint` under `[traces]` in \
             divisi.toml",
        ));
    };
    let spans =
        divisi_otlp::send(runs, run, &destination).map_err(|error| Failure::new(error.to_string()))?;
    output.note(format!("sent {spans} spans of the run {run}"));
    Ok(Exit::Good)
}

fn todos(view: &RunView) -> Vec<String> {
    let line = |status, content: &str| match status {
        TodoStatus::Pending => format!("[ ] {content}"),
        TodoStatus::InProgress => format!("{} {content}", paint(NOTE, "[~]")),
        TodoStatus::Completed => format!("{} {content}", paint(GOOD, "[x]")),
    };
    view.todos().iter().map(|todo| line(todo.status, &todo.content)).collect()
}

fn show(runs: &Runs, summary: &RunSummary, view: &RunView, output: &mut Output) {
    output.line(format!(
        "{} · run {} · {} · {}",
        paint(STRONG, &summary.dag),
        summary.run,
        select_run::word(summary.status),
        paint(FAINT, time::local(summary.started_at)),
    ));
    output.line(root::shown(&summary.file));
    output.line("");
    let width = view.nodes().map(|node| node.path.chars().count()).max().unwrap_or(0);
    for node in view.nodes() {
        output.line(line(node, view, width));
    }
    let tail = |node: &str, which| runs.log(&summary.run, node, which).ok();
    for line in report::summary(view, &tail) {
        output.line(line);
    }
}

/// `  failed      tests     3.2s  exit status 1 (3 attempts)`
fn line(node: &NodeView, view: &RunView, width: usize) -> String {
    let took = if node.attempt > 0 { time::short(node.attempts) } else { String::new() };
    let attempts = if node.attempt > 1 { format!("  {} attempts", node.attempt) } else { String::new() };
    let waits_for = view.in_the_way_of(node).map(|what| format!("waits for {what}"));
    let detail = waits_for.or_else(|| node.detail.clone()).map(|detail| format!("  {detail}"));
    let detail = detail.unwrap_or_default();
    let text = format!(
        "  {} {:width$}  {took:>7}{attempts}{detail}",
        paint(style(node.state), format!("{:<10}", state_word(node.state))),
        node.path
    );
    text.trim_end().to_owned()
}

fn style(state: NodeState) -> anstyle::Style {
    match state {
        NodeState::Pending | NodeState::Ready | NodeState::Skipped => FAINT,
        NodeState::WaitingApproval
        | NodeState::WaitingDecision
        | NodeState::Running
        | NodeState::Merging
        | NodeState::Expanded
        | NodeState::Compensating => NOTE,
        NodeState::Stopping { .. }
        | NodeState::RetryWait
        | NodeState::Lost
        | NodeState::Blocked
        | NodeState::Cancelled => WARNING,
        NodeState::Succeeded | NodeState::Reused | NodeState::Compensated => GOOD,
        NodeState::Failed { .. } | NodeState::CompensationFailed => ERROR,
    }
}
