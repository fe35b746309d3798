//! `run`

use std::collections::BTreeMap;

use divisi_answers::arguments::check_names;
use divisi_answers::failure::Failure;
use divisi_answers::root;
use divisi_answers::trust::{is_trusted, refusal};
use divisi_answers::workspace::Target;
use divisi_engine::client::{EngineError, RunOptions, Runs, plan};
use divisi_syntax::Encoding;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::dag_file::DagFile;
use super::{Effect, Tool, input, schema};
use crate::answer::Answer;
use crate::place::Place;

pub(super) const TOOL: Tool = Tool {
    name: "run",
    title: "Run a DAG",
    description: "Starts a run of a DAG in the background, which starts its agents and programs, and answers with the \
id of the run at once; `status` tells how it goes on. Check and plan the DAG first. It is refused where the DAG has \
errors, and where the user does not trust the workspace.",
    schema: schema::<Input>,
    effect: Effect::Runs,
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
    /// Run this node and what it waits for, nothing else.
    #[serde(default)]
    to: Option<String>,
}

#[derive(Serialize)]
struct Output {
    run: String,
    dag: String,
    /// The workspace that the run belongs to, relative to the root of this one.
    folder: String,
}

fn call(place: &Place, arguments: JsonObject) -> Result<Answer, Failure> {
    if !place.may_run() {
        return Err(Failure::new("starting runs is switched off, so nothing was run").help(
            "only the user can switch it on: with `divisi mcp --allow-run`, or with `allow_run = true` under \
                   `[mcp]` in their own config.toml",
        ));
    }
    let asked: Input = input(arguments)?;
    let target = asked.file.target(place)?;
    if let Some((_, dag)) = target.document.dag() {
        check_names(asked.arguments.keys().map(String::as_str), dag)?;
    }
    let options = RunOptions {
        json_args: asked.arguments.into_iter().collect(),
        max_parallel: asked.max_parallel.map(|slots| slots.max(1)),
        to: asked.to,
        ..RunOptions::default()
    };
    let plan = plan(&target.snapshot, &target.document, &options).map_err(|error| refused(&target, error))?;
    let mode = target.snapshot.settings().run.trust;
    if !is_trusted(&target.root, mode, &plan.file)? {
        return Err(refusal(&target.root, mode));
    }
    let runs = Runs::open(&target.root)?;
    let run = runs.create(&plan)?;
    runs.start_host(&run, place.program())?;
    let folder = root::shown(&target.root);
    let text =
        format!("the run {run} of {} has started; `status` with this id tells how it goes on", plan.dag);
    Answer::new(text, &Output { run, dag: plan.dag, folder })
}

/// The error with the places in the file that are its reason.
fn refused(target: &Target, error: EngineError) -> Failure {
    let document = &target.document;
    let failure = Failure::new(error.message);
    error.places.iter().fold(failure, |failure, (span, message)| {
        let at = document.lines.position(&document.text, span.start, Encoding::Utf32);
        failure.help(format!("{}:{}:{}: {message}", root::shown(&document.path), at.line + 1, at.column + 1))
    })
}
