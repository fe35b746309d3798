//! Figures over several runs of one DAG.

use std::collections::HashMap;
use std::time::Duration;

use super::RunView;
use crate::event::{NodeState, Verdict};

/// Figures over runs that are over.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// How many runs.
    pub runs: usize,
    /// How many of them succeeded.
    pub succeeded: usize,
    /// Median of their wall times.
    pub wall: Duration,
    /// Median of the sums of their nodes' times.
    pub sum: Duration,
    /// Median of the speed-ups.
    pub speed_up: f64,
    /// Median of the parallel efficiencies; 1 is all slots busy all the time.
    pub efficiency: f64,
    /// Nodes that were worked on, the slowest by median first.
    pub nodes: Vec<NodeStatistics>,
}

/// Figures over one node in those runs.
#[derive(Debug, Clone)]
pub struct NodeStatistics {
    /// Its path.
    pub path: String,
    /// In how many runs it was worked on.
    pub runs: usize,
    /// In how many of them it succeeded.
    pub succeeded: usize,
    /// Attempts in all runs together.
    pub attempts: u32,
    /// Median of its times, all attempts of a run together.
    pub median: Duration,
    /// The longest of its times.
    pub longest: Duration,
}

/// How long each node takes, by its path.
pub type PastDurations = HashMap<String, Duration>;

impl Statistics {
    /// Figures over `runs`.
    pub fn of(runs: &[RunView]) -> Self {
        let summaries: Vec<_> = runs.iter().map(RunView::summary).collect();
        let succeeded = runs.iter().filter(|run| run.verdict() == Some(Verdict::Succeeded)).count();
        Self {
            runs: runs.len(),
            succeeded,
            wall: median(summaries.iter().map(|summary| summary.wall).collect()),
            sum: median(summaries.iter().map(|summary| summary.sum).collect()),
            speed_up: median_of_ratios(summaries.iter().map(|summary| summary.speed_up).collect()),
            efficiency: median_of_ratios(summaries.iter().map(|summary| summary.efficiency).collect()),
            nodes: nodes(runs),
        }
    }

    /// Part of the runs that succeeded, from 0 to 1; 1 for no runs.
    pub fn success_rate(&self) -> f64 {
        if self.runs == 0 { 1.0 } else { self.succeeded as f64 / self.runs as f64 }
    }
}

fn nodes(runs: &[RunView]) -> Vec<NodeStatistics> {
    let mut times: HashMap<&str, (Vec<Duration>, NodeStatistics)> = HashMap::new();
    for node in runs.iter().flat_map(RunView::nodes).filter(|node| node.attempt > 0) {
        let (times, figures) =
            times.entry(&node.path).or_insert_with(|| (Vec::new(), NodeStatistics::new(&node.path)));
        times.push(node.attempts);
        figures.runs += 1;
        figures.succeeded += usize::from(node.state == NodeState::Succeeded);
        figures.attempts = figures.attempts.saturating_add(node.attempt);
    }
    let mut nodes: Vec<NodeStatistics> = times
        .into_values()
        .map(|(times, figures)| NodeStatistics {
            longest: times.iter().max().copied().unwrap_or_default(),
            median: median(times),
            ..figures
        })
        .collect();
    nodes.sort_by(|a, b| b.median.cmp(&a.median).then_with(|| a.path.cmp(&b.path)));
    nodes
}

impl NodeStatistics {
    fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            runs: 0,
            succeeded: 0,
            attempts: 0,
            median: Duration::ZERO,
            longest: Duration::ZERO,
        }
    }
}

/// How long nodes took where they succeeded: the median over `runs`, the last attempt only.
pub fn past_durations(runs: &[RunView]) -> PastDurations {
    let mut times: HashMap<String, Vec<Duration>> = HashMap::new();
    for node in runs.iter().flat_map(RunView::nodes).filter(|node| node.state == NodeState::Succeeded) {
        if let Some(wall) = node.wall {
            times.entry(node.path.clone()).or_default().push(wall);
        }
    }
    times.into_iter().map(|(path, times)| (path, median(times))).collect()
}

/// Of an even number, the greater of the two in the middle; zero of none.
fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn median_of_ratios(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
