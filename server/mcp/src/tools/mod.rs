//! One file for each tool.

mod check;
mod dag_file;
mod explain;
mod graph;
mod plan;
mod run;
mod status;

use std::any::Any;
use std::sync::Arc;

use divisi_answers::failure::Failure;
use rmcp::handler::server::tool::schema_for_input;
use rmcp::model::JsonObject;
use rmcp::schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::place::Place;

/// A tool: what models are told of it, and what it does.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) title: &'static str,
    /// For models: what it answers, and when to ask.
    pub(crate) description: &'static str,
    pub(crate) schema: fn() -> Arc<JsonObject>,
    pub(crate) effect: Effect,
    pub(crate) call: fn(&Place, JsonObject) -> Result<Answer, Failure>,
}

/// What a tool does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads.
    None,
    /// It starts programs.
    Runs,
}

/// All tools, in the order in which they are listed.
pub(crate) const ALL: &[Tool] =
    &[check::TOOL, plan::TOOL, graph::TOOL, status::TOOL, explain::TOOL, run::TOOL];

/// The schema of a tool's input.
#[expect(clippy::expect_used, reason = "the inputs are structs, which are objects in a schema")]
fn schema<Input: JsonSchema + Any>() -> Arc<JsonObject> {
    schema_for_input::<Input>().expect("the schema of a struct")
}

/// Reads the input of a tool.
fn input<Input: DeserializeOwned>(arguments: JsonObject) -> Result<Input, Failure> {
    serde_json::from_value(arguments.into()).map_err(|error| {
        Failure::new(format!("the input does not fit: {error}")).help("the tool's schema says what it takes")
    })
}
