//! What a run came to, for programs.

use divisi_engine::event::Usage;
use divisi_engine::view::{ReuseFigures, RunView};
use serde::Serialize;

use crate::time::milliseconds;

/// Figures of one run in JSON.
#[derive(Debug, Serialize)]
pub struct Figures<'a> {
    /// From its start to its end.
    pub wall_ms: u64,
    /// All attempts of all nodes together.
    pub sum_ms: u64,
    /// The sum over the wall time.
    pub speed_up: f64,
    /// 1 is all slots busy all the time.
    pub parallel_efficiency: f64,
    /// The chain that the run waited for.
    pub critical_ms: u64,
    /// Its nodes, first to last.
    pub critical_path: Vec<&'a str>,
    /// What its agents used; none where no runner told.
    pub usage: Option<Usage>,
    /// Whether a runner told no cost, so that more was spent.
    pub is_cost_partial: bool,
    /// Part of what was looked for that was there; none where nothing was.
    pub hit_rate: Option<f64>,
    /// What became of earlier results.
    pub reuse: &'a ReuseFigures,
}

impl<'a> Figures<'a> {
    /// As far as the events of the run tell.
    pub fn of(run: &'a RunView) -> Self {
        let summary = run.summary();
        Self {
            wall_ms: milliseconds(summary.wall),
            sum_ms: milliseconds(summary.sum),
            speed_up: summary.speed_up,
            parallel_efficiency: summary.efficiency,
            critical_ms: milliseconds(summary.critical),
            hit_rate: run.reuse().hit_rate(),
            reuse: run.reuse(),
            critical_path: summary.critical_path.iter().map(|node| node.path.as_str()).collect(),
            is_cost_partial: summary.is_cost_partial,
            usage: summary.usage,
        }
    }
}
