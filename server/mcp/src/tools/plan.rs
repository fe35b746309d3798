//! `plan`

use std::collections::BTreeMap;
use std::time::Duration;

use divisi_analysis::Severity;
use divisi_analysis::plan::Plan as Schedule;
use divisi_answers::arguments::check_names;
use divisi_answers::failure::Failure;
use divisi_answers::findings::{Checked, check, told};
use divisi_answers::plan::{Planned, Told, planned};
use divisi_answers::workspace;
use divisi_engine::client::RunOptions;
use divisi_model::duration::human;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dag_file::DagFile;
use super::{Effect, Tool, input, schema};
use crate::answer::{Answer, more};
use crate::place::Place;

/// More nodes are not listed; the figures count all of them.
const MOST: usize = 200;

pub(super) const TOOL: Tool = Tool {
    name: "plan",
    title: "Plan a DAG",
    description: "Shows what running a DAG would do, without running anything: the schedule by the nodes' estimates \
(a node without one counts as a minute), how long it would take, the critical path, which results of earlier runs would \
be used again and why others would not, and the errors that would keep it from running. Use it to see whether a DAG is \
parallel enough, and what to shorten.",
    schema: schema::<Input>,
    effect: Effect::None,
    call,
};

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Input {
    file: DagFile,
    /// Arguments of the DAG, by name.
    #[serde(default)]
    arguments: BTreeMap<String, Value>,
    /// How many nodes run at a time; what the file or the settings say where it is not given.
    #[serde(default)]
    #[schemars(range(min = 1))]
    max_parallel: Option<u32>,
}

#[derive(Serialize)]
struct Output<'a> {
    name: String,
    /// How many nodes run at a time.
    max_parallel: u32,
    /// A run would be refused for these.
    errors: Vec<String>,
    #[serde(flatten)]
    schedule: Told<'a>,
    /// Nodes that the schedule does not list.
    left_out: usize,
}

fn call(place: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    let asked: Input = input(arguments)?;
    let target = asked.file.target(place)?;
    let checked = check(vec![(target.snapshot.clone(), target.document.clone())]);
    let mut errors: Vec<String> = checked.iter().flat_map(errors).take(MOST).collect();
    check_names(asked.arguments.keys().map(String::as_str), asked.file.dag(&target)?)?;
    let options = RunOptions {
        json_args: asked.arguments.into_iter().collect(),
        max_parallel: asked.max_parallel.map(|slots| slots.max(1)),
        ..RunOptions::default()
    };
    let Some(planned) = planned(&target, &options, !errors.is_empty()) else {
        let failure = Failure::new(format!(
            "{} cannot be planned: its nodes wait for each other in a ring",
            asked.file.as_str()
        ));
        return Err(errors.iter().fold(failure, |failure, error| failure.help(error.trim_end())));
    };
    errors.extend(planned.obstacle.iter().map(|error| format!("{error}\n")));
    let name = workspace::name(&target.document);
    let text = text(&name, &planned, &errors);
    let left_out = planned.schedule.schedule.len().saturating_sub(MOST);
    let (max_parallel, schedule) = (planned.max_parallel, planned.told(MOST));
    Answer::new(text, &Output { name, max_parallel, errors, schedule, left_out })
}

fn errors(checked: &Checked) -> impl Iterator<Item = String> {
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| told(checked, finding))
}

fn text(name: &str, planned: &Planned, errors: &[String]) -> String {
    let Schedule { nodes, edges, levels, makespan_ms, total_ms, critical_path, schedule } = &planned.schedule;
    let mut text = format!(
        "{name}: nodes: {nodes}, edges: {edges}, levels: {levels}, at a time: {}\ntakes {} by the estimates; one after \
         the other {}\ncritical path: {}\n",
        planned.max_parallel,
        time(*makespan_ms),
        time(*total_ms),
        critical_path.join(" → "),
    );
    for slot in schedule.iter().take(MOST) {
        let why = planned.why(&slot.id).map(|why| format!(", {why}")).unwrap_or_default();
        let (start, end) = (time(slot.start_ms), time(slot.end_ms));
        text.push_str(&format!("{}: level {}, from {start} to {end}{why}\n", slot.id, slot.level));
    }
    text.push_str(&more(schedule.len().saturating_sub(MOST)));
    if !errors.is_empty() {
        text.push_str("It would not run as it is:\n");
        errors.iter().for_each(|error| text.push_str(error));
    }
    text
}

fn time(milliseconds: u64) -> String {
    human(Duration::from_millis(milliseconds))
}
