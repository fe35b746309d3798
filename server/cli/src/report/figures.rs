//! What a run came to, for programs.

use divisi_engine::event::Usage;
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
    /// What its agents used; none where no runner told.
    pub(crate) usage: Option<Usage>,
    /// Whether a runner told no cost, so that more was spent.
    pub(crate) is_cost_partial: bool,
    /// Part of what was looked for that was there; none where nothing was.
    pub(crate) hit_rate: Option<f64>,
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
            hit_rate: run.reuse().hit_rate(),
            reuse: run.reuse(),
            critical_path: summary.critical_path.iter().map(|node| node.path.as_str()).collect(),
            is_cost_partial: summary.is_cost_partial,
            usage: summary.usage,
        }
    }
}
