//! `divisi/runs`: the runs of the workspace, the latest first.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use divisi_engine::client::{PauseCause, RunStatus, RunSummary, Runs};
use serde::{Deserialize, Serialize};
use tower_lsp_server::gen_lsp_types as lsp;
use tower_lsp_server::jsonrpc::Result;
use tracing::warn;

use crate::publish::View;
use crate::{runs, to_proto, uri};

/// More are not sent unless the client asks for them.
const MOST: usize = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct Params {
    /// The most runs that are wanted.
    #[serde(default)]
    most: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    runs: Vec<Run>,
}

/// One run at a glance.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    pub(super) run: String,
    /// The folder that it belongs to.
    pub(super) root: lsp::Uri,
    pub(super) dag: String,
    /// The DAG's file.
    pub(super) uri: lsp::Uri,
    /// Milliseconds since the epoch.
    pub(super) started_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ended_at: Option<i64>,
    /// Whether a host owns it, so that it can be cancelled and paused.
    pub(super) is_live: bool,
    /// `running`, `paused`, …; of one that is over how it ended.
    pub(super) status: serde_json::Value,
    /// Why it starts nothing, where it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pause_cause: Option<PauseCause>,
    pub(super) done: usize,
    /// Nodes that do work.
    pub(super) total: usize,
    pub(super) failed: usize,
}

impl Run {
    pub(super) fn new(view: &View, root: &Path, summary: RunSummary) -> Self {
        let status = match summary.status {
            RunStatus::Ended(verdict) => serde_json::json!(verdict),
            RunStatus::Paused(_) => serde_json::json!("paused"),
            other => serde_json::json!(other),
        };
        let pause_cause = match summary.status {
            RunStatus::Paused(cause) => Some(cause),
            _ => None,
        };
        Self {
            pause_cause,
            root: uri::from_path(root),
            uri: to_proto::uri_of(&summary.file, &view.open),
            run: summary.run,
            dag: summary.dag,
            started_at: summary.started_at,
            ended_at: summary.ended_at,
            is_live: summary.status.is_live(),
            status,
            done: summary.done,
            total: summary.nodes,
            failed: summary.failed,
        }
    }
}

/// A run that cannot be read is left out.
pub(crate) fn runs(view: &View, params: &Params) -> Result<Listed> {
    let most = params.most.unwrap_or(MOST);
    let mut found = Vec::new();
    for root in roots(view) {
        // A folder without runs is left as it is.
        if !root.join(".divisi").is_dir() {
            continue;
        }
        match Runs::open(&root).and_then(|runs| runs.latest(most)) {
            Ok((summaries, _unreadable)) => {
                found.extend(summaries.into_iter().map(|summary| Run::new(view, &root, summary)));
            }
            Err(error) => warn!("{}: {error}", root.display()),
        }
    }
    found.sort_by(|one, other| other.run.cmp(&one.run));
    found.truncate(most);
    Ok(Listed { runs: found })
}

/// Where runs of the known DAGs take place.
fn roots(view: &View) -> BTreeSet<PathBuf> {
    runs::place::roots(&view.snapshot, &view.places)
}
