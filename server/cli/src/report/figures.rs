//! What a run came to, for programs.

use divisi_engine::view::{ReuseFigures, RunView};
use serde::Serialize;

use crate::time;

/// Figures of one run in JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Figures<'a> {
    pub(crate) wall_ms: u64,
    /// All attempts of all nodes together.
    pub(crate) sum_ms: u64,
    pub(crate) speed_up: f64,
    /// 1 is all slots busy all the time.
    pub(crate) parallel_efficiency: f64,
    pub(crate) critical_ms: u64,
    pub(crate) critical_path: Vec<&'a str>,
    /// What became of earlier results.
    pub(crate) reuse: &'a ReuseFigures,
}

impl<'a> Figures<'a> {
    pub(crate) fn of(run: &'a RunView) -> Self {
        let summary = run.summary();
        Self {
            wall_ms: time::milliseconds(summary.wall),
            sum_ms: time::milliseconds(summary.sum),
            speed_up: summary.speed_up,
            parallel_efficiency: summary.efficiency,
            critical_ms: time::milliseconds(summary.critical),
            reuse: run.reuse(),
            critical_path: summary.critical_path.iter().map(|node| node.path.as_str()).collect(),
        }
    }
}
