//! The DAG that a tool is asked about.

use divisi_answers::failure::Failure;
use divisi_answers::workspace::Target;
use divisi_model::Dag;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;

use crate::place::Place;

/// A DAG file relative to the root of the workspace, a folder with exactly one, or the name of a DAG.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "rmcp::schemars", inline)]
#[serde(transparent)]
pub(super) struct DagFile(String);

impl DagFile {
    /// As it was asked for.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn target(&self, place: &Place) -> Result<Target, Failure> {
        place.target(&self.0)
    }

    /// What its document holds.
    pub(super) fn dag<'t>(&self, target: &'t Target) -> Result<&'t Dag, Failure> {
        let held = target.document.dag().map(|(_, dag)| &**dag);
        held.ok_or_else(|| Failure::new(format!("{} holds no DAG", self.0)))
    }
}
