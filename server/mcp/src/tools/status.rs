//! `status`

use std::path::Path;

use divisi_answers::failure::Failure;
use divisi_answers::root;
use divisi_answers::run::{Shown, state_word};
use divisi_answers::select_run::word;
use divisi_engine::client::{RunSummary, Runs, WhichAttempt};
use divisi_engine::event::NodeState;
use divisi_engine::view::{NodeView, RunView};
use jiff::Timestamp;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, Tool, input, schema};
use crate::answer::{Answer, more, tail};
use crate::place::Place;

/// Runs that are listed where the caller does not say how many.
const USUAL: usize = 10;
/// More runs or nodes are not listed.
const MOST: usize = 100;
/// How much of a node's log is told, in bytes from its end.
const TAIL: usize = 8 * 1024;

pub(super) const TOOL: Tool = Tool {
    name: "status",
    title: "Show runs and their nodes",
    description: "Shows what ran and what runs: without `run` the runs of the workspace, the latest first; with `run` \
its nodes with states, times, errors and files, and what the run came to; with `run` and `node` also the end of that \
node's log. Use it to follow a run, or to find out why one failed. It only reads: questions of a run are answered by \
people, on the command line (`divisi approve`) or in the editor.",
    schema: schema::<Input>,
    effect: Effect::None,
    call,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Input {
    /// The run's id, a unique beginning of it, or `latest`. The list of runs where it is not given.
    #[serde(default)]
    run: Option<String>,
    /// A node of the run, whose log is wanted.
    #[serde(default)]
    node: Option<String>,
    /// A folder with a workspace of its own inside of this one, whose runs are meant.
    #[serde(default)]
    folder: Option<String>,
    /// The most runs to list, the latest first; 100 at most.
    #[serde(default = "usual")]
    limit: usize,
}

const fn usual() -> usize {
    USUAL
}

#[derive(Serialize)]
struct Listed {
    runs: Vec<RunSummary>,
    /// Runs beyond the limit.
    left_out: usize,
    /// Runs that could not be read.
    problems: Vec<String>,
}

#[derive(Serialize)]
struct One<'a> {
    #[serde(flatten)]
    run: Shown<'a>,
    /// Nodes that are not listed.
    left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
}

fn call(place: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    let asked: Input = input(arguments)?;
    let root = match &asked.folder {
        Some(folder) => root::root_of(&place.inside(folder)?),
        None => place.root().to_owned(),
    };
    let runs = Runs::open(&root)?;
    match (&asked.run, &asked.node) {
        (Some(run), node) => one(&runs, run, node.as_deref()),
        (None, Some(_)) => Err(Failure::new("`node` needs `run`: name the run too").help("`latest` will do")),
        (None, None) => list(&runs, asked.limit.min(MOST)),
    }
}

fn list(runs: &Runs, limit: usize) -> Result<Answer, Failure> {
    let (mut found, unreadable) = runs.list()?;
    let left_out = found.len().saturating_sub(limit);
    found.truncate(limit);
    let problems: Vec<String> = unreadable.into_iter().map(|error| error.message).collect();
    let mut text: String = found.iter().map(|run| format!("{}\n", headline(run))).collect();
    text.push_str(&more(left_out));
    if found.is_empty() {
        text.push_str("nothing has run here yet\n");
    }
    problems.iter().for_each(|problem| text.push_str(&format!("problem: {problem}\n")));
    Answer::new(text, &Listed { runs: found, left_out, problems })
}

fn one(runs: &Runs, named: &str, node: Option<&str>) -> Result<Answer, Failure> {
    let summary = match named {
        "latest" => latest(runs)?,
        run => runs.summary(run)?,
    };
    let (view, _) = runs.view(&summary.run)?;
    let log = node.map(|node| log(runs, &summary.run, node)).transpose()?;
    let mut text = format!("{}\n", headline(&summary));
    nodes(&view).take(MOST).for_each(|node| text.push_str(&line(node)));
    let mut run = Shown::new(&summary, &view);
    let left_out = run.keep(MOST);
    text.push_str(&more(left_out));
    if let (Some(node), Some(log)) = (node, &log) {
        text.push_str(&format!("the end of the log of {node}:\n{log}"));
    }
    Answer::new(text, &One { run, left_out, log })
}

fn latest(runs: &Runs) -> Result<RunSummary, Failure> {
    let (list, _) = runs.list()?;
    let none = || Failure::new(format!("nothing has run in {} yet", shown(runs.root())));
    list.into_iter().next().ok_or_else(none)
}

fn shown(root: &Path) -> String {
    root.display().to_string()
}

/// Those that went well last, as [`Shown::keep`] has it.
fn nodes(view: &RunView) -> impl Iterator<Item = &NodeView> {
    let is_well = |node: &&NodeView| matches!(node.state, NodeState::Succeeded | NodeState::Reused);
    view.nodes().filter(move |node| !is_well(node)).chain(view.nodes().filter(is_well))
}

/// `20260131-… review-all: failed, started 2026-01-31T12:00:00Z, 5 of 7 nodes over, 1 failed`
fn headline(run: &RunSummary) -> String {
    let started = Timestamp::from_millisecond(run.started_at).map(|at| at.strftime("%FT%TZ").to_string());
    let failed = if run.failed > 0 { format!(", {} failed", run.failed) } else { String::new() };
    format!(
        "{} {}: {}, started {}, {} of {} nodes over{failed}",
        run.run,
        run.dag,
        word(run.status),
        started.unwrap_or_default(),
        run.done,
        run.nodes,
    )
}

fn line(node: &NodeView) -> String {
    let seconds = node.attempts.as_secs_f64();
    let took =
        if node.attempt > 0 { format!(", {seconds:.1}s, attempt {}", node.attempt) } else { String::new() };
    let detail = node.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("  {} {}{took}{detail}\n", state_word(node.state), node.path)
}

/// The end of what the node's latest attempt wrote.
fn log(runs: &Runs, run: &str, node: &str) -> Result<String, Failure> {
    let log = runs.log(run, node, WhichAttempt::Latest)?;
    Ok(tail(&String::from_utf8_lossy(&log), TAIL).to_owned())
}
