//! The nodes inside which this process runs: a run that is started by a node of another run.

use std::collections::BTreeMap;

use super::table::Claim;

/// A line `RUN NODE` for each, the outermost first.
pub(crate) const ANCESTORS_VARIABLE: &str = "DIVISI_ANCESTORS";

/// Runs and their nodes, the outermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ancestry(Vec<(String, String)>);

impl Ancestry {
    /// As `environment` tells.
    pub(crate) fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        let lines = environment.get(ANCESTORS_VARIABLE).map(String::as_str).unwrap_or_default().lines();
        let pairs = lines.filter_map(|line| line.split_once(' '));
        Self(pairs.map(|(run, node)| (run.to_owned(), node.to_owned())).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a program inside a node gets.
    pub(crate) fn within(&self, run: &str, node: &str) -> String {
        let lines = self.0.iter().map(|(run, node)| format!("{run} {node}\n"));
        lines.chain([format!("{run} {node}")]).collect()
    }

    /// Whether a claim is that of such a node, or of its run as a whole.
    pub(super) fn made(&self, claim: &Claim) -> bool {
        self.0.iter().any(|(run, node)| *run == claim.run && claim.node.as_ref().is_none_or(|by| by == node))
    }
}
