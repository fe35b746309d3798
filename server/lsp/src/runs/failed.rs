//! `node-failed`: a node that failed in the latest run of its file is a finding, until the run starts again, the
//! node is edited, or the finding is dismissed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_analysis::{Finding, NODE_FAILED};
use divisi_model::Node;
use divisi_workspace::{Document, Snapshot};

/// By file and node path.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailedNodes {
    files: BTreeMap<PathBuf, BTreeMap<String, Failure>>,
}

/// One failure.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The node's path; `tests[eu]` for an instance.
    pub(super) node: String,
    pub(super) run: String,
    pub(super) detail: String,
    /// The node as it was written when it ran; where that is unknown, any text will do.
    pub(super) text: Option<String>,
}

impl Failure {
    /// Remembers how the node is written in `document`.
    pub(super) fn at(mut self, document: &Document) -> Self {
        self.text = find(document, &self.node).map(|node| node.span.slice(&document.text).to_owned());
        self
    }
}

impl FailedNodes {
    pub(super) fn add(&mut self, file: &Path, failure: Failure) {
        self.files.entry(file.to_owned()).or_default().insert(failure.node.clone(), failure);
    }

    pub(super) fn forget_file(&mut self, file: &Path) {
        self.files.remove(file);
    }

    /// Forgets one node's failure, or all of the file; whether there was any.
    pub(super) fn forget(&mut self, file: &Path, node: Option<&str>) -> bool {
        let Some(node) = node else { return self.files.remove(file).is_some() };
        let Some(failures) = self.files.get_mut(file) else { return false };
        let before = failures.len();
        failures.retain(|path, _| base(path) != node);
        failures.len() != before
    }

    /// The findings in `document`, as it is now.
    pub(crate) fn findings(&self, snapshot: &Snapshot, document: &Arc<Document>) -> Vec<Finding> {
        let Some(failures) = self.files.get(&document.path) else { return Vec::new() };
        let severity =
            snapshot.settings().check.severity.get(NODE_FAILED.name).copied().unwrap_or(NODE_FAILED.severity);
        let finding = |failure: &Failure| {
            let node = find(document, &failure.node)?;
            let is_edited =
                failure.text.as_deref().is_some_and(|text| text != node.span.slice(&document.text));
            (!is_edited).then(|| finding(failure, node, severity))
        };
        failures.values().filter_map(finding).collect()
    }
}

fn finding(failure: &Failure, node: &Node, severity: divisi_analysis::Severity) -> Finding {
    let Failure { node: path, run, detail, .. } = failure;
    Finding {
        code: NODE_FAILED.name,
        severity,
        span: node.id.span,
        message: format!(
            "`{path}` failed in the last run: {detail}; `divisi logs {run} {path}` shows its output"
        ),
        related: Vec::new(),
        fixes: Vec::new(),
        unnecessary: false,
    }
}

fn find<'a>(document: &'a Document, path: &str) -> Option<&'a Node> {
    let (_, dag) = document.dag()?;
    dag.nodes.iter().find(|node| node.id.value == base(path))
}

/// The node that an instance belongs to.
fn base(path: &str) -> &str {
    path.split_once('[').map_or(path, |(base, _)| base)
}
