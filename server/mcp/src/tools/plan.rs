//! `plan`

use std::time::Duration;

use divisi_analysis::Severity;
use divisi_analysis::plan::{Plan as Schedule, plan};
use divisi_answers::failure::Failure;
use divisi_answers::findings::{Checked, check, told};
use divisi_answers::{slots, workspace};
use divisi_model::duration::human;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Effect, Tool, input, schema};
use crate::answer::{Answer, more};
use crate::place::Place;

/// More nodes are not listed; the figures count all of them.
const MOST: usize = 200;

pub(super) const TOOL: Tool = Tool {
    name: "plan",
    title: "Plan a DAG",
    description: "Shows what running a DAG would do, without running anything: the schedule by the nodes' estimates \
(a node without one counts as a minute), how long it would take, the critical path, and the errors that would keep it \
from running. Use it to see whether a DAG is parallel enough, and what to shorten.",
    schema: schema::<Input>,
    effect: Effect::None,
    call,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Input {
    /// A DAG file relative to the root of the workspace, a folder with exactly one, or the name of a DAG.
    file: String,
    /// How many nodes run at a time; what the file or the settings say where it is not given.
    #[serde(default)]
    #[schemars(range(min = 1))]
    max_parallel: Option<u32>,
}

#[derive(Serialize)]
struct Output {
    name: String,
    /// How many nodes run at a time.
    max_parallel: u32,
    /// A run would be refused for these.
    errors: Vec<String>,
    #[serde(flatten)]
    schedule: Schedule,
    /// Nodes that the schedule does not list.
    left_out: usize,
}

fn call(place: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    let asked: Input = input(arguments)?;
    let target = place.target(&asked.file)?;
    let checked = check(vec![(target.snapshot.clone(), target.document.clone())]);
    let errors: Vec<String> = checked.iter().flat_map(errors).take(MOST).collect();
    let Some((_, dag)) = target.document.dag() else {
        return Err(Failure::new(format!("{} holds no DAG", asked.file)));
    };
    let max_parallel = slots::for_dag(asked.max_parallel, dag, target.snapshot.settings());
    let Some(mut schedule) = plan(dag, max_parallel) else {
        let failure = Failure::new(format!(
            "{} cannot be planned: its nodes wait for each other in a ring",
            asked.file
        ));
        return Err(errors.iter().fold(failure, |failure, error| failure.help(error.trim_end())));
    };
    let left_out = schedule.schedule.len().saturating_sub(MOST);
    schedule.schedule.truncate(MOST);
    let output = Output { name: workspace::name(&target.document), max_parallel, errors, schedule, left_out };
    Answer::new(text(&output), &output)
}

fn errors(checked: &Checked) -> impl Iterator<Item = String> {
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| told(checked, finding))
}

fn text(output: &Output) -> String {
    let Schedule { nodes, edges, levels, makespan_ms, total_ms, critical_path, schedule } = &output.schedule;
    let mut text = format!(
        "{}: nodes: {nodes}, edges: {edges}, levels: {levels}, at a time: {}\ntakes {} by the estimates; one after the \
         other {}\ncritical path: {}\n",
        output.name,
        output.max_parallel,
        time(*makespan_ms),
        time(*total_ms),
        critical_path.join(" → "),
    );
    for slot in schedule {
        let reuse = if slot.reuse { ", an earlier result is used" } else { "" };
        let (start, end) = (time(slot.start_ms), time(slot.end_ms));
        text.push_str(&format!("{}: level {}, from {start} to {end}{reuse}\n", slot.id, slot.level));
    }
    text.push_str(&more(output.left_out));
    if !output.errors.is_empty() {
        text.push_str("It would not run as it is:\n");
        output.errors.iter().for_each(|error| text.push_str(error));
    }
    text
}

fn time(milliseconds: u64) -> String {
    human(Duration::from_millis(milliseconds))
}
