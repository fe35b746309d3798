//! Figures over several runs of one DAG.

use std::collections::HashMap;
use std::time::Duration;

use super::summary::Summary;
use super::{ReuseFigures, RunView};
use crate::event::{NodeState, Usage, Verdict};

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
    /// What agents used.
    pub spent: Spent,
    /// What became of earlier results, over all runs.
    pub reuse: ReuseFigures,
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
    /// What it used in all runs together; none where no runner told.
    pub usage: Option<Usage>,
}

/// What the agents of some runs used, as far as their runners tell.
#[derive(Debug, Clone, Default)]
pub struct Spent {
    /// All runs together; none where no runner told.
    pub usage: Option<Usage>,
    /// Whether a runner told no cost, so that more was spent.
    pub is_cost_partial: bool,
    /// Median of the US dollars that a run cost; 0 for one that tells of none.
    pub usd: f64,
    /// Median of the tokens of a run, read and written.
    pub tokens: u64,
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
            speed_up: median_of_fractions(summaries.iter().map(|summary| summary.speed_up).collect()),
            efficiency: median_of_fractions(summaries.iter().map(|summary| summary.efficiency).collect()),
            spent: Spent::of(&summaries),
            reuse: runs.iter().fold(ReuseFigures::default(), |mut sum, run| {
                sum.add(run.reuse());
                sum
            }),
            nodes: nodes(runs),
        }
    }

    /// Part of the runs that succeeded, from 0 to 1; 1 for no runs.
    pub fn success_rate(&self) -> f64 {
        if self.runs == 0 { 1.0 } else { self.succeeded as f64 / self.runs as f64 }
    }
}

impl Spent {
    fn of(runs: &[Summary<'_>]) -> Self {
        let usages = || runs.iter().map(|run| run.usage.as_ref());
        let usd = |usage: Option<&Usage>| usage.and_then(|usage| usage.usd).unwrap_or_default();
        Self {
            usage: Usage::sum(usages().flatten()),
            is_cost_partial: runs.iter().any(|run| run.is_cost_partial),
            usd: median_of_fractions(usages().map(usd).collect()),
            tokens: median(usages().map(|usage| usage.map_or(0, Usage::tokens)).collect()),
        }
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
        figures.usage = Usage::sum(figures.usage.iter().chain(&node.usage));
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
            usage: None,
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
fn median<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn median_of_fractions(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
